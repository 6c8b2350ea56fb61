// Texts that a container gets: its arguments and its environment.
#ifndef FLOW_KUBERNETES_ENVIRONMENT_H_
#define FLOW_KUBERNETES_ENVIRONMENT_H_

#include <map>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/names.h"
#include "flow/pipeline/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/document.h"
#include "flow/text/yaml.h"

namespace flow::kubernetes {

// `text` so that Kubernetes gives it back: it fills in $(NAME) of arguments and values, and makes one dollar of two (API
// reference, "EnvVar"). So a dollar before "(" or a dollar is doubled; others stay.
//
//   Verbatim("$(A) $$ $x") == "$$(A) $$$ $x"
inline std::string Verbatim(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    out += text[i];
    if (text[i] == '$' && i + 1 < text.size() && (text[i + 1] == '$' || text[i + 1] == '(')) out += '$';
  }
  return out;
}

template <typename Texts>
text::List VerbatimList(const Texts& texts) {
  text::List list;
  for (const std::string& text : texts) list.push_back(Verbatim(text));
  return list;
}

// The key under which a secret that is one file has its content.
inline std::string SecretKey(const project::Secret& secret) { return Shortened(secret.name(), kLongestSubdomain); }

namespace internal {

// The environment's own values, those that name an input under the name by which it is reached on a cluster.
inline std::map<std::string, std::string> PlainVariables(const project::Service& service) {
  std::map<std::string, std::string> variables(service.environment().begin(), service.environment().end());
  for (const std::string& input : service.inputs()) {
    const auto address = variables.find(absl::StrCat("FLOW_INPUT_", pipeline::EnvironmentName(input)));
    if (address == variables.end() || !absl::StartsWith(address->second, absl::StrCat(input, ":"))) continue;
    address->second = absl::StrCat(ComponentName(input), address->second.substr(input.size()));
  }
  return variables;
}

// What the project has of secrets is there (project/translate.h): a pod waits for it.
inline text::Mapping SecretVariable(const project::Service& service, const project::SecretVariable& variable) {
  text::Mapping entry = {{"name", variable.name()}};
  entry.Comment(absl::StrCat("The content of ", text::YamlString(variable.host_path())));
  entry.Add("valueFrom",
            text::Mapping{{"secretKeyRef", text::Mapping{{"name", SecretName(service.name(), variable.secret().name())},
                                                         {"key", SecretKey(variable.secret())},
                                                         {"optional", false}}}});
  return entry;
}

}  // namespace internal

// "env" of a container, sorted by name; secrets among the others, as references.
inline text::List Environment(const project::Service& service) {
  std::map<std::string, text::Mapping> entries;
  for (const auto& [name, value] : internal::PlainVariables(service)) {
    entries[name] = {{"name", name}, {"value", Verbatim(value)}};
  }
  for (const project::SecretVariable& variable : service.secret_environment()) {
    entries[variable.name()] = internal::SecretVariable(service, variable);
  }
  text::List list;
  for (auto& [name, entry] : entries) list.push_back(std::move(entry));
  return list;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_ENVIRONMENT_H_
