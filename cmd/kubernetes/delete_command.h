// flow-delete on a cluster.
#ifndef CMD_KUBERNETES_DELETE_COMMAND_H_
#define CMD_KUBERNETES_DELETE_COMMAND_H_

#include <string>

#include "absl/status/status.h"
#include "cmd/cli/options.h"
#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"

namespace flow {

// Takes one pipeline away. `found_in`: the cluster's namespace that has something of it; empty: where --kube_namespace,
// the state or a look at the cluster says that it is. The end of the command (exit_status.h).
absl::Status DeleteOnCluster(const Options& options, ClusterSession& session, const PipelineKey& key,
                             const std::string& found_in = "");

}  // namespace flow

#endif  // CMD_KUBERNETES_DELETE_COMMAND_H_
