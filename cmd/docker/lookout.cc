#include "cmd/docker/lookout.h"

#include <utility>

#include "cmd/docker/caller.h"
#include "cmd/docker/describe.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/pipelines.h"

namespace flow {

EngineLookout::EngineLookout(Session& session, const compose::ApiVersion& version, const std::string& namespace_)
    : session_(session),
      version_(version),
      labels_(LabelsOfNamespace(namespace_)),
      changes_(session, labels_, version) {}

absl::StatusOr<std::vector<std::optional<deploy::Deployment>>> EngineLookout::Find(
    const std::vector<PipelineKey>& keys) {
  Caller caller(session_, version_);
  absl::StatusOr<std::vector<FoundPipeline>> pipelines = FindPipelines(session_, caller, keys);
  if (!pipelines.ok()) return pipelines.status();
  std::vector<std::optional<deploy::Deployment>> states;
  for (FoundPipeline& pipeline : *pipelines) states.push_back(std::move(pipeline.state));
  return states;
}

absl::StatusOr<Sightings> EngineLookout::Look(const std::vector<PipelineKey>& keys, absl::Time until) {
  Caller caller(session_, version_, until);
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, labels_, changes_.TakeEnded());
  if (!containers.ok()) return containers.status();
  OwnStates states(session_, until);
  Sightings seen;
  for (const PipelineKey& key : keys) {
    OwnState state = states.Read(key);
    std::vector<docker::Container>& of_pipeline = (*containers)[key];
    if (!state.known && of_pipeline.empty()) continue;
    absl::StatusOr<deploy::PipelineStatus> status =
        Describe(session_, caller, key, state.deployment, std::move(of_pipeline), /*inspect_all=*/false);
    if (!status.ok()) return status.status();
    seen.pipelines[key] = {.state = std::move(state.deployment), .status = *std::move(status)};
  }
  seen.complete = caller.complete();
  return seen;
}

}  // namespace flow
