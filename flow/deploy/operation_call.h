// The one engine call that an operation of a plan is.
#ifndef FLOW_DEPLOY_OPERATION_CALL_H_
#define FLOW_DEPLOY_OPERATION_CALL_H_

#include <algorithm>
#include <map>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/labels.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/plan.pb.h"
#include "flow/engine/call.h"
#include "flow/engine/container_config.h"
#include "flow/version.h"

namespace flow::deploy {

// The labels of a network or volume: the pipeline's own, flow's and Compose's. `key` is its name within the project.
inline void SetSharedLabels(const compose::Project& project, absl::string_view kind_label, absl::string_view key,
                            google::protobuf::Map<std::string, std::string>* labels) {
  for (const auto& [name, value] : project.labels()) (*labels)[name] = value;
  (*labels)[compose::kNamespaceLabel] = project.namespace_();
  (*labels)[compose::kPipelineLabel] = project.pipeline();
  (*labels)[compose::kComposeProjectLabel] = project.name();
  (*labels)[compose::kComposeVersionLabel] = std::string(kVersion);
  (*labels)[std::string(kind_label)] = std::string(key);
}

inline const compose::Service* FindService(const compose::Project& project, absl::string_view name) {
  for (const compose::Service& service : project.services()) {
    if (service.name() == name) return &service;
  }
  return nullptr;
}

namespace internal {

inline engine::Call CreateNetworkCall(const compose::Project& project) {
  engine::CreateNetwork call;
  call.config.set_name(project.network().name());
  call.config.set_check_duplicate(true);
  SetSharedLabels(project, compose::kComposeNetworkLabel, project.network().key(), call.config.mutable_labels());
  return call;
}

inline engine::Call CreateVolumeCall(const Operation& operation, const compose::Project& project) {
  engine::CreateVolume call;
  call.config.set_name(operation.name());
  for (const compose::Volume& volume : project.volumes()) {
    if (volume.name() != operation.name()) continue;
    SetSharedLabels(project, compose::kComposeVolumeLabel, volume.key(), call.config.mutable_labels());
  }
  return call;
}

inline engine::Call CreateContainerCall(const Operation& operation, const compose::Project& project,
                                        engine::Placement placement, const compose::ApiVersion& version) {
  placement.number = operation.number();
  const compose::Service& service = *FindService(project, operation.component());
  return engine::CreateContainer{operation.name(), engine::MakeContainerConfig(project, service, placement, version)};
}

// Whether the engine leaves its program ended once that has done its work.
inline bool RunsOnce(const Operation& operation, const compose::Project& project) {
  const compose::Service* const service = FindService(project, operation.component());
  return service == nullptr || service->restart().mode() == compose::RestartPolicy::NO ||
         service->restart().mode() == compose::RestartPolicy::ON_FAILURE;
}

}  // namespace internal

// The call of an operation on `target` (Executor::Target). `placement` is what all containers of the project share.
inline engine::Call MakeCall(const Operation& operation, const std::string& target, const compose::Project& project,
                             const engine::Placement& placement, const compose::ApiVersion& version) {
  switch (operation.kind()) {
    case Operation::PULL_IMAGE:
      return engine::PullImage{operation.name(), ""};
    case Operation::CREATE_NETWORK:
      return internal::CreateNetworkCall(project);
    case Operation::CREATE_VOLUME:
      return internal::CreateVolumeCall(operation, project);
    case Operation::CREATE_CONTAINER:
      return internal::CreateContainerCall(operation, project, placement, version);
    case Operation::RENAME_CONTAINER:
      return engine::RenameContainer{target, operation.name()};
    case Operation::START_CONTAINER:
      return engine::StartContainer{target, internal::RunsOnce(operation, project)};
    case Operation::UNPAUSE_CONTAINER:
      return engine::UnpauseContainer{target};
    case Operation::STOP_CONTAINER:
      return engine::StopContainer{target};
    case Operation::REMOVE_CONTAINER:
      return engine::RemoveContainer{target};
    case Operation::REMOVE_NETWORK:
      return engine::RemoveNetwork{target};
    case Operation::REMOVE_VOLUME:
      return engine::RemoveVolume{target};
    default:
      return engine::Ping{};
  }
}

// How long the engine may take to answer. An engine that is asked to start ten containers at once answers the last one
// after seconds; a pull takes what it takes, within the --timeout of the whole.
inline absl::Duration DeadlineOf(const Operation& operation) {
  switch (operation.kind()) {
    case Operation::PULL_IMAGE:
      return absl::InfiniteDuration();
    case Operation::STOP_CONTAINER:
      // Not known: someone else's choice, which may be minutes.
      return operation.grace_seconds() > 0 ? absl::Seconds(operation.grace_seconds()) + absl::Seconds(30)
                                           : absl::Minutes(10);
    default:
      return absl::Minutes(2);
  }
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_OPERATION_CALL_H_
