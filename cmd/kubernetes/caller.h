// Calls of the cluster, one after the other or all at once, for commands that only look.
#ifndef CMD_KUBERNETES_CALLER_H_
#define CMD_KUBERNETES_CALLER_H_

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/kubernetes/cluster_wire.h"
#include "cmd/kubernetes/session.h"
#include "flow/kubernetes/api/call.h"

namespace flow {

class ClusterCaller {
 public:
  // One that may begin to ask: of the session, whose client is made where there is none, with the cluster's version.
  // Error: the end of the command (exit_status.h), with why the cluster cannot be reached, or that it is too old.
  static absl::StatusOr<ClusterCaller> Connect(ClusterSession& session);
  // One of a session that has spoken with the cluster already, which has that version.
  ClusterCaller(ClusterSession& session, kubernetes::api::ServerVersion version)
      : session_(&session), wire_(session.MakeWire()), version_(std::move(version)) {}

  // When all calls from now on are to be over.
  void SetUntil(absl::Time until) { until_ = until; }

  // The answers in the order of the calls; all are under way at once, each for 30 s at most. Once a signal has come, each
  // is its end of the command; where the credentials are not taken, that is.
  std::vector<absl::StatusOr<kubernetes::api::Reply>> All(const std::vector<kubernetes::api::Call>& calls);
  absl::StatusOr<kubernetes::api::Reply> One(const kubernetes::api::Call& call) { return All({call})[0]; }

  const kubernetes::api::ServerVersion& version() const { return version_; }

  // The end of the command by the signal that ended calls; OK: none came.
  absl::Status Interrupted() const;

 private:
  ClusterSession* session_;
  ClusterWire wire_;
  kubernetes::api::ServerVersion version_;
  absl::Time until_ = absl::InfiniteFuture();
  int signal_ = 0;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_CALLER_H_
