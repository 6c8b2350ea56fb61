// One pipeline is taken away, whatever its target.
#ifndef CMD_DEPLOY_DELETE_PIPELINE_H_
#define CMD_DEPLOY_DELETE_PIPELINE_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/cli/options.h"
#include "cmd/output/progress.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "cmd/target/drive.h"
#include "cmd/target/own_state.h"
#include "flow/deploy/contract.h"

namespace flow {

// What of it the target does.
struct Deletion {
  std::function<OwnState()> read_state;  // the session has a client by then
  // Runs the machine that deletes, to its end.
  std::function<absl::StatusOr<deploy::Finish>(OwnState state, Progress& progress, StateHooks hooks)> run;
};

// Takes the pipeline's lock, which it goes without on a full disk alone, deletes the pipeline, and tells the control plane.
// A state that speaks of another target stays as it is. The end of the command (exit_status.h).
absl::Status DeletePipeline(CommandSession& session, const Options& options, const PipelineKey& key,
                            const Deletion& deletion);

}  // namespace flow

#endif  // CMD_DEPLOY_DELETE_PIPELINE_H_
