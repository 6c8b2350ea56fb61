// The names of what a pipeline becomes on the engine. Each is made here and nowhere else, so that what apply creates,
// status and delete find.
//
//   flow::project::ContainerName(ProjectName("default", "payments"), "ttp_proc", 1)  // "flow-payments-ttp_proc-1"
#ifndef FLOW_PROJECT_NAMES_H_
#define FLOW_PROJECT_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/names.h"

namespace flow::project {

// The Compose project of a pipeline: "flow-NAME" in the namespace "default", else "flow-NAMESPACE__NAME". Two
// underscores part the two, since neither a namespace nor a name may hold them, so no two pipelines share a project.
// Takes the words as the pipeline file's rules let them through (lower case), which makes the result a legal project
// name (Compose spec, "name": [a-z0-9][a-z0-9_-]*). The empty namespace is the default one.
inline std::string ProjectName(const std::string& namespace_, const std::string& pipeline) {
  if (namespace_.empty() || namespace_ == pipeline::kDefaultNamespace) return absl::StrCat("flow-", pipeline);
  return absl::StrCat("flow-", namespace_, "__", pipeline);
}

// What is told of a pipeline that is neither on the engine nor in the state.
inline std::string NoSuchPipeline(const std::string& namespace_, const std::string& pipeline) {
  return absl::StrCat("there is no pipeline \"", pipeline, "\" in namespace \"", namespace_, "\"");
}

// The container of a service's replica; `number` counts from 1 (Compose's own rule, PROJECT-SERVICE-NUMBER).
inline std::string ContainerName(const std::string& project, const std::string& service, uint32_t number) {
  return absl::StrCat(project, "-", service, "-", number);
}

// The project's one network (Compose spec, "networks": the default network is PROJECT_default).
inline std::string NetworkName(const std::string& project) { return absl::StrCat(project, "_default"); }

// A named volume, `key` being its name in the pipeline file (Compose spec, "volumes": PROJECT_KEY).
inline std::string VolumeName(const std::string& project, const std::string& key) {
  return absl::StrCat(project, "_", key);
}

// Of ids: in the network, and in variables.
using pipeline::DnsAlias;
using pipeline::EnvironmentName;

// The variable that stands for an environment secret in the Compose file. The value of `secret` is in the environment
// of whoever runs `docker compose`, never in the file.
inline std::string SecretVariableName(const std::string& component, const std::string& secret) {
  return absl::StrCat("FLOW_SECRET_", EnvironmentName(component), "_", EnvironmentName(secret));
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_NAMES_H_
