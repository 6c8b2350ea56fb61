// The secrets with which a cluster's nodes pull images (API reference, "Secret", of type kubernetes.io/dockerconfigjson): one
// for each registry, so that a command of kubectl makes it too, and that the pods of its images name.
//
// Which registries have one depends on whom someone is logged in to: what needs no credentials names no secret. Where a
// secret is there already, whoever applies next need not be logged in: it stays as it is.
#ifndef FLOW_KUBERNETES_PULL_SECRETS_H_
#define FLOW_KUBERNETES_PULL_SECRETS_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/options.h"
#include "flow/pipeline/image_reference.h"
#include "flow/project/digest.h"
#include "flow/project/project.pb.h"
#include "flow/registry/login.h"
#include "flow/text/document.h"
#include "flow/text/json.h"

namespace flow::kubernetes {

// The registries that a project's images come from, as they are named there ("docker.io", "127.0.0.1:5000"). Docker's official
// images ("busybox") are for everyone, and come from none.
std::set<std::string> Registries(const project::Project& project);

// By registry, the name of its secret: of those registries that the options have logins for. None where the options name a
// secret that is there.
std::map<std::string, std::string> PullSecretNames(const project::Project& project, const ObjectOptions& options);

// The secret with which an image is pulled; empty: none.
std::string PullSecretOf(const std::string& image, const ObjectOptions& options,
                         const std::map<std::string, std::string>& names);

// By registry, what its secret holds: a "config.json" (kubelet) of its login alone. Nodes know names and passwords: a login
// that is an identity token is none. A registry without a login has what its secret among `there`, the pipeline's secrets on
// the cluster, holds already. None where the options name a secret.
std::map<std::string, std::string> PullConfigs(const project::Project& project, const ObjectOptions& options,
                                               const std::map<std::string, registry::Login>& logins,
                                               const std::vector<std::shared_ptr<const api::Object>>& there);

// Those secrets themselves, in the order of their registries. Like those of components they are not among the objects that
// are printed (objects.h).
std::vector<text::Mapping> PullSecrets(const project::Project& project, const ObjectOptions& options,
                                       const std::map<std::string, std::string>& configs);

namespace internal {

// Where an image comes from that may be private; empty: it is an official one of Docker Hub.
inline std::string PrivateRegistry(const std::string& image) {
  const pipeline::ImageReference reference = pipeline::ParseImageReference(image);
  const bool official = reference.registry == "docker.io" && absl::StartsWith(reference.repository, "library/");
  return official ? "" : reference.registry;
}

constexpr char kConfigType[] = "kubernetes.io/dockerconfigjson";
constexpr char kConfigKey[] = ".dockerconfigjson";

// By registry, the name of its secret, whether or not it has one.
inline std::map<std::string, std::string> AllNames(const project::Project& project) {
  std::map<std::string, std::string> names;
  const std::string owner = NamespaceName(project.namespace_(), project.pipeline());
  std::set<std::string> taken;
  for (const std::string& registry : Registries(project)) {
    std::string name = PullSecretName(owner, registry);
    // Of two that are one in letters and digits, as "a.b:1" and "a-b:1".
    if (!taken.insert(name).second)
      name = PullSecretName(owner, absl::StrCat(registry, "-", project::Sha256(registry).substr(0, 8)));
    names[registry] = std::move(name);
  }
  return names;
}

// `auth` is name and password once more.
inline std::string ConfigOf(const std::string& registry, const registry::Login& login) {
  const text::Mapping entry = {{"username", login.username},
                               {"password", login.password},
                               {"auth", absl::Base64Escape(absl::StrCat(login.username, ":", login.password))}};
  return text::Json(text::Mapping{{"auths", text::Mapping{{pipeline::CredentialsKey(registry), entry}}}},
                    text::JsonLayout::kCompact);
}

}  // namespace internal

inline std::set<std::string> Registries(const project::Project& project) {
  std::set<std::string> registries;
  for (const project::Service& service : project.services()) {
    registries.insert(internal::PrivateRegistry(service.image()));
  }
  registries.erase("");
  return registries;
}

inline std::map<std::string, std::string> PullSecretNames(const project::Project& project,
                                                          const ObjectOptions& options) {
  if (!options.pull_secret.empty() || options.logins.empty()) return {};
  std::map<std::string, std::string> names = internal::AllNames(project);
  std::erase_if(names, [&](const auto& one) { return !options.logins.contains(one.first); });
  return names;
}

inline std::string PullSecretOf(const std::string& image, const ObjectOptions& options,
                                const std::map<std::string, std::string>& names) {
  if (!options.pull_secret.empty() || names.empty()) return options.pull_secret;
  const auto found = names.find(internal::PrivateRegistry(image));
  return found == names.end() ? "" : found->second;
}

inline std::map<std::string, std::string> PullConfigs(const project::Project& project, const ObjectOptions& options,
                                                      const std::map<std::string, registry::Login>& logins,
                                                      const std::vector<std::shared_ptr<const api::Object>>& there) {
  std::map<std::string, std::string> configs;
  if (!options.pull_secret.empty()) return configs;
  for (const auto& [registry, name] : internal::AllNames(project)) {
    const auto login = logins.find(registry);
    if (login != logins.end() && login->second.identity_token.empty()) {
      configs[registry] = internal::ConfigOf(registry, login->second);
      continue;
    }
    for (const auto& secret : there) {
      if (secret->name() != name || (*secret)["type"].text() != internal::kConfigType) continue;
      absl::Base64Unescape((*secret)["data"][internal::kConfigKey].text(), &configs[registry]);
    }
  }
  return configs;
}

inline std::vector<text::Mapping> PullSecrets(const project::Project& project, const ObjectOptions& options,
                                              const std::map<std::string, std::string>& configs) {
  std::vector<text::Mapping> secrets;
  if (configs.empty()) return secrets;
  const Tags tags = ProjectTags(project);
  const std::map<std::string, std::string> names = internal::AllNames(project);
  for (const auto& [registry, config] : configs) {
    text::Mapping secret = {{"apiVersion", "v1"}, {"kind", "Secret"}};
    secret.Add("metadata", Metadata(names.at(registry), NamespaceOf(project, options), tags));
    secret.Add("type", internal::kConfigType);
    secret.Add("data", text::Mapping{{internal::kConfigKey, absl::Base64Escape(config)}});
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_PULL_SECRETS_H_
