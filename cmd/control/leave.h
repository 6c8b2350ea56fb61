// Tells a control plane that a pipeline is gone: flow/control/departure.h, driven to its end.
#ifndef CMD_CONTROL_LEAVE_H_
#define CMD_CONTROL_LEAVE_H_

#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// Takes less than two seconds. What could not be told is warned of. Without an address there is nothing to tell. The
// session has a client.
void Leave(CommandSession& session, const PipelineKey& key, const deploy::ControlPlane& registered);

}  // namespace flow

#endif  // CMD_CONTROL_LEAVE_H_
