// One look at the pipelines of a cluster.
#ifndef CMD_KUBERNETES_LOOK_H_
#define CMD_KUBERNETES_LOOK_H_

#include <string>

#include "absl/status/statusor.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/session.h"
#include "cmd/target/look.h"

namespace flow {

// In which of the cluster's namespaces that is: the given one (--kube_namespace); of one pipeline its own, or wherever else
// it was put, as far as one may look there; empty: in all of them. Error: a signal's.
absl::StatusOr<std::string> WhereToLook(ClusterCaller& caller, const LookOptions& options,
                                        const std::string& kube_namespace);

// As it is now, in that namespace. Error (exit_status.h): there is no such pipeline, or none at all, which is well (kDone); the cluster
// refuses to list its objects; a signal came. States that cannot be listed are warned of.
absl::StatusOr<Look> LookAt(ClusterSession& session, ClusterCaller& caller, const LookOptions& options,
                            const std::string& kube_namespace);

}  // namespace flow

#endif  // CMD_KUBERNETES_LOOK_H_
