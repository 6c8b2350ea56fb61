// A project's objects as a file for `kubectl apply -f`: one YAML stream, or a List as JSON.
//
// The bytes depend on the project, the options and the notes alone.
#ifndef FLOW_KUBERNETES_MANIFEST_H_
#define FLOW_KUBERNETES_MANIFEST_H_

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/compose/probe.h"
#include "flow/kubernetes/environment.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/objects.h"
#include "flow/kubernetes/options.h"
#include "flow/kubernetes/pull_secrets.h"
#include "flow/pipeline/image_reference.h"
#include "flow/project/project.pb.h"
#include "flow/project/role.h"
#include "flow/text/document.h"
#include "flow/text/harmless.h"
#include "flow/text/json.h"
#include "flow/text/yaml.h"

namespace flow::kubernetes {

// By component id: what a reader should know of it besides its role, a line of text each.
using ComponentNotes = std::map<std::string, std::vector<std::string>>;

// The stream, UTF-8, with comments: what it is and how it is used at its top, each component's role above its first object.
std::string EmitManifest(const project::Project& project, const ObjectOptions& options,
                         const ComponentNotes& notes = {});

// The same objects, without the comments.
std::string EmitManifestJson(const project::Project& project, const ObjectOptions& options);

namespace internal {

// A word of a command line.
inline std::string ShellWord(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || (c != '\0' && absl::StrContains("_./:@%+=,-", c));
  });
  return plain ? text : compose::ShellQuote(text);
}

// The command that makes a secret. `from`: where its content comes from.
inline std::string CreateSecret(absl::string_view what, const std::string& name, const std::string& namespace_,
                                absl::string_view from) {
  return absl::StrCat("  kubectl create secret ", what, " ", name, " --namespace ", namespace_, " ", from);
}

// One command for each secret of a file, in its order. A variable's value has no white space around it, of which a shell
// cuts off line breaks at its end.
inline std::vector<std::string> SecretCommands(const project::Project& project, const std::string& namespace_) {
  std::vector<std::string> commands;
  std::set<std::string> told;
  const auto tell = [&](const std::string& name, const std::string& from) {
    if (told.insert(name).second) commands.push_back(CreateSecret("generic", name, namespace_, from));
  };
  for (const project::Service& service : project.services()) {
    for (const project::SecretVariable& variable : service.secret_environment()) {
      tell(SecretName(service.name(), variable.secret().name()),
           absl::StrCat("--from-literal=", SecretKey(variable.secret()), "=\"$(cat ", ShellWord(variable.host_path()),
                        ")\""));
    }
    for (const project::Mount& mount : service.mounts()) {
      if (!mount.has_secret()) continue;
      const std::string key = mount.secret().folder() ? "" : absl::StrCat(SecretKey(mount.secret()), "=");
      tell(SecretName(service.name(), mount.secret().name()),
           absl::StrCat("--from-file=", key, ShellWord(mount.source())));
    }
  }
  return commands;
}

// One command for each registry whose images need a secret.
inline std::vector<std::string> PullSecretCommands(const project::Project& project, const ObjectOptions& options) {
  std::vector<std::string> commands;
  for (const auto& [registry, name] : PullSecretNames(project, options)) {
    commands.push_back(CreateSecret("docker-registry", name, NamespaceOf(project, options),
                                    absl::StrCat("--docker-server=", pipeline::CredentialsKey(registry),
                                                 " --docker-username=USER --docker-password=PASSWORD")));
  }
  return commands;
}

// How large the largest config map is.
inline size_t MostCarried(const project::Project& project, const ObjectOptions& options) {
  size_t most = 0;
  for (const project::Service& service : project.services()) {
    for (const CarriedMount& mount : CarriedMounts(service, options.carried)) {
      most = std::max(most, mount.carried->bytes());
    }
  }
  return most;
}

inline std::vector<std::string> HeaderLines(const project::Project& project, const ObjectOptions& options) {
  const std::string namespace_ = NamespaceOf(project, options);
  std::vector<std::string> lines = {
      absl::StrCat("The pipeline ", project.pipeline(), " of the namespace ", project.namespace_(),
                   ", written by flow: change the pipeline's file, not this one."),
      absl::StrCat("`kubectl apply -f FILE` puts it into the cluster's namespace ", namespace_,
                   ". All of it starts at once there: a component that"),
      "needs another may fail, and is started again, until that is up."};
  if (MostCarried(project, options) > kMostClientSideBytes) {
    lines.push_back("Over 256 KiB of files are carried along, which it takes with --server-side only.");
  }
  const std::vector<std::string> secrets = SecretCommands(project, namespace_);
  if (!secrets.empty()) {
    lines.push_back(
        "The values of secrets are not in here. Once the namespace is there, these make them; pods wait for that:");
    lines.insert(lines.end(), secrets.begin(), secrets.end());
  }
  const std::vector<std::string> pull_secrets = PullSecretCommands(project, options);
  if (!pull_secrets.empty()) {
    lines.push_back("Nodes pull private images with secrets, which these make once the namespace is there:");
    lines.insert(lines.end(), pull_secrets.begin(), pull_secrets.end());
  }
  return lines;
}

inline void AppendComments(const std::vector<std::string>& lines, std::string& out) {
  for (const std::string& line : lines) absl::StrAppend(&out, "# ", text::HarmlessLine(line), "\n");
}

}  // namespace internal

inline std::string EmitManifest(const project::Project& project, const ObjectOptions& options,
                                const ComponentNotes& notes) {
  std::string out;
  internal::AppendComments(internal::HeaderLines(project, options), out);
  const project::Service* told = nullptr;  // the last one that was introduced
  ForEachObject(project, options, [&](const Object& object) {
    std::vector<std::string> comments;
    if (object.service != nullptr && object.service != told) {
      told = object.service;
      comments.push_back(project::Role(*told));
      const auto more = notes.find(told->name());
      if (more != notes.end()) comments.insert(comments.end(), more->second.begin(), more->second.end());
    }
    out += "---\n";
    internal::AppendComments(comments, out);
    out += text::Yaml(object.document);
  });
  return out;
}

inline std::string EmitManifestJson(const project::Project& project, const ObjectOptions& options) {
  const text::Entries items = [&](const std::function<void(const text::Value&)>& take) {
    ForEachObject(project, options, [&](Object object) { take(std::move(object.document)); });
  };
  return text::Json(text::Mapping{{"apiVersion", "v1"}, {"kind", "List"}, {"items", items}}, text::JsonLayout::kLines);
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_MANIFEST_H_
