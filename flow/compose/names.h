// The names of what a pipeline becomes on the engine. Each is made here and nowhere else, so that what apply creates,
// status and delete find.
//
//   flow::compose::ContainerName(ProjectName("default", "payments"), "ttp_proc", 1)  // "flow-payments-ttp_proc-1"
#ifndef FLOW_COMPOSE_NAMES_H_
#define FLOW_COMPOSE_NAMES_H_

#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"

namespace flow::compose {

// The Compose project of a pipeline: "flow-NAME" in the namespace "default", else "flow-NAMESPACE__NAME". Two
// underscores part the two, since neither a namespace nor a name may hold them, so no two pipelines share a project.
// Takes the words as the pipeline file's rules let them through (lower case), which makes the result a legal project
// name (Compose spec, "name": [a-z0-9][a-z0-9_-]*). The empty namespace is the default one.
inline std::string ProjectName(const std::string& name_space, const std::string& pipeline) {
  if (name_space.empty() || name_space == "default") return absl::StrCat("flow-", pipeline);
  return absl::StrCat("flow-", name_space, "__", pipeline);
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

// The name under which a component is reachable besides its id: every character that is not a letter or digit becomes
// '-'. Underscores and dots are no part of a host name (RFC 1123), and URL parsers of many languages refuse them;
// flowctl's translation does the same, so existing files address "ttp_proc" as "ttp-proc". Equal to the id where that
// is a host name.
inline std::string DnsAlias(const std::string& id) {
  std::string alias = id;
  for (char& c : alias) {
    if (!absl::ascii_isalnum(c)) c = '-';
  }
  return alias;
}

// The part of an environment variable that stands for an id or a config key: upper case, every character that is not an
// ASCII letter or digit '_' ("ttp-proc" → "TTP_PROC"). A character of several UTF-8 bytes is one character.
inline std::string EnvironmentName(const std::string& id) {
  std::string name;
  name.reserve(id.size());
  for (const char c : id) {
    if ((c & 0xC0) == 0x80) continue;  // a UTF-8 continuation byte
    name += absl::ascii_isalnum(c) ? absl::ascii_toupper(c) : '_';
  }
  return name;
}

// The variable that stands for an environment secret in the Compose file. The value of `secret` is in the environment
// of whoever runs `docker compose`, never in the file.
inline std::string SecretVariableName(const std::string& component, const std::string& secret) {
  return absl::StrCat("FLOW_SECRET_", EnvironmentName(component), "_", EnvironmentName(secret));
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_NAMES_H_
