// A service's container as the Engine API wants it described.
#ifndef FLOW_DOCKER_ENGINE_CONTAINER_CONFIG_H_
#define FLOW_DOCKER_ENGINE_CONTAINER_CONFIG_H_

#include <cmath>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/health.h"
#include "flow/docker/engine/compose_labels.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/project/control_plane.h"
#include "flow/project/labels.h"
#include "flow/project/names.h"
#include "flow/project/project.pb.h"
#include "flow/version.h"

namespace flow::docker::engine {

// What a container's description needs besides its service.
struct Placement {
  int number = 1;            // of the service's replicas
  std::string network_id;    // of the project's network
  std::string config_files;  // path of the Compose file beside the state, for Compose's tools
  std::string working_dir;
  std::map<std::string, std::string> secrets;  // SecretVariable::compose_variable → value
  // Variables of containers to which the file gives none of that name: proxies. They are in no digest.
  std::map<std::string, std::string> variables;
  bool knows_its_host = true;  // the engine can tell what "host-gateway" is
  std::string run_id;          // of the control plane's run that makes it; empty: there is none
};

// The body of POST /containers/create for one replica of a service, with nothing newer than `version`.
ContainerConfig MakeContainerConfig(const project::Project& project, const project::Service& service,
                                    const Placement& placement, const compose::ApiVersion& version);

namespace internal {

// "NAME=value" of each variable, sorted.
inline void SetEnvironment(const project::Service& service, const Placement& placement, ContainerConfig* config) {
  std::map<std::string, std::string> environment(service.environment().begin(), service.environment().end());
  for (const project::SecretVariable& secret : service.secret_environment()) {
    const auto value = placement.secrets.find(secret.compose_variable());
    if (value != placement.secrets.end()) environment[secret.name()] = value->second;
  }
  if (!placement.run_id.empty()) environment["FLOWCTL_RUN_ID"] = placement.run_id;
  environment.insert(placement.variables.begin(), placement.variables.end());
  for (const auto& [name, value] : environment) config->add_env(absl::StrCat(name, "=", value));
}

inline double Nanoseconds(absl::Duration duration) { return std::round(absl::ToDoubleNanoseconds(duration)); }

inline void SetLabels(const project::Project& project, const project::Service& service, const Placement& placement,
                      ContainerConfig* config) {
  auto& labels = *config->mutable_labels();
  for (const auto& [key, value] : service.labels()) labels[key] = value;
  labels[kComposeProjectLabel] = project.name();
  labels[kComposeServiceLabel] = service.name();
  labels[kComposeContainerNumberLabel] = absl::StrCat(placement.number);
  labels[kComposeOneoffLabel] = "False";
  labels[kComposeConfigHashLabel] = labels[project::kDigestLabel];
  labels[kComposeVersionLabel] = std::string(kVersion);
  labels[kComposeConfigFilesLabel] = placement.config_files;
  labels[kComposeWorkingDirLabel] = placement.working_dir;
}

inline void SetPorts(const project::Service& service, ContainerConfig* config) {
  for (const project::Port& port : service.ports()) {
    const std::string key = absl::StrCat(port.target(), "/", port.protocol());
    (*config->mutable_exposed_ports())[key];
    auto& binding = *(*config->mutable_host_config()->mutable_port_bindings())[key]
                         .add_values()
                         ->mutable_struct_value()
                         ->mutable_fields();
    binding["HostIp"].set_string_value(port.host_ip());
    binding["HostPort"].set_string_value(port.published() == 0 ? "" : absl::StrCat(port.published()));
  }
}

inline void SetMounts(const project::Project& project, const project::Service& service, HostConfig* host) {
  for (const project::Mount& mount : service.mounts()) {
    Mount& to = *host->add_mounts();
    const bool bind = mount.type() == project::Mount::BIND;
    to.set_type(bind ? "bind" : "volume");
    to.set_source(bind ? mount.source() : project::VolumeName(project.name(), mount.source()));
    to.set_target(mount.target());
    to.set_read_only(mount.read_only());
  }
}

inline void SetHealthCheck(const project::Service& service, const compose::ApiVersion& version,
                           ContainerConfig* config) {
  if (!compose::SaysHealthCheck(service)) return;
  const compose::EngineHealthCheck fitted = compose::ForApiVersion(service, version);
  HealthConfig& health = *config->mutable_healthcheck();
  if (!fitted.shell_test.empty()) {
    health.add_test("CMD-SHELL");
    health.add_test(fitted.shell_test);
  }
  health.set_interval(Nanoseconds(fitted.interval));
  health.set_timeout(Nanoseconds(fitted.timeout));
  health.set_start_period(Nanoseconds(fitted.start_period));
  health.set_start_interval(Nanoseconds(fitted.start_interval));
  health.set_retries(fitted.retries);
}

inline void SetRestartPolicy(const project::Service& service, HostConfig* host) {
  static constexpr const char* kNames[] = {"no", "always", "on-failure", "unless-stopped"};
  host->mutable_restart_policy()->set_name(kNames[service.restart().mode()]);
  host->mutable_restart_policy()->set_maximum_retry_count(service.restart().max_retries());
}

}  // namespace internal

inline ContainerConfig MakeContainerConfig(const project::Project& project, const project::Service& service,
                                           const Placement& placement, const compose::ApiVersion& version) {
  ContainerConfig config;
  config.set_image(service.image());
  *config.mutable_cmd() = service.command();
  internal::SetEnvironment(service, placement, &config);
  config.set_stop_signal(service.stop_signal());
  config.set_stop_timeout(static_cast<int>(std::ceil(service.stop_grace_period_seconds())));
  internal::SetLabels(project, service, placement, &config);
  internal::SetPorts(service, &config);
  internal::SetHealthCheck(service, version, &config);

  HostConfig& host = *config.mutable_host_config();
  host.set_network_mode(placement.network_id);
  for (const std::string& extra : service.extra_hosts()) {
    if (placement.knows_its_host || extra != project::kHostGateway) host.add_extra_hosts(extra);
  }
  host.set_init(service.init());
  host.set_memory(service.resources().limit_memory_bytes());
  host.set_memory_reservation(service.resources().reserved_memory_bytes());
  // In single precision, as Compose does it: the same file has to come to the same container.
  host.set_nano_cpus(std::trunc(static_cast<float>(service.resources().limit_cpus()) * 1e9f));
  host.set_cpu_shares(service.resources().cpu_shares());
  if (service.has_logging()) {
    host.mutable_log_config()->set_type(service.logging().driver());
    *host.mutable_log_config()->mutable_config() = service.logging().options();
  }
  internal::SetRestartPolicy(service, &host);
  internal::SetMounts(project, service, &host);

  EndpointSettings& endpoint = (*config.mutable_networking_config()->mutable_endpoints_config())[placement.network_id];
  endpoint.add_aliases(service.name());
  for (const std::string& alias : service.aliases()) endpoint.add_aliases(alias);
  return config;
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_CONTAINER_CONFIG_H_
