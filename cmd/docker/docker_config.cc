#include "cmd/docker/docker_config.h"

#include <google/protobuf/struct.pb.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cmd/registry/config_file.h"
#include "flow/project/digest.h"

namespace flow {
namespace {

// The member of this name; a null where there is none or `value` is no object.
const google::protobuf::Value& Member(const google::protobuf::Struct& object, absl::string_view name) {
  const auto found = object.fields().find(std::string(name));
  return found == object.fields().end() ? google::protobuf::Value::default_instance() : found->second;
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

absl::StatusOr<std::string> CurrentContext(const std::string& folder) {
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfigFile(folder);
  if (!config.ok()) return config.status();
  return Member(*config, "currentContext").string_value();
}

absl::StatusOr<std::map<std::string, std::string>> ProxyVariables(const std::string& folder,
                                                                  const std::string& address) {
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfigFile(folder);
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

absl::StatusOr<DockerContext> LoadContext(const std::string& folder, absl::string_view name) {
  const std::string digest = project::Sha256(std::string(name));
  const std::string path = absl::StrCat(folder, "/contexts/meta/", digest, "/meta.json");
  const absl::StatusOr<google::protobuf::Struct> meta = ReadJsonFile(path);
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
    const absl::StatusOr<google::protobuf::Struct> meta = ReadJsonFile(entry->path().string() + "/meta.json");
    if (!meta.ok()) continue;
    if (std::string name = Member(*meta, "Name").string_value(); !name.empty()) names.push_back(std::move(name));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace flow
