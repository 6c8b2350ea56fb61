// What goes before an apply, whatever its target.
#ifndef CMD_DEPLOY_BEGIN_APPLY_H_
#define CMD_DEPLOY_BEGIN_APPLY_H_

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "cmd/cli/options.h"
#include "cmd/control/choice.h"
#include "cmd/input/host_files.h"
#include "cmd/state/lock.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "cmd/target/own_state.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow {

// What an apply starts from.
struct ApplyStart {
  std::optional<Lock> lock;  // a dry run goes without
  std::optional<deploy::Deployment> previous;
  ControlPlaneChoice control_plane;
};

// Takes the pipeline's lock and makes the session's client. `read_state`: of the pipeline, on its target. Error: the end of the
// command (exit_status.h); --require_control_plane is one.
absl::StatusOr<ApplyStart> BeginApply(CommandSession& session, const Options& options, const PipelineKey& key,
                                      const std::function<OwnState()>& read_state);

// PrepareHostFiles(), with what it warns of told. Error: so is what stands against the deployment.
absl::StatusOr<HostFiles> PrepareHost(const CommandSession& session, const HostFilesOptions& options,
                                      pipeline::Pipeline& pipeline);

}  // namespace flow

#endif  // CMD_DEPLOY_BEGIN_APPLY_H_
