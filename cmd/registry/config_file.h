// The Docker program's config.json: where it is, and to which registries it says that someone is logged in.
#ifndef CMD_REGISTRY_CONFIG_FILE_H_
#define CMD_REGISTRY_CONFIG_FILE_H_

#include <google/protobuf/struct.pb.h>

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"

namespace flow {

// The Docker program's configuration folder: DOCKER_CONFIG, else ~/.docker; empty where there is neither DOCKER_CONFIG nor
// HOME.
std::string DockerConfigFolder(const Environment& environment);

// What a file of that folder says. Errors are the file's (file.h); FailedPrecondition: it is not JSON. All name it.
absl::StatusOr<google::protobuf::Struct> ReadJsonFile(const std::string& path);

// The folder's config.json; nothing where there is none. PermissionDenied where the folder is closed, as another user's is:
// there may be none. FailedPrecondition for a file that is there and cannot be read, or is not JSON. Both name it.
absl::StatusOr<google::protobuf::Struct> ReadConfigFile(const std::string& folder);

// Those of the registries ("docker.io", "127.0.0.1:5000") to which someone has logged in, as config.json tells. No helper is
// run for it: of a store that was filled by other means than `docker login` nobody knows what it has. Errors as
// ReadConfigFile's.
absl::StatusOr<std::set<std::string>> LoggedInTo(const std::string& folder, const std::set<std::string>& registries);

}  // namespace flow

#endif  // CMD_REGISTRY_CONFIG_FILE_H_
