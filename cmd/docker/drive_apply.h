// Runs an apply with what goes on beside it: a control plane that is told of it, and the components' logs.
#ifndef CMD_DOCKER_DRIVE_APPLY_H_
#define CMD_DOCKER_DRIVE_APPLY_H_

#include "absl/status/statusor.h"
#include "cmd/control/choice.h"
#include "cmd/docker/apply_run.h"
#include "flow/deploy/contract.h"
#include "flow/docker/apply.h"

namespace flow {

// Runs the machine to its end, as Drive() does (drive.h). `logs`: what the components write is shown on standard error.
// What the control plane answers is in the state afterwards.
absl::StatusOr<deploy::Finish> DriveApply(ApplyRun& run, const ControlPlaneChoice& control_plane, bool logs,
                                          docker::Apply& machine);

}  // namespace flow

#endif  // CMD_DOCKER_DRIVE_APPLY_H_
