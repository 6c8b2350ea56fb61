#include "cmd/docker/look.h"

#include <cstddef>
#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/docker/describe.h"
#include "cmd/docker/own_state.h"
#include "cmd/output/show.h"
#include "flow/docker/usage.h"

namespace flow {
namespace {

// Adds a sample of what each running container uses; all of them are taken at once.
void AddUsage(Caller& caller, deploy::PipelineStatus* status) {
  std::vector<deploy::ReplicaStatus*> running;
  std::vector<docker::engine::Call> calls;
  for (deploy::ComponentStatus& component : *status->mutable_components()) {
    for (deploy::ReplicaStatus& container : *component.mutable_containers()) {
      if (container.state() != "running") continue;
      running.push_back(&container);
      calls.push_back(docker::engine::SampleStats{container.id()});
    }
  }
  if (calls.empty()) return;
  const std::vector<absl::StatusOr<docker::engine::Reply>> replies = caller.All(calls);
  for (size_t index = 0; index < replies.size(); ++index) {
    if (!replies[index].ok()) continue;  // gone meanwhile
    const auto usage = docker::UsageOf(std::get<docker::engine::ContainerStats>(*replies[index]));
    if (usage.has_value()) *running[index]->mutable_usage() = *usage;
  }
}

absl::StatusOr<Look> LookAtOne(Session& session, Caller& caller, const LookOptions& options, ContainersOf containers) {
  const PipelineKey key = KeyOf(options);
  OwnState state = OwnStates(session).Read(key);
  if (!state.known && containers.empty()) return session.NoSuchPipeline(key);
  // What takes an inspection of each container.
  const bool inspect_all = options.output != "table" && options.output != "name" && !IsPicture(options.output);
  const project::Project project = state.deployment.has_value() ? state.deployment->project() : project::Project();
  absl::StatusOr<deploy::PipelineStatus> status =
      Describe(session, caller, key, std::move(state.deployment), std::move(containers[key]), inspect_all);
  if (!status.ok()) return status.status();
  if (options.stats) AddUsage(caller, &*status);
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  return ShowOne(*status, project, options);
}

absl::StatusOr<Look> LookAtAll(Session& session, Caller& caller, const LookOptions& options, ContainersOf containers) {
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) session.Warn(absl::StrCat(kept.status().message(), "; going by the labels on the engine alone"));
  for (const PipelineKey& key : kept.value_or(std::vector<PipelineKey>())) {
    if (options.namespace_.empty() || key.namespace_ == options.namespace_) containers[key];
  }
  OwnStates states(session);
  deploy::StatusList list;
  for (auto& [key, of_pipeline] : containers) {
    OwnState state = states.Read(key);
    if (state.elsewhere && of_pipeline.empty()) continue;
    absl::StatusOr<deploy::PipelineStatus> status =
        Describe(session, caller, key, std::move(state.deployment), std::move(of_pipeline), /*inspect_all=*/false);
    if (!status.ok()) return status.status();
    *list.add_pipelines() = *std::move(status);
  }
  return ShowAll(session, list, options);
}

}  // namespace

absl::StatusOr<Look> LookAt(Session& session, Caller& caller, const LookOptions& options,
                            const std::set<std::string>& ended) {
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, LabelsOf(options), ended);
  if (!containers.ok()) return containers.status();
  return options.pipeline.empty() ? LookAtAll(session, caller, options, *std::move(containers))
                                  : LookAtOne(session, caller, options, *std::move(containers));
}

}  // namespace flow
