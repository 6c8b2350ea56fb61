#include "cmd/registry/config_file.h"

#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "flow/pipeline/image_reference.h"
#include "flow/registry/login.h"

namespace flow {
namespace {

constexpr size_t kMostBytes = 4 * 1024 * 1024;

}  // namespace

std::string DockerConfigFolder(const Environment& environment) {
  if (std::string folder = Variable(environment, "DOCKER_CONFIG"); !folder.empty()) return folder;
  const std::string home = Variable(environment, "HOME");
  return home.empty() ? home : absl::StrCat(home, "/.docker");
}

absl::StatusOr<google::protobuf::Struct> ReadJsonFile(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  google::protobuf::Struct json;
  if (!google::protobuf::util::JsonStringToMessage(*text, &json).ok()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not valid JSON"));
  }
  return json;
}

absl::StatusOr<google::protobuf::Struct> ReadConfigFile(const std::string& folder) {
  if (folder.empty()) return google::protobuf::Struct();
  const std::string path = absl::StrCat(folder, "/config.json");
  absl::StatusOr<google::protobuf::Struct> config = ReadJsonFile(path);
  if (absl::IsNotFound(config.status())) return google::protobuf::Struct();
  const bool is_there = access(path.c_str(), F_OK) == 0;
  if (config.ok() || (absl::IsPermissionDenied(config.status()) && !is_there)) return config;
  return absl::FailedPreconditionError(config.status().message());
}

absl::StatusOr<std::set<std::string>> LoggedInTo(const std::string& folder, const std::set<std::string>& registries) {
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfigFile(folder);
  if (!config.ok()) return config.status();
  std::set<std::string> logins;
  for (const std::string& registry : registries) {
    if (registry::HasLogin(*config, pipeline::CredentialsKey(registry))) logins.insert(registry);
  }
  return logins;
}

}  // namespace flow
