// The operations of a plan for a Docker engine: each is exactly one call of the Engine API.
#ifndef FLOW_DOCKER_OPERATIONS_H_
#define FLOW_DOCKER_OPERATIONS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/compose_labels.h"
#include "flow/docker/engine/container_config.h"
#include "flow/docker/observed.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"
#include "flow/version.h"

namespace flow::docker {

// Operation::kind of a plan for Docker.
enum class OperationKind : uint32_t {
  kPullImage,
  kCreateNetwork,
  kCreateVolume,
  kCreateContainer,
  kRenameContainer,
  kStartContainer,
  kUnpauseContainer,
  kStopContainer,
  kRemoveContainer,
  kRemoveNetwork,
  kRemoveVolume,
};

inline OperationKind KindOf(const Operation& operation) { return static_cast<OperationKind>(operation.kind()); }

// Sets the kind, and the words by which people read it.
inline void SetKind(OperationKind kind, Operation* operation);

// Whether the operation gives its name to a container: then nothing else may have it.
inline bool TakesContainerName(const Operation& operation) {
  return KindOf(operation) == OperationKind::kCreateContainer || KindOf(operation) == OperationKind::kRenameContainer;
}

// The call that an operation is. `target`: the engine's id of what it is about (Execution::ObjectId). `placement`: what
// all containers of the project share. `version`: the API version that the engine is spoken to in.
inline engine::Call MakeCall(const Operation& operation, const std::string& target, const project::Project& project,
                             const engine::Placement& placement, const compose::ApiVersion& version);

// How long the engine may take to answer. One that is asked to start ten containers at once answers the last of these
// requests after seconds. A pull has no bound of its own: the --timeout of the whole ends it.
inline absl::Duration DeadlineOf(const Operation& operation);

// Adds the labels of a network or volume: the pipeline's own, flow's and Compose's. `kind_label` is Compose's label of
// its kind, `key` its name within the project, which that label holds.
inline void SetSharedLabels(const project::Project& project, absl::string_view kind_label, absl::string_view key,
                            google::protobuf::Map<std::string, std::string>* labels);

// Adds operations to a plan; each Add returns the one that it added.
class PlanBuilder {
 public:
  explicit PlanBuilder(Plan* plan) : plan_(*plan) {}

  Operation& Add(OperationKind kind, absl::string_view name, absl::string_view reason, uint32_t stage) {
    Operation& operation = *plan_.add_operations();
    SetKind(kind, &operation);
    operation.set_name(std::string(name));
    operation.set_reason(std::string(reason));
    operation.set_stage(stage);
    return operation;
  }

  // An operation on a container that is there.
  Operation& Add(OperationKind kind, const Container& container, absl::string_view reason, uint32_t stage) {
    Operation& operation = Add(kind, container.name, reason, stage);
    operation.set_component(container.component);
    operation.set_number(container.number);
    operation.set_target(container.id);
    return operation;
  }

  // The index of the operation that was added last.
  uint32_t last() const { return plan_.operations_size() - 1; }

 private:
  Plan& plan_;
};

// How it is done

namespace internal {

struct KindWords {
  const char* action;
  const char* done;
  const char* object;
};

// In the order of OperationKind.
inline constexpr KindWords kKindWords[] = {
    {"pull", "pulled", "image"},          {"create", "created", "network"},   {"create", "created", "volume"},
    {"create", "created", "container"},   {"rename", "renamed", "container"}, {"start", "started", "container"},
    {"unpause", "unpaused", "container"}, {"stop", "stopped", "container"},   {"remove", "removed", "container"},
    {"remove", "removed", "network"},     {"remove", "removed", "volume"},
};

inline engine::Call CreateNetworkCall(const project::Project& project) {
  engine::CreateNetwork call;
  call.config.set_name(project.network().name());
  call.config.set_check_duplicate(true);
  SetSharedLabels(project, engine::kComposeNetworkLabel, project.network().key(), call.config.mutable_labels());
  return call;
}

inline engine::Call CreateVolumeCall(const Operation& operation, const project::Project& project) {
  engine::CreateVolume call;
  call.config.set_name(operation.name());
  for (const project::Volume& volume : project.volumes()) {
    if (volume.name() != operation.name()) continue;
    SetSharedLabels(project, engine::kComposeVolumeLabel, volume.key(), call.config.mutable_labels());
  }
  return call;
}

inline engine::Call CreateContainerCall(const Operation& operation, const project::Project& project,
                                        engine::Placement placement, const compose::ApiVersion& version) {
  placement.number = operation.number();
  const project::Service& service = *project::FindService(project, operation.component());
  engine::CreateContainer call{operation.name(), engine::MakeContainerConfig(project, service, placement, version)};
  for (const deploy::HandedVolume& volume : operation.volumes()) {
    engine::Mount& mount = *call.config.mutable_host_config()->add_mounts();
    mount.set_type("volume");
    mount.set_source(volume.name());
    mount.set_target(volume.path());
  }
  return call;
}

// Whether the container may have ended when its start is answered, and that is well.
inline bool RunsOnce(const Operation& operation, const project::Project& project) {
  const project::Service* const service = project::FindService(project, operation.component());
  return service == nullptr || project::MayComplete(*service);
}

}  // namespace internal

inline void SetKind(OperationKind kind, Operation* operation) {
  const internal::KindWords& words = internal::kKindWords[static_cast<uint32_t>(kind)];
  operation->set_kind(static_cast<uint32_t>(kind));
  operation->set_action(words.action);
  operation->set_done(words.done);
  operation->set_object(words.object);
}

inline void SetSharedLabels(const project::Project& project, absl::string_view kind_label, absl::string_view key,
                            google::protobuf::Map<std::string, std::string>* labels) {
  for (const auto& [name, value] : project.labels()) (*labels)[name] = value;
  (*labels)[project::kNamespaceLabel] = project.namespace_();
  (*labels)[project::kPipelineLabel] = project.pipeline();
  (*labels)[engine::kComposeProjectLabel] = project.name();
  (*labels)[engine::kComposeVersionLabel] = std::string(kVersion);
  (*labels)[std::string(kind_label)] = std::string(key);
}

inline engine::Call MakeCall(const Operation& operation, const std::string& target, const project::Project& project,
                             const engine::Placement& placement, const compose::ApiVersion& version) {
  switch (KindOf(operation)) {
    case OperationKind::kPullImage:
      return engine::PullImage{operation.name(), ""};
    case OperationKind::kCreateNetwork:
      return internal::CreateNetworkCall(project);
    case OperationKind::kCreateVolume:
      return internal::CreateVolumeCall(operation, project);
    case OperationKind::kCreateContainer:
      return internal::CreateContainerCall(operation, project, placement, version);
    case OperationKind::kRenameContainer:
      return engine::RenameContainer{target, operation.name()};
    case OperationKind::kStartContainer:
      return engine::StartContainer{target, internal::RunsOnce(operation, project)};
    case OperationKind::kUnpauseContainer:
      return engine::UnpauseContainer{target};
    case OperationKind::kStopContainer:
      return engine::StopContainer{target};
    case OperationKind::kRemoveContainer:
      return engine::RemoveContainer{target, !operation.spares_volumes()};
    case OperationKind::kRemoveNetwork:
      return engine::RemoveNetwork{target};
    case OperationKind::kRemoveVolume:
      return engine::RemoveVolume{target};
  }
  return engine::Ping{};
}

inline absl::Duration DeadlineOf(const Operation& operation) {
  switch (KindOf(operation)) {
    case OperationKind::kPullImage:
      return absl::InfiniteDuration();
    case OperationKind::kStopContainer:
      // Where the grace period is not known, someone else has chosen it: it may be minutes.
      return operation.grace_seconds() > 0 ? absl::Seconds(operation.grace_seconds()) + absl::Seconds(30)
                                           : absl::Minutes(10);
    default:
      return absl::Minutes(2);
  }
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_OPERATIONS_H_
