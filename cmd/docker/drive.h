// A command's machine, run against the engine of its session.
#ifndef CMD_DOCKER_DRIVE_H_
#define CMD_DOCKER_DRIVE_H_

#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "cmd/docker/engine_wire.h"
#include "cmd/docker/session.h"
#include "cmd/output/progress.h"
#include "cmd/target/drive.h"
#include "flow/deploy/contract.h"
#include "flow/http/message.h"

namespace flow {

// Runs the machine to its end. How it ended, where that was well or where it should be run again; else the end of the
// command (exit_status.h). The session has a client.
template <typename Machine>
absl::StatusOr<deploy::Finish> Drive(Session& session, Progress& progress, StateHooks state, Machine& machine,
                                     const Beside& beside = {}) {
  EngineWire wire(session.client(),
                  {.report = [&](const deploy::Report& report) { progress.Tell(report, absl::Now()); },
                   .credentials =
                       [&](const std::string& registry, RegistryCredentials::Done done) {
                         progress.Clear();  // a helper may write on the terminal
                         return session.credentials().Find(registry, std::move(done));
                       },
                   .request = [&](const http::Request& request) { session.Trace(request); }});
  return RunMachine(wire, session, progress, std::move(state), machine, beside);
}

}  // namespace flow

#endif  // CMD_DOCKER_DRIVE_H_
