// What stands in the environment of a component's container.
#ifndef FLOW_PROJECT_ENVIRONMENT_H_
#define FLOW_PROJECT_ENVIRONMENT_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "flow/pipeline/pipeline.pb.h"
#include "flow/project/control_plane.h"
#include "flow/project/names.h"
#include "flow/project/project.pb.h"

namespace flow::project {

// The word for a component's list: in labels, in FLOW_COMPONENT_TYPE, in status.
inline const char* TypeName(pipeline::Component::Type type) {
  switch (type) {
    case pipeline::Component::SOURCE:
      return "source";
    case pipeline::Component::PROCESSOR:
      return "processor";
    case pipeline::Component::SINK:
      return "sink";
    default:
      return "pipeline";
  }
}

// The variable that a secret sets: its `env`; where it has none, an environment secret is called by its name.
inline std::string SecretEnvironmentName(const pipeline::Secret& secret) {
  if (!secret.env().empty() || secret.type() != pipeline::Secret::ENV) return secret.env();
  return EnvironmentName(secret.name());
}

// A secret as a cluster keeps it.
inline Secret SecretOf(const pipeline::Secret& from) {
  Secret secret;
  secret.set_name(from.name());
  secret.set_folder(from.type() == pipeline::Secret::DIR);
  uint32_t mode = 0;
  for (const char digit : from.mode()) mode = mode * 8 + static_cast<uint32_t>(digit - '0');
  secret.set_mode(mode);
  secret.set_required(from.required());
  return secret;
}

// Fills `service`'s environment and secret_environment (its name is set already), from the weakest to the strongest:
// config, what flow tells each component of itself, `env`, secrets, the control plane. FLOW_INPUT_<ID> needs the other
// components and is given in `input_addresses`, name → "id:port". `control_plane` is HOST:PORT or empty. Pipeline
// format, "What flow adds to each container's environment".
void FillEnvironment(const pipeline::Pipeline& pipeline, const pipeline::Component& component,
                     const std::map<std::string, std::string>& input_addresses, const std::string& control_plane,
                     Service& service);

namespace internal {

using Environment = google::protobuf::Map<std::string, std::string>;

inline void AddConfig(const pipeline::Component& component, Environment& environment) {
  for (const pipeline::Variable& config : component.config()) {
    environment["FLOW_CONFIG_" + EnvironmentName(config.name())] = config.value();
    // Images made for flowctl, which component references name, read their config plainly.
    if (!config.variable().empty()) environment[config.variable()] = config.value();
  }
}

inline void AddIdentity(const pipeline::Pipeline& pipeline, const pipeline::Component& component,
                        Environment& environment) {
  environment["FLOW_PIPELINE_NAME"] = pipeline.name();
  environment["FLOW_NAMESPACE"] = pipeline.namespace_();
  environment["FLOW_COMPONENT_ID"] = component.id();
  environment["FLOW_COMPONENT_TYPE"] = TypeName(component.type());
  environment["FLOW_INPUTS"] = absl::StrJoin(component.inputs(), ",");
}

// The values of environment secrets are not here but in the service's secret_environment.
inline void AddSecrets(const pipeline::Component& component, Service& service) {
  std::map<std::string, const pipeline::Secret*> by_variable;  // of two that set one variable the later wins
  for (const pipeline::Secret& secret : component.secrets()) {
    const std::string name = SecretEnvironmentName(secret);
    if (!name.empty()) by_variable[name] = &secret;
  }
  for (const auto& [name, secret] : by_variable) {
    service.mutable_environment()->erase(name);
    if (secret->type() != pipeline::Secret::ENV) {
      (*service.mutable_environment())[name] = secret->container_path();
      continue;
    }
    SecretVariable& variable = *service.add_secret_environment();
    variable.set_name(name);
    variable.set_host_path(secret->host_path());
    *variable.mutable_secret() = SecretOf(*secret);
    variable.set_compose_variable(SecretVariableName(component.id(), secret->name().empty() ? name : secret->name()));
  }
}

// A variable that flow came to set when there were pipelines already, which are not to be replaced for it: it is in no
// digest. What the file says of it holds.
inline void AddUndigested(const std::string& name, const std::string& value, Service& service) {
  const auto& secrets = service.secret_environment();
  const bool is_secret =
      std::any_of(secrets.begin(), secrets.end(), [&](const SecretVariable& secret) { return secret.name() == name; });
  if (is_secret || service.environment().contains(name)) return;
  (*service.mutable_environment())[name] = value;
  service.add_undigested_variables(name);
}

// Existing files hold an address of their own (127.0.0.1:8080) in `env`, so these win over it.
inline void AddControlPlane(const std::string& control_plane, Service& service) {
  const std::map<std::string, std::string> variables = {
      {"ENABLE_FLOWCTL", "true"},
      {pipeline::kControlPlaneVariable, AddressForContainers(control_plane)},
      {"FLOWCTL_COMPONENT_ID", service.name()},
      {"FLOWCTL_SERVICE_ID", service.name()},
      {"FLOWCTL_HEARTBEAT_INTERVAL", "10s"},
  };
  auto& secrets = *service.mutable_secret_environment();
  for (int i = secrets.size() - 1; i >= 0; --i) {
    if (variables.contains(secrets[i].name())) secrets.DeleteSubrange(i, 1);
  }
  for (const auto& [name, value] : variables) (*service.mutable_environment())[name] = value;
  AddUndigested("COMPONENT_ID", service.name(), service);  // in some components, for FLOWCTL_COMPONENT_ID
  AddUndigested("FLOWCTL_ATTEMPT", "1", service);
  AddUndigested("FLOWCTL_HEARTBEAT_INTERVAL_MS", "10000", service);
}

}  // namespace internal

inline void FillEnvironment(const pipeline::Pipeline& pipeline, const pipeline::Component& component,
                            const std::map<std::string, std::string>& input_addresses, const std::string& control_plane,
                            Service& service) {
  internal::Environment& environment = *service.mutable_environment();
  internal::AddConfig(component, environment);
  internal::AddIdentity(pipeline, component, environment);
  for (const auto& [name, address] : input_addresses) environment[name] = address;
  for (const pipeline::Variable& variable : component.env()) environment[variable.name()] = variable.value();
  internal::AddSecrets(component, service);
  if (!control_plane.empty()) internal::AddControlPlane(control_plane, service);
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_ENVIRONMENT_H_
