// flow-heartbeat: keeps a control plane told how the components of running pipelines are.
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/run.h"
#include "cmd/control/heartbeat_watch.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/lookout.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"

namespace flow {
namespace {

absl::Status SendHeartbeats(const Arguments& arguments) {
  const Options& options = arguments.options;
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-heartbeat", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  const std::string namespace_ = NamespaceOrDefault(options.namespace_);
  const absl::StatusOr<std::vector<PipelineKey>> keys = KeysOf(namespace_, arguments.operands);
  if (!keys.ok()) return keys.status();
  const absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();

  EngineLookout lookout(**session, caller->version(), namespace_);
  HeartbeatWatch watch(**session, lookout, environment, options.control_plane);
  if (absl::Status end = watch.Choose(*keys); !end.ok()) return end;
  return watch.Run();
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::HeartbeatCommand(), argc, argv, flow::SendHeartbeats); }
