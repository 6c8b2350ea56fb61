// What a control plane is told of a component.
#ifndef FLOW_CONTROL_COMPONENT_INFO_H_
#define FLOW_CONTROL_COMPONENT_INFO_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/control/component.pb.h"
#include "flow/deploy/status.pb.h"
#include "flow/project/project.pb.h"

namespace flow::control {

// The metadata by which a component is known to be a pipeline's.
inline constexpr char kPipelineKey[] = "pipeline";
inline constexpr char kNamespaceKey[] = "namespace";

inline flowctl::v1::ComponentType TypeOf(absl::string_view type) {
  if (type == "source") return flowctl::v1::COMPONENT_TYPE_SOURCE;
  if (type == "processor") return flowctl::v1::COMPONENT_TYPE_PROCESSOR;
  if (type == "sink") return flowctl::v1::COMPONENT_TYPE_CONSUMER;
  return flowctl::v1::COMPONENT_TYPE_UNSPECIFIED;
}

// Under which name the others reach a component: in the network of an engine its id.
using HostOf = std::function<std::string(const std::string& component)>;

// Its endpoint is where the others reach it; there is none where it declares no port.
inline flowctl::v1::RegisterRequest DescribeComponent(const project::Project& project, const project::Service& service,
                                                      const HostOf& host_of,
                                                      const std::vector<std::string>& container_ids) {
  flowctl::v1::RegisterRequest request;
  request.set_component_id(service.name());
  flowctl::v1::ComponentInfo& info = *request.mutable_component();
  info.set_id(service.name());
  info.set_name(service.name());
  info.set_type(TypeOf(service.type()));
  *info.mutable_input_event_types() = service.input_event_types();
  *info.mutable_output_event_types() = service.output_event_types();
  if (!service.ports().empty()) {
    info.set_endpoint(absl::StrCat(host_of(service.name()), ":", service.ports(0).target()));
  }
  auto& metadata = *info.mutable_metadata();
  metadata[kPipelineKey] = project.pipeline();
  metadata[kNamespaceKey] = project.namespace_();
  metadata["image"] = service.image();
  metadata["container_ids"] = absl::StrJoin(container_ids, ",");
  return request;
}

// Whether a component that a control plane lists was registered for this pipeline.
inline bool IsOf(const flowctl::v1::ComponentInfo& info, absl::string_view namespace_, absl::string_view pipeline) {
  const auto its_pipeline = info.metadata().find(kPipelineKey);
  const auto its_namespace = info.metadata().find(kNamespaceKey);
  return its_pipeline != info.metadata().end() && its_pipeline->second == pipeline &&
         its_namespace != info.metadata().end() && its_namespace->second == namespace_;
}

// Whether it was registered for another one, as far as its metadata tells: what registered by itself has none.
inline bool IsOfAnother(const flowctl::v1::ComponentInfo& info, absl::string_view namespace_,
                        absl::string_view pipeline) {
  return info.metadata().contains(kPipelineKey) && !IsOf(info, namespace_, pipeline);
}

// What a heartbeat says of a component that is in such a state:
//
//   running, all replicas ready; completed   healthy      what ended well as it should is no trouble
//   running, but not all replicas            degraded
//   restarting, paused                       degraded
//   pending, starting                        starting
//   missing while an apply is at work        starting     it is being replaced
//   unhealthy, failed, missing               unhealthy
inline flowctl::v1::HealthStatus HealthOf(const deploy::ComponentStatus& component, bool applying) {
  const std::string& state = component.state();
  if (state == "missing" && applying) return flowctl::v1::HEALTH_STATUS_STARTING;
  if (state == "completed") return flowctl::v1::HEALTH_STATUS_HEALTHY;
  if (state == "running") {
    return component.ready() < component.replicas() ? flowctl::v1::HEALTH_STATUS_DEGRADED
                                                    : flowctl::v1::HEALTH_STATUS_HEALTHY;
  }
  if (state == "restarting" || state == "paused") return flowctl::v1::HEALTH_STATUS_DEGRADED;
  if (state == "pending" || state == "starting") return flowctl::v1::HEALTH_STATUS_STARTING;
  return flowctl::v1::HEALTH_STATUS_UNHEALTHY;
}

}  // namespace flow::control

#endif  // FLOW_CONTROL_COMPONENT_INFO_H_
