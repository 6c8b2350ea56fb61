// The secrets with which a cluster's nodes pull images (API reference, "Secret", of type kubernetes.io/dockerconfigjson): one
// for each registry, so that a command of kubectl makes it too, and that the pods of its images name.
//
// Which registries have one depends on whom someone is logged in to: what needs no credentials names no secret. Where the
// secrets are there already, whoever applies next need not be logged in: those registries belong to the options then, too.
#ifndef FLOW_KUBERNETES_PULL_SECRETS_H_
#define FLOW_KUBERNETES_PULL_SECRETS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/options.h"
#include "flow/pipeline/image_reference.h"
#include "flow/project/digest.h"
#include "flow/project/project.pb.h"
#include "flow/text/document.h"
#include "flow/text/json.h"

namespace flow::kubernetes {

// What a registry is shown. Nodes know names and passwords, and no identity tokens.
struct RegistryLogin {
  std::string username;
  std::string password;
};

// The registries that a project's images come from, as they are named there ("docker.io", "127.0.0.1:5000"). Docker's official
// images ("busybox") are for everyone, and come from none.
std::set<std::string> Registries(const project::Project& project);

// By registry, the name of its secret: of those registries that the options have logins for. None where the options name a
// secret that is there.
std::map<std::string, std::string> PullSecretNames(const project::Project& project, const ObjectOptions& options);

// The secret with which an image is pulled; empty: none.
std::string PullSecretOf(const std::string& image, const ObjectOptions& options,
                         const std::map<std::string, std::string>& names);

// Those secrets themselves, in the order of their registries, of the registries that there is a login for. Like those of
// components they are not among the objects that are printed (objects.h).
std::vector<text::Mapping> PullSecrets(const project::Project& project, const ObjectOptions& options,
                                       const std::map<std::string, RegistryLogin>& logins);

namespace internal {

// Where an image comes from that may be private; empty: it is an official one of Docker Hub.
inline std::string PrivateRegistry(const std::string& image) {
  const pipeline::ImageReference reference = pipeline::ParseImageReference(image);
  const bool official = reference.registry == "docker.io" && absl::StartsWith(reference.repository, "library/");
  return official ? "" : reference.registry;
}

// What a node reads of it (kubelet, "config.json"): `auth` is name and password once more.
inline std::string DockerConfig(const std::string& registry, const RegistryLogin& login) {
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
  std::map<std::string, std::string> names;
  if (!options.pull_secret.empty() || options.logins.empty()) return names;
  const std::string owner = NamespaceName(project.namespace_(), project.pipeline());
  std::set<std::string> taken;
  for (const std::string& registry : Registries(project)) {
    if (!options.logins.contains(registry)) continue;
    std::string name = PullSecretName(owner, registry);
    // Of two that are one in letters and digits, as "a.b:1" and "a-b:1".
    if (!taken.insert(name).second)
      name = PullSecretName(owner, absl::StrCat(registry, "-", project::Sha256(registry).substr(0, 8)));
    names[registry] = std::move(name);
  }
  return names;
}

inline std::string PullSecretOf(const std::string& image, const ObjectOptions& options,
                                const std::map<std::string, std::string>& names) {
  if (!options.pull_secret.empty() || names.empty()) return options.pull_secret;
  const auto found = names.find(internal::PrivateRegistry(image));
  return found == names.end() ? "" : found->second;
}

inline std::vector<text::Mapping> PullSecrets(const project::Project& project, const ObjectOptions& options,
                                              const std::map<std::string, RegistryLogin>& logins) {
  std::vector<text::Mapping> secrets;
  const Tags tags = ProjectTags(project);
  for (const auto& [registry, name] : PullSecretNames(project, options)) {
    const auto login = logins.find(registry);
    if (login == logins.end()) continue;
    text::Mapping secret = {{"apiVersion", "v1"}, {"kind", "Secret"}};
    secret.Add("metadata", Metadata(name, NamespaceOf(project, options), tags));
    secret.Add("type", "kubernetes.io/dockerconfigjson");
    secret.Add("data", text::Mapping{
                           {".dockerconfigjson", absl::Base64Escape(internal::DockerConfig(registry, login->second))}});
    secrets.push_back(std::move(secret));
  }
  return secrets;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_PULL_SECRETS_H_
