// How the engine is told what to show a registry (Engine API, "Authentication": X-Registry-Auth).
#ifndef FLOW_DOCKER_ENGINE_REGISTRY_AUTH_H_
#define FLOW_DOCKER_ENGINE_REGISTRY_AUTH_H_

#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_replace.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/engine/json.h"
#include "flow/registry/login.h"

namespace flow::docker::engine {

// The value of X-Registry-Auth: JSON in URL-safe base64, padded. `key`: the registry's (pipeline::CredentialsKey).
inline std::string RegistryAuthHeader(const registry::Login& login, const std::string& key) {
  AuthConfig credentials;
  if (login.identity_token.empty()) {
    credentials.set_username(login.username);
    credentials.set_password(login.password);
  }
  credentials.set_identity_token(login.identity_token);
  credentials.set_server_address(key);
  return absl::StrReplaceAll(absl::Base64Escape(WriteJson(credentials)), {{"+", "-"}, {"/", "_"}});
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_REGISTRY_AUTH_H_
