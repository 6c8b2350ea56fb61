#include "cmd/docker/docker_config.h"

#include <google/protobuf/struct.pb.h>
#include <google/protobuf/util/json_util.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "flow/docker/engine/registry_auth.h"
#include "flow/pipeline/image_reference.h"
#include "flow/project/digest.h"

namespace flow {
namespace {

constexpr size_t kMostBytes = 4 * 1024 * 1024;

absl::StatusOr<google::protobuf::Struct> ReadJson(const std::string& path) {
  absl::StatusOr<std::string> text = ReadFile(path, kMostBytes);
  if (!text.ok()) return text.status();
  google::protobuf::Struct json;
  if (!google::protobuf::util::JsonStringToMessage(*text, &json).ok()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " is not valid JSON"));
  }
  return json;
}

// The member of this name; a null where there is none or `value` is no object.
const google::protobuf::Value& Member(const google::protobuf::Struct& object, absl::string_view name) {
  const auto found = object.fields().find(std::string(name));
  return found == object.fields().end() ? google::protobuf::Value::default_instance() : found->second;
}

// config.json; nothing where there is none. Errors: CurrentContext's.
absl::StatusOr<google::protobuf::Struct> ReadConfig(const std::string& folder) {
  if (folder.empty()) return google::protobuf::Struct();
  const std::string path = absl::StrCat(folder, "/config.json");
  absl::StatusOr<google::protobuf::Struct> config = ReadJson(path);
  if (absl::IsNotFound(config.status())) return google::protobuf::Struct();
  const bool is_there = access(path.c_str(), F_OK) == 0;
  if (config.ok() || (absl::IsPermissionDenied(config.status()) && !is_there)) return config;
  return absl::FailedPreconditionError(config.status().message());
}

struct Proxy {
  const char* field;
  const char* variable;
};
constexpr Proxy kProxies[] = {{"httpProxy", "HTTP_PROXY"},
                              {"httpsProxy", "HTTPS_PROXY"},
                              {"noProxy", "NO_PROXY"},
                              {"ftpProxy", "FTP_PROXY"},
                              {"allProxy", "ALL_PROXY"}};

std::string IfThere(const std::string& path) { return access(path.c_str(), F_OK) == 0 ? path : std::string(); }

}  // namespace

std::string DockerConfigFolder(const Environment& environment) {
  if (std::string folder = Variable(environment, "DOCKER_CONFIG"); !folder.empty()) return folder;
  const std::string home = Variable(environment, "HOME");
  return home.empty() ? home : absl::StrCat(home, "/.docker");
}

absl::StatusOr<std::string> CurrentContext(const std::string& folder) {
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfig(folder);
  if (!config.ok()) return config.status();
  return Member(*config, "currentContext").string_value();
}

absl::StatusOr<std::map<std::string, std::string>> ProxyVariables(const std::string& folder,
                                                                  const std::string& address) {
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfig(folder);
  if (!config.ok()) return config.status();
  const google::protobuf::Struct& proxies = Member(*config, "proxies").struct_value();
  const bool named = proxies.fields().contains(address);
  const google::protobuf::Struct& used = Member(proxies, named ? address : "default").struct_value();
  std::map<std::string, std::string> variables;
  for (const auto& [field, name] : kProxies) {
    const std::string& value = Member(used, field).string_value();
    if (!value.empty()) variables[name] = variables[absl::AsciiStrToLower(name)] = value;
  }
  return variables;
}

absl::StatusOr<std::set<std::string>> LoggedInTo(const std::string& folder, const std::set<std::string>& registries) {
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfig(folder);
  if (!config.ok()) return config.status();
  std::set<std::string> logins;
  for (const std::string& registry : registries) {
    if (docker::engine::HasLogin(*config, pipeline::CredentialsKey(registry))) logins.insert(registry);
  }
  return logins;
}

absl::StatusOr<DockerContext> LoadContext(const std::string& folder, absl::string_view name) {
  const std::string digest = project::Sha256(std::string(name));
  const std::string path = absl::StrCat(folder, "/contexts/meta/", digest, "/meta.json");
  const absl::StatusOr<google::protobuf::Struct> meta = ReadJson(path);
  if (absl::IsNotFound(meta.status())) return meta.status();
  if (!meta.ok()) return absl::FailedPreconditionError(meta.status().message());
  const google::protobuf::Value endpoint = Member(Member(*meta, "Endpoints").struct_value(), "docker");
  if (!endpoint.has_struct_value()) {
    return absl::FailedPreconditionError(absl::StrCat(path, " has no Endpoints.docker: the context is not for Docker"));
  }
  const std::string tls = absl::StrCat(folder, "/contexts/tls/", digest, "/docker/");
  DockerContext context;
  context.host = Member(endpoint.struct_value(), "Host").string_value();
  context.skip_tls_verify = Member(endpoint.struct_value(), "SkipTLSVerify").bool_value();
  context.ca = IfThere(absl::StrCat(tls, "ca.pem"));
  context.certificate = IfThere(absl::StrCat(tls, "cert.pem"));
  context.key = IfThere(absl::StrCat(tls, "key.pem"));
  return context;
}

std::vector<std::string> ContextNames(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(absl::StrCat(folder, "/contexts/meta"), error), end;
       !error && entry != end; entry.increment(error)) {
    const absl::StatusOr<google::protobuf::Struct> meta = ReadJson(entry->path().string() + "/meta.json");
    if (!meta.ok()) continue;
    if (std::string name = Member(*meta, "Name").string_value(); !name.empty()) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace flow
