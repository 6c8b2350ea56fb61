// flow-delete: takes pipelines away, with all there is of them.
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/run.h"
#include "cmd/deploy/delete_pipeline.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/pipelines.h"
#include "cmd/docker/session.h"
#include "cmd/input/choose_driver.h"
#include "cmd/input/key_of_file.h"
#include "cmd/kubernetes/delete_command.h"
#include "cmd/kubernetes/pipelines.h"
#include "cmd/kubernetes/session.h"
#include "cmd/output/progress.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "flow/docker/delete.h"

namespace flow {
namespace {

// What each deletion works with.
struct Run {
  const Options& options;
  Session& session;
  OwnStates& states;
};

// The pipelines that the command line names, in its order, each where it runs.
struct Named {
  PipelineKey key;
  RunsOn where;
};

absl::StatusOr<std::vector<Named>> WhatIsNamed(const Arguments& arguments, const Environment& environment) {
  const Options& options = arguments.options;
  const std::string namespace_ = NamespaceOrDefault(options.namespace_);
  std::vector<Named> named;
  std::string of_file;
  for (const std::string& name : arguments.operands) named.push_back({{namespace_, name}, RunsOn::kEngine});
  if (!options.file.empty()) {
    const absl::StatusOr<NamedPipeline> file = KeyOfFile(options, environment);
    if (!file.ok()) return file.status();
    named.push_back({file->key, RunsOn::kEngine});
    of_file = file->driver;
  }
  for (Named& one : named) {
    const absl::StatusOr<RunsOn> where = ChooseDriver(options, environment, of_file, one.key);
    if (!where.ok()) return where.status();
    one.where = *where;
  }
  return named;
}

// Those of a namespace on the engine.
absl::StatusOr<std::vector<PipelineKey>> AllOf(const Run& run) {
  auto all = PipelinesOf(run.session, run.states, NamespaceOrDefault(run.options.namespace_),
                         /*volumes=*/!run.options.keep_volumes);
  if (!all.ok()) return all.status();
  std::vector<PipelineKey> keys;
  for (const PipelineKey& key : *all) {
    run.session.Note(absl::StrCat("will delete ", key.name));
    keys.push_back(key);
  }
  return keys;
}

absl::Status DeleteOne(const Run& run, const PipelineKey& key) {
  const auto delete_it = [&](OwnState state, Progress& progress, StateHooks hooks) {
    docker::Delete machine({.namespace_ = key.namespace_,
                            .pipeline = key.name,
                            .previous = std::move(state.deployment),
                            .has_state = state.known,
                            .keep_volumes = run.options.keep_volumes,
                            .ignore_not_found = run.options.ignore_not_found,
                            .timeout = run.options.timeout});
    return Drive(run.session, progress, std::move(hooks), machine);
  };
  return DeletePipeline(run.session, run.options, key,
                        {.read_state = [&] { return run.states.Read(key); }, .run = delete_it});
}

// Each is tried. The first failure is how the command ends, but a signal ends it at once.
template <typename Pipeline, typename DeleteOne>
absl::Status DeleteEach(const CommandSession& session, const std::vector<Pipeline>& pipelines,
                        const DeleteOne& delete_one) {
  absl::Status first;
  for (const Pipeline& pipeline : pipelines) {
    const absl::Status end = delete_one(pipeline);
    if (IsEndedBySignal(end)) return end;
    session.Tell(end);
    if (first.ok() && !end.ok()) first = ExitWith(ExitCodeOf(end));
  }
  return first;
}

// `keys`: nothing: all.
absl::Status DeleteOnEngine(const Options& options, const Environment& environment,
                            std::optional<std::vector<PipelineKey>> keys) {
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-delete", Session::State::kWritten, options, environment);
  if (!session.ok()) return session.status();
  OwnStates states(**session);
  const Run run{options, **session, states};
  if (!keys.has_value()) {
    absl::StatusOr<std::vector<PipelineKey>> all = AllOf(run);
    if (!all.ok()) return all.status();
    if (all->empty()) return (*session)->NoPipelines(NamespaceOrDefault(options.namespace_));
    keys = *std::move(all);
  }
  return DeleteEach(**session, *keys, [&](const PipelineKey& key) { return DeleteOne(run, key); });
}

// `keys`: nothing: all.
absl::Status DeleteOnCluster(const Options& options, const Environment& environment,
                             const std::optional<std::vector<PipelineKey>>& keys) {
  const absl::StatusOr<std::unique_ptr<ClusterSession>> session =
      ClusterSession::Open("flow-delete", ClusterSession::State::kWritten, options, environment);
  if (!session.ok()) return session.status();
  std::vector<PlacedPipeline> pipelines;
  if (keys.has_value()) {
    for (const PipelineKey& key : *keys) pipelines.emplace_back(key, "");
  } else {
    const auto all = PipelinesOf(**session, NamespaceOrDefault(options.namespace_), options.kube_namespace,
                                 /*volumes=*/!options.keep_volumes);
    if (!all.ok()) return all.status();
    if (all->empty()) return (*session)->NoPipelines(NamespaceOrDefault(options.namespace_));
    for (const auto& [key, where] : *all) (*session)->Note(absl::StrCat("will delete ", key.name));
    pipelines.assign(all->begin(), all->end());
  }
  return DeleteEach(**session, pipelines, [&](const PlacedPipeline& one) {
    return DeleteOnCluster(options, **session, one.first, one.second);
  });
}

absl::Status DeletePipelines(const Arguments& arguments) {
  const Options& options = arguments.options;
  if ((!arguments.operands.empty()) + (!options.file.empty()) + options.all != 1) {
    return WrongUsage(DeleteCommand(), "it takes names, or -f FILE, or --all");
  }
  const Environment environment = ProcessEnvironment();
  if (options.all) {
    const absl::StatusOr<RunsOn> where = ChooseDriver(options, environment, /*of_file=*/"", {});
    if (!where.ok()) return where.status();
    return *where == RunsOn::kEngine ? DeleteOnEngine(options, environment, std::nullopt)
                                     : DeleteOnCluster(options, environment, std::nullopt);
  }
  const absl::StatusOr<std::vector<Named>> named = WhatIsNamed(arguments, environment);
  if (!named.ok()) return named.status();
  std::vector<PipelineKey> on_engine, on_cluster;
  for (const Named& one : *named) (one.where == RunsOn::kEngine ? on_engine : on_cluster).push_back(one.key);
  absl::Status end = on_engine.empty() ? absl::OkStatus() : DeleteOnEngine(options, environment, std::move(on_engine));
  if (on_cluster.empty() || IsEndedBySignal(end)) return end;
  const absl::Status other = DeleteOnCluster(options, environment, on_cluster);
  return end.ok() ? other : end;
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::DeleteCommand(), argc, argv, flow::DeletePipelines); }
