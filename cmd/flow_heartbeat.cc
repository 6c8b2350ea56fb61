// flow-heartbeat: keeps a control plane told how the components of running pipelines are.
#include <memory>
#include <optional>
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
#include "cmd/input/choose_driver.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/lookout.h"
#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "cmd/target/look.h"
#include "cmd/target/lookout.h"

namespace flow {
namespace {

// Keeps the control planes told of the pipelines that the target's lookout sees.
absl::Status Watch(CommandSession& session, Lookout& lookout, const Options& options, const Environment& environment,
                   const std::vector<PipelineKey>& keys) {
  HeartbeatWatch watch(session, lookout, environment, options.control_plane);
  if (absl::Status end = watch.Choose(keys); !end.ok()) return end;
  return watch.Run();
}

absl::Status SendOfEngine(const Options& options, const Environment& environment,
                          const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-heartbeat", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  const absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();
  EngineLookout lookout(**session, caller->version(), keys.front().namespace_);
  return Watch(**session, lookout, options, environment, keys);
}

absl::Status SendOfCluster(const Options& options, const Environment& environment,
                           const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<std::unique_ptr<ClusterSession>> session =
      ClusterSession::Open("flow-heartbeat", ClusterSession::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  absl::StatusOr<ClusterCaller> caller = ClusterCaller::Connect(**session);
  if (!caller.ok()) return caller.status();
  // One pipeline is in a namespace; where several are it takes a look at the whole cluster.
  LookOptions what{.namespace_ = keys.front().namespace_};
  if (keys.size() == 1) what.pipeline = keys.front().name;
  const absl::StatusOr<std::string> where = WhereToLook(*caller, what, options.kube_namespace);
  if (!where.ok()) return where.status();
  ClusterLookout lookout(**session, *caller, *where, LabelsOf(what));
  return Watch(**session, lookout, options, environment, keys);
}

absl::Status SendHeartbeats(const Arguments& arguments) {
  const Options& options = arguments.options;
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<std::vector<PipelineKey>> keys =
      KeysOf(NamespaceOrDefault(options.namespace_), arguments.operands);
  if (!keys.ok()) return keys.status();
  std::optional<RunsOn> runs_on;
  for (const PipelineKey& key : *keys) {
    const absl::StatusOr<RunsOn> where = ChooseDriver(options, environment, /*of_file=*/"", key);
    if (!where.ok()) return where.status();
    if (runs_on.value_or(*where) != *where) {
      return WrongUsage(HeartbeatCommand(), "some of these run on an engine and some on a cluster: name either");
    }
    runs_on = *where;
  }
  return *runs_on == RunsOn::kCluster ? SendOfCluster(options, environment, *keys)
                                      : SendOfEngine(options, environment, *keys);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::HeartbeatCommand(), argc, argv, flow::SendHeartbeats); }
