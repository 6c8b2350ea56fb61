// One look at the pipelines of a cluster.
#ifndef CMD_KUBERNETES_LOOK_H_
#define CMD_KUBERNETES_LOOK_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"
#include "cmd/target/look.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/status.pb.h"
#include "flow/kubernetes/api/object.h"

namespace flow {

// In which of the cluster's namespaces that is: the given one (--kube_namespace); of one pipeline its own, or wherever else
// it was put, as far as one may look there; empty: in all of them. Error: a signal's.
absl::StatusOr<std::string> WhereToLook(ClusterCaller& caller, const LookOptions& options,
                                        const std::string& kube_namespace);

// The objects that statuses are made from, by pipeline.
using ObjectsOf = std::map<PipelineKey, std::vector<kubernetes::api::Object>>;

// Those with all of these labels ("key" or "key=value"), in a namespace of the cluster; empty: in all. Error: the cluster
// refuses to list them; a signal's (exit_status.h).
absl::StatusOr<ObjectsOf> ListObjects(ClusterCaller& caller, const std::string& kube_namespace,
                                      const std::vector<std::string>& labels);

// How a pipeline is by its objects and its state.
deploy::PipelineStatus Describe(const ClusterSession& session, const PipelineKey& key,
                                std::optional<deploy::Deployment> state,
                                const std::vector<kubernetes::api::Object>& objects);

// As it is now, in that namespace. Error (exit_status.h): there is no such pipeline, or none at all, which is well (kDone); the cluster
// refuses to list its objects; a signal came. States that cannot be listed are warned of.
absl::StatusOr<Look> LookAt(ClusterSession& session, ClusterCaller& caller, const LookOptions& options,
                            const std::string& kube_namespace);

}  // namespace flow

#endif  // CMD_KUBERNETES_LOOK_H_
