#include "cmd/docker/describe.h"

#include <utility>

#include "cmd/state/lock.h"
#include "flow/docker/engine/container_event.h"
#include "flow/docker/failure.h"
#include "flow/docker/status.h"
#include "flow/project/labels.h"

namespace flow {
namespace {

// Of containers that are not healthy yet, or not any more, whether their probe cannot run in their image: that is no
// verdict. Of others their health, where the list does not tell it. And, where asked for, what only an inspection of
// each container tells. `project`: what the state says of the pipeline.
void Inspect(Caller& caller, const std::vector<docker::Container>& containers, const project::Project& project,
             bool all, std::map<std::string, docker::engine::ContainerInspect>* inspected) {
  std::vector<docker::engine::Call> calls;
  for (const docker::Container& container : containers) {
    using docker::Health;
    if (all || container.health == Health::kUnhealthy || container.health == Health::kStarting ||
        docker::IsHealthUntold(container, project)) {
      calls.push_back(docker::engine::InspectContainer{container.id});
    }
  }
  if (calls.empty()) return;
  for (const absl::StatusOr<docker::engine::Reply>& reply : caller.All(calls)) {
    if (!reply.ok()) continue;  // gone meanwhile
    const auto& inspect = std::get<docker::engine::ContainerInspect>(*reply);
    (*inspected)[inspect.id()] = inspect;
  }
}

// Takes what a container is by itself over what the list said of it.
void BringUpToDate(Caller& caller, const std::set<std::string>& ended, ContainersOf* containers) {
  std::vector<docker::Container*> doubtful;
  std::vector<docker::engine::Call> calls;
  for (auto& [key, of_pipeline] : *containers) {
    for (docker::Container& container : of_pipeline) {
      if (container.state != "running" || !ended.contains(container.id)) continue;
      doubtful.push_back(&container);
      calls.push_back(docker::engine::InspectContainer{container.id});
    }
  }
  if (calls.empty()) return;
  const std::vector<absl::StatusOr<docker::engine::Reply>> replies = caller.All(calls);
  for (size_t index = 0; index < replies.size(); ++index) {
    if (!replies[index].ok()) continue;  // gone meanwhile
    const auto& inspect = std::get<docker::engine::ContainerInspect>(*replies[index]);
    docker::Container& container = *doubtful[index];
    container.state = inspect.state().status();
    container.exit_code = inspect.state().exit_code();
    if (container.state != "running") container.health = docker::Health::kNone;
  }
}

}  // namespace

absl::StatusOr<ContainersOf> ListContainers(Caller& caller, const std::vector<std::string>& labels,
                                            const std::set<std::string>& ended) {
  const absl::StatusOr<docker::engine::Reply> reply = caller.One(docker::engine::ListContainers{.labels = labels});
  if (!reply.ok()) return reply.status();
  std::map<PipelineKey, docker::engine::ContainerList> lists;
  for (const docker::engine::ContainerSummary& container :
       std::get<docker::engine::ContainerList>(*reply).containers()) {
    const PipelineKey key{project::Label(container.labels(), project::kNamespaceLabel),
                          project::Label(container.labels(), project::kPipelineLabel)};
    *lists[key].add_containers() = container;
  }
  ContainersOf containers;
  for (const auto& [key, list] : lists) containers[key] = docker::ReadContainers(list);
  BringUpToDate(caller, ended, &containers);
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  return containers;
}

absl::StatusOr<deploy::PipelineStatus> Describe(Session& session, Caller& caller, const PipelineKey& key,
                                                std::optional<deploy::Deployment> state,
                                                std::vector<docker::Container> containers, bool inspect_all) {
  deploy::StatusInput input{.namespace_ = key.namespace_, .pipeline = key.name};
  input.deployment = std::move(state);
  const project::Project& project =
      input.deployment.has_value() ? input.deployment->project() : project::Project::default_instance();
  if (const int holder = LockHolder(session.store(), key); holder != 0) input.holder = holder;
  std::map<std::string, docker::engine::ContainerInspect> inspected;
  Inspect(caller, containers, project, inspect_all, &inspected);
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  for (docker::Container& container : containers) {
    const auto inspect = inspected.find(container.id);
    if (inspect == inspected.end() || !docker::IsHealthUntold(container, project)) continue;
    container.health = docker::engine::HealthOfWord(inspect->second.state().health().status());
  }
  std::set<std::string> probe_cannot_run;
  for (const auto& [id, inspect] : inspected) {
    if (docker::ProbeCannotRun(inspect)) probe_cannot_run.insert(id);
  }
  docker::AddContainers(containers, probe_cannot_run, &input);
  deploy::PipelineStatus status = deploy::DescribePipeline(input);
  for (deploy::ComponentStatus& component : *status.mutable_components()) {
    for (deploy::ReplicaStatus& container : *component.mutable_containers()) {
      const auto inspect = inspected.find(container.id());
      if (inspect == inspected.end()) continue;
      container.set_started_at(inspect->second.state().started_at());
      container.set_restart_count(inspect->second.restart_count());
    }
  }
  return status;
}

}  // namespace flow
