// The Docker program's configuration folder, as far as it says which engine to speak to, and by which proxies
// containers speak to others.
#ifndef CMD_DOCKER_DOCKER_CONFIG_H_
#define CMD_DOCKER_DOCKER_CONFIG_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"

namespace flow {

// A context: an engine by name (`docker context create`).
struct DockerContext {
  std::string host;                  // "tcp://build-7:2376"; may be empty
  bool skip_tls_verify = false;      // it asks not to verify
  std::string ca, certificate, key;  // PEM files; empty: has none
};

// DOCKER_CONFIG, else ~/.docker; empty where there is neither DOCKER_CONFIG nor HOME.
std::string DockerConfigFolder(const Environment& environment);

// config.json's "currentContext"; empty where there is no such file or no such field. PermissionDenied where the folder
// is closed, as another user's is: there may be none. FailedPrecondition for a file that is there and cannot be read, or
// is not JSON. Both name it.
absl::StatusOr<std::string> CurrentContext(const std::string& folder);

// The variables that containers of the engine at `address` get from config.json's "proxies", unless they have them: in
// upper and in lower case, as the docker program and Compose set them (Docker CLI, "Configure the Docker client").
// Empty where the file says nothing of them. Errors as CurrentContext's.
absl::StatusOr<std::map<std::string, std::string>> ProxyVariables(const std::string& folder,
                                                                  const std::string& address);

// Those of the registries ("docker.io", "127.0.0.1:5000") to which someone has logged in, as config.json tells. No helper is
// run for it: of a store that was filled by other means than `docker login` nobody knows what it has. Errors as
// CurrentContext's.
absl::StatusOr<std::set<std::string>> LoggedInTo(const std::string& folder, const std::set<std::string>& registries);

// contexts/meta/SHA256(name)/meta.json and the files of contexts/tls/SHA256(name)/docker (Docker CLI,
// cli/context/store). NotFound where there is no context of this name; FailedPrecondition where it cannot be read or is
// not for Docker.
absl::StatusOr<DockerContext> LoadContext(const std::string& folder, absl::string_view name);

// The names of the contexts that are there, sorted; those that cannot be read are left out.
std::vector<std::string> ContextNames(const std::string& folder);

}  // namespace flow

#endif  // CMD_DOCKER_DOCKER_CONFIG_H_
