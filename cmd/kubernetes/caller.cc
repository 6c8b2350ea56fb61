#include "cmd/kubernetes/caller.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/exit_status.h"
#include "cmd/target/call_all.h"

namespace flow {

namespace api = kubernetes::api;

// What there is is told within this.
static constexpr absl::Duration kReadDeadline = absl::Seconds(30);

absl::StatusOr<ClusterCaller> ClusterCaller::Connect(ClusterSession& session) {
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  ClusterCaller caller(session, {});
  const absl::StatusOr<api::Reply> reply = caller.One(api::GetVersion{});
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  if (ExitCodeOf(reply.status()) == ExitCode::kNoEngine) return reply.status();  // it was told why
  if (!reply.ok()) return session.Unreachable(reply.status());
  caller.version_ = std::get<api::ServerVersion>(*reply);
  if (absl::Status wrong = api::CheckVersion(caller.version_); !wrong.ok()) return session.Unreachable(wrong);
  return caller;
}

absl::Status ClusterCaller::Interrupted() const { return signal_ == 0 ? absl::OkStatus() : EndedBy(signal_); }

std::vector<absl::StatusOr<api::Reply>> ClusterCaller::All(const std::vector<api::Call>& calls) {
  auto [replies, signal] =
      CallAll(wire_, session_->signals(), calls, version_, std::min(kReadDeadline, until_ - absl::Now()));
  if (signal != 0) signal_ = signal;
  for (auto& reply : replies) {
    if (signal_ != 0) reply = Interrupted();
    if (absl::IsUnauthenticated(reply.status())) reply = session_->Unreachable(reply.status());
  }
  return replies;
}

}  // namespace flow
