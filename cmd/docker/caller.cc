#include "cmd/docker/caller.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <variant>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/negotiate.h"
#include "flow/docker/engine/request.h"
#include "flow/docker/engine/response.h"

namespace flow {

absl::StatusOr<Caller> Caller::Connect(Session& session) {
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  Caller caller(session);
  if (absl::Status end = caller.Negotiate(); !end.ok()) return end;
  return caller;
}

absl::Status Caller::Negotiate() {
  const absl::StatusOr<docker::engine::Reply> reply = One(docker::engine::Ping{});
  if (absl::Status end = Interrupted(); !end.ok()) return end;
  const absl::StatusOr<compose::ApiVersion> version =
      reply.ok() ? docker::engine::NegotiateVersion(std::get<docker::engine::Pong>(*reply)) : reply.status();
  if (!version.ok()) return session_.Unreachable(version.status());
  version_ = *version;
  return absl::OkStatus();
}

absl::Status Caller::Interrupted() const { return signal_ == 0 ? absl::OkStatus() : EndedBy(signal_); }

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
  for (auto& reply : replies) {
    complete_ &= reply.ok() || absl::IsNotFound(reply.status());
    if (signal_ != 0) reply = Interrupted();
    if (absl::IsFailedPrecondition(reply.status())) reply = session_.Unreachable(reply.status());
  }
  return replies;
}

}  // namespace flow
