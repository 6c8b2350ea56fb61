// Whose credentials a registry is shown, by the Docker program's config.json (docker/cli, cli/config), and how the
// engine wants to be told of them (Engine API, "Authentication": X-Registry-Auth).
#ifndef FLOW_DOCKER_ENGINE_REGISTRY_AUTH_H_
#define FLOW_DOCKER_ENGINE_REGISTRY_AUTH_H_

#include <optional>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/engine/json.h"
#include "flow/pipeline/image_reference.h"
#include "google/protobuf/struct.pb.h"

namespace flow::docker::engine {

// Under which name an image's registry has its credentials.
inline std::string RegistryKey(absl::string_view reference) {
  return pipeline::CredentialsKey(pipeline::ParseImageReference(reference).registry);
}

// Whether someone has logged in to a registry, as far as that is known without a helper: `docker login` leaves an entry
// for it also where a helper keeps the credentials.
bool HasLogin(const google::protobuf::Struct& config, const std::string& key);

// The helper that keeps a registry's credentials: the program docker-credential-NAME; empty: none does.
std::string CredentialHelper(const google::protobuf::Struct& config, const std::string& key);

// The credentials that stand in the file itself. Nothing: there are none for this registry.
std::optional<AuthConfig> StoredCredentials(const google::protobuf::Struct& config, const std::string& key);

// What a helper answered to `get` (docker/docker-credential-helpers). Nothing: it has none, or that is no answer.
std::optional<AuthConfig> HelperCredentials(absl::string_view answer);

// The value of X-Registry-Auth: JSON in URL-safe base64, padded.
std::string RegistryAuthHeader(AuthConfig credentials, const std::string& key);

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

inline std::string CredentialHelper(const google::protobuf::Struct& config, const std::string& key) {
  const google::protobuf::Value* own = internal::EntryOf(internal::ObjectOf(config, "credHelpers"), key);
  return own != nullptr ? own->string_value() : internal::TextOf(config, "credsStore");
}

inline bool HasLogin(const google::protobuf::Struct& config, const std::string& key) {
  return internal::EntryOf(internal::ObjectOf(config, "auths"), key) != nullptr ||
         internal::EntryOf(internal::ObjectOf(config, "credHelpers"), key) != nullptr;
}

inline std::optional<AuthConfig> StoredCredentials(const google::protobuf::Struct& config, const std::string& key) {
  const google::protobuf::Value* entry = internal::EntryOf(internal::ObjectOf(config, "auths"), key);
  if (entry == nullptr) return std::nullopt;
  const google::protobuf::Struct& fields = entry->struct_value();
  AuthConfig credentials;
  credentials.set_username(internal::TextOf(fields, "username"));
  credentials.set_password(internal::TextOf(fields, "password"));
  credentials.set_identity_token(internal::TextOf(fields, "identitytoken"));
  std::string plain;  // "USER:PASSWORD", perhaps with NULs behind
  if (absl::Base64Unescape(internal::TextOf(fields, "auth"), &plain)) {
    if (const size_t colon = plain.find(':'); colon != std::string::npos) {
      credentials.set_username(plain.substr(0, colon));
      credentials.set_password(plain.substr(colon + 1, plain.find_last_not_of('\0') - colon));
    }
  }
  const bool some = !credentials.username().empty() || !credentials.identity_token().empty();
  return some ? std::optional(credentials) : std::nullopt;
}

inline std::optional<AuthConfig> HelperCredentials(absl::string_view answer) {
  const absl::StatusOr<google::protobuf::Struct> fields = ReadJson<google::protobuf::Struct>(answer);
  if (!fields.ok()) return std::nullopt;
  const std::string username = internal::TextOf(*fields, "Username"), secret = internal::TextOf(*fields, "Secret");
  if (secret.empty()) return std::nullopt;
  AuthConfig credentials;
  if (username == "<token>") {
    credentials.set_identity_token(secret);
  } else {
    credentials.set_username(username);
    credentials.set_password(secret);
  }
  return credentials;
}

inline std::string RegistryAuthHeader(AuthConfig credentials, const std::string& key) {
  if (!credentials.identity_token().empty()) {
    credentials.clear_username();
    credentials.clear_password();
  }
  credentials.set_server_address(key);
  return absl::StrReplaceAll(absl::Base64Escape(WriteJson(credentials)), {{"+", "-"}, {"/", "_"}});
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_REGISTRY_AUTH_H_
