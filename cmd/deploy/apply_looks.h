// An apply that finds another one of its pipeline at work looks again, a little later.
#ifndef CMD_DEPLOY_APPLY_LOOKS_H_
#define CMD_DEPLOY_APPLY_LOOKS_H_

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/control/choice.h"
#include "cmd/output/progress.h"
#include "cmd/target/command_session.h"
#include "cmd/target/own_state.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

struct ApplyLooks {
  CommandSession& session;  // that has a client
  Progress& progress;
  absl::string_view target;  // on which the other one is at work, "the engine"
  // The pipeline's state there, as it is now.
  std::function<OwnState()> read_state;
  // One apply, with the state that it starts from.
  std::function<absl::StatusOr<deploy::Finish>(std::optional<deploy::Deployment> previous)> apply;
};

// Applies until it finds no other at work, ten times at most. `control_plane` takes over what the state says of the run that a
// look began. Error: the end of the command (exit_status.h).
absl::StatusOr<deploy::Finish> ApplyInLooks(const ApplyLooks& looks, std::optional<deploy::Deployment> previous,
                                            ControlPlaneChoice& control_plane);

}  // namespace flow

#endif  // CMD_DEPLOY_APPLY_LOOKS_H_
