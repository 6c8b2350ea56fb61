// Which pipelines a cluster has, and where on it they are.
#ifndef CMD_KUBERNETES_PIPELINES_H_
#define CMD_KUBERNETES_PIPELINES_H_

#include <set>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"

namespace flow {

// A pipeline, and the cluster's namespace that has something of it. Empty: only the state knows of it.
using PlacedPipeline = std::pair<PipelineKey, std::string>;

// Every pipeline of flow's `namespace_`: those of which the cluster has something, in `kube_namespace` or, where that is
// empty, anywhere; and those of the states. `volumes`: one of which there is nothing but volumes counts too. Error
// (exit_status.h): it is no namespace's name (kUsage); the cluster or the state does not tell; a signal came.
absl::StatusOr<std::set<PlacedPipeline>> PipelinesOf(ClusterSession& session, const std::string& namespace_,
                                                     const std::string& kube_namespace, bool volumes);

}  // namespace flow

#endif  // CMD_KUBERNETES_PIPELINES_H_
