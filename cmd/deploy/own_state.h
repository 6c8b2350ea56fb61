// The state of a pipeline on the engine that a command speaks to.
#ifndef CMD_DEPLOY_OWN_STATE_H_
#define CMD_DEPLOY_OWN_STATE_H_

#include <optional>

#include "cmd/deploy/session.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

struct OwnState {
  std::optional<deploy::Deployment> deployment;  // nothing: none, none that can be read, or one of another engine
  bool elsewhere = false;                        // there is one, and it speaks of another engine
};

// Reads it. A state that was written for another engine says nothing of this one and is not to be touched: that is
// warned of, with where the pipeline is. Only a state with another address than the session's costs requests.
OwnState ReadOwnState(Session& session, const PipelineKey& key);

}  // namespace flow

#endif  // CMD_DEPLOY_OWN_STATE_H_
