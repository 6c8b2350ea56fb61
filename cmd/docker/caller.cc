#include "cmd/docker/caller.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <variant>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/negotiate.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"

namespace flow {

absl::Status Caller::Negotiate() {
  const absl::StatusOr<docker::engine::Reply> reply = One(docker::engine::Ping{});
  if (!reply.ok()) return reply.status();
  const absl::StatusOr<compose::ApiVersion> version =
      docker::engine::NegotiateVersion(std::get<docker::engine::Pong>(*reply));
  if (version.ok()) version_ = *version;
  return version.status();
}

std::vector<absl::StatusOr<docker::engine::Reply>> Caller::All(const std::vector<docker::engine::Call>& calls) {
  std::vector<absl::StatusOr<docker::engine::Reply>> replies(calls.size(), absl::CancelledError("interrupted"));
  std::vector<int> ids;
  size_t answered = 0;
  for (size_t index = 0; index < calls.size(); ++index) {
    const auto done = [&, index](absl::StatusOr<http::Response> response) {
      replies[index] = response.ok() ? docker::engine::ReadReply(calls[index], *response) : response.status();
      ++answered;
    };
    const http::Request request = docker::engine::BuildRequest(calls[index], version_);
    session_.Trace(request);
    ids.push_back(client_.Send(request, std::min(docker::kReadDeadline, until_ - absl::Now()), done));
  }
  while (answered < calls.size() && signal_ == 0) {
    if (const absl::Status status = client_.Poll(absl::InfiniteDuration(), {signals_.fd()}); !status.ok()) break;
    if (const std::optional<int> signal = signals_.Next()) signal_ = *signal;
  }
  for (const int id : ids) client_.Cancel(id);
  for (const auto& reply : replies) complete_ &= reply.ok() || absl::IsNotFound(reply.status());
  return replies;
}

ExitCode CodeOfRefusal(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) ? ExitCode::kNoEngine : ExitCode::kFailed;
}

std::optional<ExitCode> Connect(Session& session, Caller& caller) {
  const absl::Status status = caller.Negotiate();
  if (status.ok()) return std::nullopt;
  if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
  if (absl::IsFailedPrecondition(status)) return session.Fail(ExitCode::kNoEngine, status.message());
  return session.FailUnreachable(status);
}

}  // namespace flow
