// The state of a pipeline, as far as it speaks of the target that a command speaks to.
#ifndef CMD_TARGET_OWN_STATE_H_
#define CMD_TARGET_OWN_STATE_H_

#include <optional>

#include "flow/deploy/deployment.pb.h"

namespace flow {

struct OwnState {
  std::optional<deploy::Deployment> deployment;  // nothing: none, none that can be read, or one of another target
  bool known = false;                            // there is one of this target, or one that cannot be read
  bool elsewhere = false;                        // there is one, and it speaks of another target
};

}  // namespace flow

#endif  // CMD_TARGET_OWN_STATE_H_
