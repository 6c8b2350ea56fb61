#include "cmd/deploy/begin_apply.h"

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "cmd/base/exit_status.h"
#include "cmd/control/arrival_report.h"

namespace flow {

absl::StatusOr<ApplyStart> BeginApply(CommandSession& session, const Options& options, const PipelineKey& key,
                                      const std::function<OwnState()>& read_state) {
  ApplyStart start;
  if (!options.dry_run) {
    absl::StatusOr<Lock> lock = Lock::Acquire(session.store(), key);
    if (!lock.ok()) return lock.status();
    start.lock.emplace(*std::move(lock));
  }
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  OwnState state = read_state();
  session.WarnOfOtherTarget(key, state);
  start.previous = std::move(state.deployment);
  absl::StatusOr<ControlPlaneChoice> control_plane =
      ChooseControlPlane(options.control_plane, start.previous, session.environment());
  if (!control_plane.ok()) return control_plane.status();
  start.control_plane = *std::move(control_plane);
  if (options.require_control_plane && !options.dry_run) {
    if (absl::Status end = RequireControlPlane(session, start.control_plane.endpoint); !end.ok()) return end;
  }
  return start;
}

absl::StatusOr<HostFiles> PrepareHost(const CommandSession& session, const HostFilesOptions& options,
                                      pipeline::Pipeline& pipeline) {
  HostFiles files = PrepareHostFiles(options, pipeline);
  for (const std::string& warning : files.warnings) session.Warn(warning);
  for (const std::string& problem : files.problems) session.Tell(ExitWith(ExitCode::kFailed, problem));
  if (!files.problems.empty()) return ExitWith(ExitCode::kFailed);
  return files;
}

}  // namespace flow
