// The state of a pipeline on the cluster that a command speaks to.
#ifndef CMD_KUBERNETES_OWN_STATE_H_
#define CMD_KUBERNETES_OWN_STATE_H_

#include <optional>

#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// In deploy::Deployment::driver().
inline constexpr char kClusterDriver[] = "kubernetes";

struct ClusterState {
  std::optional<deploy::Deployment> deployment;  // nothing: none, none that can be read, or one of another target
  bool known = false;                            // there is one of this cluster, or one that cannot be read
};

// A state that cannot be read is warned of. So is one that was written for another cluster, by its address: it says
// nothing of this one.
ClusterState ReadClusterState(const ClusterSession& session, const PipelineKey& key);

}  // namespace flow

#endif  // CMD_KUBERNETES_OWN_STATE_H_
