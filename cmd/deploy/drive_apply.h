// An apply's machine, run with what goes on beside it: a control plane that is told of it, and the components' logs.
#ifndef CMD_DEPLOY_DRIVE_APPLY_H_
#define CMD_DEPLOY_DRIVE_APPLY_H_

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/control/apply_report.h"
#include "cmd/control/choice.h"
#include "cmd/target/drive.h"
#include "cmd/target/live_logs.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// Runs the machine to its end by `run`: absl::StatusOr<deploy::Finish> (StateHooks, const Beside&). What the control plane
// answers is in the state afterwards. `logs`: std::optional of a LogDriver's input (), asked before each wait until it gives
// one; from then on what the components write is shown on standard error, read over `client`.
template <typename LogDriver, typename Client, typename Run, typename Logs>
absl::StatusOr<deploy::Finish> DriveApply(const ReportedApply& apply, const ControlPlaneChoice& control_plane,
                                          Client& client, const Logs& logs, const Run& run) {
  ApplyReport report(apply, control_plane);
  std::optional<LiveLogs<LogDriver, Client>> live_logs;
  const auto tick = [&] {
    if (!live_logs.has_value()) {
      if (auto input = logs(); input.has_value()) {
        live_logs.emplace(apply.session, client, apply.progress, apply.session.environment(), apply.project,
                          *std::move(input));
      }
    }
    report.Tick();
    return live_logs.has_value() ? live_logs->Tick() : absl::InfiniteDuration();
  };
  const auto finish = [&](const deploy::Finish& finish) {
    if (live_logs.has_value()) live_logs->Finish();
    report.Finish(finish);
  };
  const auto save = [&](deploy::Deployment deployment) { return report.Save(std::move(deployment)); };
  absl::StatusOr<deploy::Finish> end =
      run(StateHooks{.save = save, .forget = [] {}}, Beside{.tick = tick, .finish = finish});
  report.Conclude(end);
  return end;
}

}  // namespace flow

#endif  // CMD_DEPLOY_DRIVE_APPLY_H_
