// What someone shows a registry, as the Docker program keeps it (docker/cli, cli/config): in its config.json, or with a
// helper program that is named there. A registry has its credentials under a key, pipeline::CredentialsKey of its name.
#ifndef FLOW_REGISTRY_LOGIN_H_
#define FLOW_REGISTRY_LOGIN_H_

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"

namespace flow::registry {

struct Login {
  std::string username;
  std::string password;
  std::string identity_token;  // stands for both; empty: there is none

  bool operator==(const Login&) const = default;
};

// Whether someone has logged in to a registry, as far as that is known without a helper: `docker login` leaves an entry
// for it also where a helper keeps the credentials.
bool HasLogin(const google::protobuf::Struct& config, const std::string& key);

// The helper that keeps a registry's credentials: the program docker-credential-NAME; empty: none does.
std::string CredentialHelper(const google::protobuf::Struct& config, const std::string& key);

// The login that stands in the file itself. Nothing: there is none for this registry.
std::optional<Login> StoredLogin(const google::protobuf::Struct& config, const std::string& key);

// What a helper answered to `get` (docker/docker-credential-helpers). Nothing: it has none, or that is no answer.
std::optional<Login> HelperLogin(absl::string_view answer);

// How it is done

namespace internal {

// What the spellings of a registry have in common: no scheme, no path, one name for Docker Hub.
inline std::string RegistryHost(absl::string_view key) {
  if (!absl::ConsumePrefix(&key, "https://")) absl::ConsumePrefix(&key, "http://");
  key = key.substr(0, key.find('/'));
  return key == "index.docker.io" || key == "registry-1.docker.io" ? "docker.io" : std::string(key);
}

// The text under a key; empty where there is none.
inline std::string TextOf(const google::protobuf::Struct& object, absl::string_view key) {
  const auto found = object.fields().find(std::string(key));
  return found == object.fields().end() ? "" : found->second.string_value();
}

// The object under a key; an empty one where there is none.
inline const google::protobuf::Struct& ObjectOf(const google::protobuf::Struct& object, absl::string_view key) {
  const auto found = object.fields().find(std::string(key));
  return found == object.fields().end() ? google::protobuf::Struct::default_instance() : found->second.struct_value();
}

// The entry whose key means this registry: as it is written, else in another spelling.
inline const google::protobuf::Value* EntryOf(const google::protobuf::Struct& entries, const std::string& key) {
  if (const auto exact = entries.fields().find(key); exact != entries.fields().end()) return &exact->second;
  for (const auto& [name, value] : entries.fields()) {
    if (RegistryHost(name) == RegistryHost(key)) return &value;
  }
  return nullptr;
}

}  // namespace internal

inline bool HasLogin(const google::protobuf::Struct& config, const std::string& key) {
  return internal::EntryOf(internal::ObjectOf(config, "auths"), key) != nullptr ||
         internal::EntryOf(internal::ObjectOf(config, "credHelpers"), key) != nullptr;
}

inline std::string CredentialHelper(const google::protobuf::Struct& config, const std::string& key) {
  const google::protobuf::Value* own = internal::EntryOf(internal::ObjectOf(config, "credHelpers"), key);
  return own != nullptr ? own->string_value() : internal::TextOf(config, "credsStore");
}

inline std::optional<Login> StoredLogin(const google::protobuf::Struct& config, const std::string& key) {
  const google::protobuf::Value* entry = internal::EntryOf(internal::ObjectOf(config, "auths"), key);
  if (entry == nullptr) return std::nullopt;
  const google::protobuf::Struct& fields = entry->struct_value();
  Login login = {internal::TextOf(fields, "username"), internal::TextOf(fields, "password"),
                 internal::TextOf(fields, "identitytoken")};
  std::string plain;  // "USER:PASSWORD", perhaps with NULs behind
  if (absl::Base64Unescape(internal::TextOf(fields, "auth"), &plain)) {
    if (const size_t colon = plain.find(':'); colon != std::string::npos) {
      login.username = plain.substr(0, colon);
      login.password = plain.substr(colon + 1, plain.find_last_not_of('\0') - colon);
    }
  }
  const bool some = !login.username.empty() || !login.identity_token.empty();
  return some ? std::optional(login) : std::nullopt;
}

inline std::optional<Login> HelperLogin(absl::string_view answer) {
  google::protobuf::Struct fields;
  if (!google::protobuf::util::JsonStringToMessage(std::string(answer), &fields).ok()) return std::nullopt;
  const std::string username = internal::TextOf(fields, "Username"), secret = internal::TextOf(fields, "Secret");
  if (secret.empty()) return std::nullopt;
  if (username == "<token>") return Login{.identity_token = secret};
  return Login{.username = username, .password = secret};
}

}  // namespace flow::registry

#endif  // FLOW_REGISTRY_LOGIN_H_
