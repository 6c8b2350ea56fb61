#include "cmd/docker/pipelines.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/docker/describe.h"
#include "flow/project/labels.h"

namespace flow {

absl::StatusOr<std::set<PipelineKey>> PipelinesOf(Session& session, OwnStates& states, const std::string& namespace_,
                                                  bool volumes) {
  if (absl::Status usable = CheckNamespace(namespace_); !usable.ok()) return usable;
  absl::StatusOr<Caller> caller = Caller::Connect(session);
  if (!caller.ok()) return caller.status();
  const std::vector<std::string> labels = {absl::StrCat(project::kNamespaceLabel, "=", namespace_)};
  std::vector<docker::engine::Call> calls = {docker::engine::ListContainers{.labels = labels},
                                             docker::engine::ListNetworks{.labels = labels}};
  if (volumes) calls.push_back(docker::engine::ListVolumes{.labels = labels});
  const auto replies = caller->All(calls);
  std::set<PipelineKey> keys;
  const auto add = [&](const auto& labelled) {
    for (const auto& one : labelled) {
      const std::string pipeline = project::Label(one.labels(), project::kPipelineLabel);
      if (!pipeline.empty()) keys.insert({namespace_, pipeline});
    }
  };
  for (const auto& reply : replies) {
    if (!reply.ok()) return reply.status();
    if (const auto* list = std::get_if<docker::engine::ContainerList>(&*reply)) add(list->containers());
    if (const auto* list = std::get_if<docker::engine::NetworkList>(&*reply)) add(list->networks());
    if (const auto* list = std::get_if<docker::engine::VolumeList>(&*reply)) add(list->volumes());
  }
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) return kept.status();
  for (const PipelineKey& key : *kept) {
    const bool is_new = key.namespace_ == namespace_ && !keys.contains(key);
    if (is_new && states.Read(key).known) keys.insert(key);
  }
  return keys;
}

std::vector<std::string> LabelsOfNamespace(const std::string& namespace_) {
  return {project::kPipelineLabel, absl::StrCat(project::kNamespaceLabel, "=", namespace_)};
}

absl::StatusOr<std::vector<FoundPipeline>> FindPipelines(Session& session, Caller& caller,
                                                         const std::vector<PipelineKey>& keys) {
  std::vector<FoundPipeline> pipelines;
  if (keys.empty()) return pipelines;
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, LabelsOfNamespace(keys.front().namespace_));
  if (!containers.ok()) return containers.status();
  OwnStates states(session);
  for (const PipelineKey& key : keys) {
    OwnState state = states.Read(key);
    if (!state.known && !containers->contains(key)) return session.NoSuchPipeline(key);
    pipelines.push_back({key, std::move(state.deployment), (*containers)[key]});
  }
  return pipelines;
}

}  // namespace flow
