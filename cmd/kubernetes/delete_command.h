// flow-delete on a cluster.
#ifndef CMD_KUBERNETES_DELETE_COMMAND_H_
#define CMD_KUBERNETES_DELETE_COMMAND_H_

#include "absl/status/status.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"

namespace flow {

// Takes one pipeline away. The end of the command (exit_status.h).
absl::Status DeleteOnCluster(const Options& options, const Environment& environment, ClusterSession& session,
                             const PipelineKey& key);

}  // namespace flow

#endif  // CMD_KUBERNETES_DELETE_COMMAND_H_
