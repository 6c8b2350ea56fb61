#include "cmd/docker/caller.h"

#include <algorithm>
#include <variant>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"
#include "cmd/target/call_all.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/negotiate.h"

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
  auto [replies, signal] =
      CallAll(wire_, signals_, calls, version_, std::min(docker::kReadDeadline, until_ - absl::Now()));
  if (signal != 0) signal_ = signal;
  for (auto& reply : replies) {
    complete_ &= reply.ok() || absl::IsNotFound(reply.status());
    if (signal_ != 0) reply = Interrupted();
    if (absl::IsFailedPrecondition(reply.status())) reply = session_.Unreachable(reply.status());
  }
  return replies;
}

}  // namespace flow
