// The state of a pipeline on the cluster that a command speaks to.
#ifndef CMD_KUBERNETES_OWN_STATE_H_
#define CMD_KUBERNETES_OWN_STATE_H_

#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"
#include "cmd/target/own_state.h"

namespace flow {

// A state that cannot be read is warned of. So is one that was written for another cluster, by its address: it says
// nothing of this one. Nor does one of another namespace than the one that the session is for, or of another target.
OwnState ReadClusterState(const ClusterSession& session, const PipelineKey& key);

}  // namespace flow

#endif  // CMD_KUBERNETES_OWN_STATE_H_
