// The Docker program's configuration folder, as far as it says which engine to speak to, and by which proxies
// containers speak to others.
#ifndef CMD_DOCKER_DOCKER_CONFIG_H_
#define CMD_DOCKER_DOCKER_CONFIG_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace flow {

// A context: an engine by name (`docker context create`).
struct DockerContext {
  std::string host;                  // "tcp://build-7:2376"; may be empty
  bool skip_tls_verify = false;      // it asks not to verify
  std::string ca, certificate, key;  // PEM files; empty: has none
};

// config.json's "currentContext"; empty where there is no such file or no such field. Errors as ReadConfigFile's
// (config_file.h).
absl::StatusOr<std::string> CurrentContext(const std::string& folder);

// The variables that containers of the engine at `address` get from config.json's "proxies", unless they have them: in
// upper and in lower case, as the docker program and Compose set them (Docker CLI, "Configure the Docker client").
// Empty where the file says nothing of them. Errors as CurrentContext's.
absl::StatusOr<std::map<std::string, std::string>> ProxyVariables(const std::string& folder,
                                                                  const std::string& address);

// contexts/meta/SHA256(name)/meta.json and the files of contexts/tls/SHA256(name)/docker (Docker CLI,
// cli/context/store). NotFound where there is no context of this name; FailedPrecondition where it cannot be read or is
// not for Docker.
absl::StatusOr<DockerContext> LoadContext(const std::string& folder, absl::string_view name);

// The names of the contexts that are there, sorted; those that cannot be read are left out.
std::vector<std::string> ContextNames(const std::string& folder);

}  // namespace flow

#endif  // CMD_DOCKER_DOCKER_CONFIG_H_
