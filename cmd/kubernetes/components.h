// The components of a pipeline, by the state and by the cluster.
#ifndef CMD_KUBERNETES_COMPONENTS_H_
#define CMD_KUBERNETES_COMPONENTS_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/session.h"
#include "cmd/target/look.h"

namespace flow {

// Those that are wanted, or without any all that there are, with how many replicas each has. `what` names the pipeline.
// Error (exit_status.h): there is no such pipeline; it has no component of a wanted name (kUsage), with what was probably
// meant; the cluster does not tell; a signal came.
absl::StatusOr<std::map<std::string, int>> ComponentsOf(ClusterSession& session, ClusterCaller& caller,
                                                        const LookOptions& what, const std::string& kube_namespace,
                                                        const std::set<std::string>& wanted);

}  // namespace flow

#endif  // CMD_KUBERNETES_COMPONENTS_H_
