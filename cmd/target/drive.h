// A command's machine, run over the wire to its target.
#ifndef CMD_TARGET_DRIVE_H_
#define CMD_TARGET_DRIVE_H_

#include <algorithm>
#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"
#include "cmd/output/progress.h"
#include "cmd/target/command_session.h"
#include "cmd/target/driver.h"
#include "cmd/target/wire.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// Where a machine's state is kept.
struct StateHooks {
  std::function<absl::Status(deploy::Deployment)> save;
  std::function<void()> forget;
};

// What goes on beside a machine, over the same loop.
struct Beside {
  std::function<absl::Duration()> tick = absl::InfiniteDuration;           // DriverHooks::tick
  std::function<void(const deploy::Finish&)> finish = [](const auto&) {};  // so has the machine ended; not told yet
};

// Runs the machine to its end. How it ended, where that was well or where it should be run again; else the end of the
// command (exit_status.h).
template <typename Target, typename Machine>
absl::StatusOr<deploy::Finish> RunMachine(Wire<Target>& wire, CommandSession& session, Progress& progress,
                                          StateHooks state, Machine& machine, const Beside& beside) {
  Driver<Target> driver(wire, session.signals(),
                        {.save = std::move(state.save),
                         .forget = std::move(state.forget),
                         .report = [&](const deploy::Report& report) { progress.Tell(report, absl::Now()); },
                         .tick = [&] { return std::min(progress.Tick(absl::Now()), beside.tick()); }});
  const deploy::Finish finish = driver.Run(machine);
  beside.finish(finish);
  progress.Clear();
  if (finish.code == ExitCode::kNoEngine) {
    const absl::Status& unreachable = driver.unreachable();
    return session.Unreachable(unreachable.ok() ? absl::FailedPreconditionError(finish.message) : unreachable);
  }
  if (finish.code != ExitCode::kDone && !finish.again) return ExitWith(finish.code, finish.message);
  return finish;
}

}  // namespace flow

#endif  // CMD_TARGET_DRIVE_H_
