// Pipeline → Project: what the author described, in the terms of the Compose specification.
//
//   Project project = Translate(pipeline, {.control_plane = "10.0.0.7:8080"});
//   std::string file = EmitCompose(project, {});  // emit.h
//
// Everything that should run is decided here, for whatever engine; what an engine's version asks for is fitted later
// (health.h). The pipeline is a valid one, as the parser leaves it: ids exist and differ, defaults are filled in. A
// secret that is not required and not there has been taken out of it by the caller, who can look.
#ifndef FLOW_PROJECT_TRANSLATE_H_
#define FLOW_PROJECT_TRANSLATE_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/digest.h"
#include "flow/project/environment.h"
#include "flow/project/labels.h"
#include "flow/project/mounted.h"
#include "flow/project/names.h"
#include "flow/project/project.pb.h"

namespace flow::project {

struct TranslateOptions {
  // HOST:PORT of the control plane that components are told of; empty: none. A loopback host is handed on as
  // host.docker.internal (control_plane.h).
  std::string control_plane;
  // Whether services get their digest as a label, which tells on an engine what has changed. A cluster tells that itself.
  bool digests = true;
  // Of the environment secrets' values, where they are known. They enter the digest labels.
  SecretDigests secret_digests;
  // What is mounted of the machine, where that is known: a label.
  Mounted mounted;
};

// The project of a pipeline, digest labels included. Cannot fail; takes time in proportion to the components and the
// edges between them.
Project Translate(const pipeline::Pipeline& pipeline, const TranslateOptions& options = {});

namespace internal {

using ComponentsById = absl::flat_hash_map<std::string, const pipeline::Component*>;

// The port that a component is reached at by those who read it: its first, else the one that the metadata of its
// reference names. 0: none is known.
inline uint32_t ServingPort(const pipeline::Component& component) {
  return component.ports().empty() ? component.metadata_port() : component.ports(0).container_port();
}

// FLOW_INPUT_<ID> → "id:port" for every input whose port is known.
inline std::map<std::string, std::string> InputAddresses(const pipeline::Component& component,
                                                         const ComponentsById& components) {
  std::map<std::string, std::string> addresses;
  for (const std::string& id : component.inputs()) {
    const auto input = components.find(id);
    if (input == components.end() || ServingPort(*input->second) == 0) continue;
    addresses["FLOW_INPUT_" + EnvironmentName(id)] = absl::StrCat(id, ":", ServingPort(*input->second));
  }
  return addresses;
}

// A dependency is waited for until it has completed only where it says itself that it runs once: programs that run for
// ever under `restart_policy: no` by default (entries of `pipelines`) would be waited for in vain.
inline bool RunsOnce(const pipeline::RestartPolicy& restart) {
  return restart.written() &&
         (restart.mode() == pipeline::RestartPolicy::NO || restart.mode() == pipeline::RestartPolicy::ON_FAILURE);
}

// Inputs and depends_on, each once, sorted by id.
inline void AddDependencies(const pipeline::Component& component, const ComponentsById& components, Service& service) {
  std::set<std::string> ids(component.inputs().begin(), component.inputs().end());
  ids.insert(component.depends_on().begin(), component.depends_on().end());
  for (const std::string& id : ids) {
    const auto found = components.find(id);
    if (found == components.end()) continue;  // let through by --nostrict
    Dependency& dependency = *service.add_depends_on();
    dependency.set_service(id);
    dependency.set_condition(RunsOnce(found->second->restart()) ? Dependency::COMPLETED : Dependency::STARTED);
  }
}

inline void AddPorts(const pipeline::Component& component, Service& service) {
  for (const pipeline::Port& from : component.ports()) {
    Port& port = *service.add_ports();
    port.set_target(from.container_port());
    port.set_published(from.host_port());
    port.set_host_ip(from.host_ip());
    port.set_name(from.name());
    switch (from.protocol()) {
      case pipeline::Port::UDP:
        port.set_protocol("udp");
        break;
      case pipeline::Port::SCTP:
        port.set_protocol("sctp");
        break;
      default:
        port.set_protocol("tcp");
    }
  }
}

// Volumes, then the secrets that are files or folders.
inline void AddMounts(const pipeline::Component& component, Service& service) {
  for (const pipeline::Mount& from : component.volumes()) {
    Mount& mount = *service.add_mounts();
    const bool bind = !from.host_path().empty();
    mount.set_type(bind ? Mount::BIND : Mount::VOLUME);
    mount.set_source(bind ? from.host_path() : from.name());
    mount.set_target(from.container_path());
    mount.set_read_only(from.read_only());
  }
  for (const pipeline::Secret& secret : component.secrets()) {
    if (secret.type() == pipeline::Secret::ENV) continue;
    Mount& mount = *service.add_mounts();
    mount.set_type(Mount::BIND);
    mount.set_source(secret.host_path());
    mount.set_target(secret.container_path());
    mount.set_read_only(true);
    *mount.mutable_secret() = SecretOf(secret);
  }
}

inline void SetRestart(const pipeline::RestartPolicy& from, RestartPolicy& restart) {
  switch (from.mode()) {
    case pipeline::RestartPolicy::NO:
      restart.set_mode(RestartPolicy::NO);
      break;
    case pipeline::RestartPolicy::ALWAYS:
      restart.set_mode(RestartPolicy::ALWAYS);
      break;
    case pipeline::RestartPolicy::ON_FAILURE:
      restart.set_mode(RestartPolicy::ON_FAILURE);
      restart.set_max_retries(from.max_retries());
      break;
    default:
      restart.set_mode(RestartPolicy::UNLESS_STOPPED);
  }
}

// 1024 a core (the kernel's own weight of a container that asks for nothing), within the engine's bounds.
inline uint32_t CpuShares(double cores) {
  return static_cast<uint32_t>(std::clamp(std::round(cores * 1024), 2.0, 262144.0));
}

inline void SetResources(const pipeline::Resources& from, Resources& resources) {
  resources.set_limit_cpus(from.limit_cpus());
  resources.set_limit_memory_bytes(std::floor(from.limit_memory_bytes()));
  resources.set_reserved_memory_bytes(std::floor(from.request_memory_bytes()));
  if (from.request_cpus() > 0) resources.set_cpu_shares(CpuShares(from.request_cpus()));
  resources.set_reserved_cpus(from.request_cpus());
}

// Of everything in the project: the pipeline's own labels, and whose it is.
inline void AddProjectLabels(const pipeline::Pipeline& pipeline,
                             google::protobuf::Map<std::string, std::string>& labels) {
  for (const auto& [key, value] : pipeline.labels()) {
    if (!pipeline::IsReservedLabel(key)) labels[key] = value;
  }
  labels[kNamespaceLabel] = pipeline.namespace_();
  labels[kPipelineLabel] = pipeline.name();
}

inline void SetHealthTiming(const pipeline::HealthTiming& from, HealthTiming& timing) {
  if (from.has_start_period_seconds()) timing.set_start_period_seconds(from.start_period_seconds());
  if (from.has_interval_seconds()) timing.set_interval_seconds(from.interval_seconds());
  if (from.has_timeout_seconds()) timing.set_timeout_seconds(from.timeout_seconds());
  if (from.has_retries()) timing.set_retries(from.retries());
}

inline Service TranslateComponent(const pipeline::Pipeline& pipeline, const pipeline::Component& component,
                                  const ComponentsById& components, const TranslateOptions& options) {
  Service service;
  service.set_name(component.id());
  service.set_type(TypeName(component.type()));
  service.set_image(component.image());
  *service.mutable_command() = component.command();
  service.mutable_command()->MergeFrom(component.args());
  *service.mutable_inputs() = component.inputs();
  *service.mutable_input_event_types() = component.input_event_types();
  *service.mutable_output_event_types() = component.output_event_types();
  FillEnvironment(pipeline, component, InputAddresses(component, components), options.control_plane, service);
  AddProjectLabels(pipeline, *service.mutable_labels());
  (*service.mutable_labels())[kComponentLabel] = component.id();
  (*service.mutable_labels())[kTypeLabel] = TypeName(component.type());
  if (const std::string alias = DnsAlias(component.id()); alias != component.id()) service.add_aliases(alias);
  AddPorts(component, service);
  service.set_serving_port(ServingPort(component));
  AddMounts(component, service);
  if (component.has_health_check()) service.mutable_health_check()->set_url(component.health_check().url());
  if (component.has_health_timing()) SetHealthTiming(component.health_timing(), *service.mutable_health_timing());
  SetRestart(component.restart(), *service.mutable_restart());
  AddDependencies(component, components, service);
  service.set_replicas(component.replicas());
  if (component.has_resources()) SetResources(component.resources(), *service.mutable_resources());
  service.set_init(component.init());
  // The engine counts in whole seconds (Engine API, "ContainerConfig.StopTimeout").
  service.set_stop_grace_period_seconds(std::ceil(component.stop_grace_period_seconds()));
  service.set_stop_signal(component.stop_signal());
  service.add_extra_hosts(kHostGateway);
  if (const pipeline::Logging& from = component.logging(); !from.driver().empty() || !from.options().empty()) {
    service.mutable_logging()->set_driver(from.driver());
    *service.mutable_logging()->mutable_options() = from.options();
  }
  if (component.has_kubernetes()) *service.mutable_kubernetes() = component.kubernetes();
  return service;
}

// The named volumes of all services, each once, sorted by key.
inline void AddVolumes(Project& project) {
  std::set<std::string> keys;
  for (const Service& service : project.services()) {
    for (const Mount& mount : service.mounts()) {
      if (mount.type() == Mount::VOLUME) keys.insert(mount.source());
    }
  }
  for (const std::string& key : keys) {
    Volume& volume = *project.add_volumes();
    volume.set_key(key);
    volume.set_name(VolumeName(project.name(), key));
  }
}

inline void LabelMounted(const Mounted& mounted, Project& project) {
  for (Service& service : *project.mutable_services()) {
    const auto marks = mounted.find(service.name());
    if (marks != mounted.end()) (*service.mutable_labels())[kMountedLabel] = MountedText(marks->second);
  }
}

// Two secrets may come to one variable of the Compose file (secret "c" of component "a_b", secret "b_c" of "a"), which
// would give both one value: the later in the file gets a number.
inline void SeparateSecretVariables(Project& project) {
  absl::flat_hash_set<std::string> taken;
  for (Service& service : *project.mutable_services()) {
    for (SecretVariable& secret : *service.mutable_secret_environment()) {
      const std::string name = secret.compose_variable();
      for (int number = 2; !taken.insert(secret.compose_variable()).second; ++number) {
        secret.set_compose_variable(absl::StrCat(name, "_", number));
      }
    }
  }
}

}  // namespace internal

inline Project Translate(const pipeline::Pipeline& pipeline, const TranslateOptions& options) {
  internal::ComponentsById components;
  components.reserve(pipeline.components_size());
  for (const pipeline::Component& component : pipeline.components()) components[component.id()] = &component;

  Project project;
  project.set_name(ProjectName(pipeline.namespace_(), pipeline.name()));
  project.set_pipeline(pipeline.name());
  project.set_namespace_(pipeline.namespace_());
  internal::AddProjectLabels(pipeline, *project.mutable_labels());
  project.set_description(pipeline.description());
  *project.mutable_annotations() = pipeline.annotations();
  if (pipeline.has_kubernetes()) *project.mutable_kubernetes() = pipeline.kubernetes();
  for (const pipeline::Component& component : pipeline.components()) {
    *project.add_services() = internal::TranslateComponent(pipeline, component, components, options);
  }
  project.mutable_network()->set_key("default");
  project.mutable_network()->set_name(NetworkName(project.name()));
  internal::AddVolumes(project);
  internal::SeparateSecretVariables(project);
  internal::LabelMounted(options.mounted, project);
  if (options.digests) LabelWithDigests(project, options.secret_digests);
  return project;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_TRANSLATE_H_
