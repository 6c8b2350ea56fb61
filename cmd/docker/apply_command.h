// flow-apply on an engine: from a file that was read to a pipeline that runs there.
#ifndef CMD_DOCKER_APPLY_COMMAND_H_
#define CMD_DOCKER_APPLY_COMMAND_H_

#include "absl/status/status.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/input/load.h"

namespace flow {

// Deploys the pipeline, or tells what that would do (--dry_run). The end of the command (exit_status.h).
absl::Status ApplyToEngine(const Options& options, const Environment& environment, LoadedPipeline& loaded);

}  // namespace flow

#endif  // CMD_DOCKER_APPLY_COMMAND_H_
