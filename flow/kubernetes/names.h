// The names of what a pipeline becomes on a cluster. Each is made here and nowhere else.
//
// A cluster's names are narrower than a file's: most are DNS labels of lower-case letters, digits and "-" (RFC 1123). What
// does not fit is mapped, as on an engine's network ("-" for any other character), and two that meet are an error
// (check.h).
#ifndef FLOW_KUBERNETES_NAMES_H_
#define FLOW_KUBERNETES_NAMES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/names.h"
#include "flow/project/digest.h"

namespace flow::kubernetes {

// The most characters of a DNS label (RFC 1123), of a DNS subdomain, and of a port's name (RFC 6335).
inline constexpr size_t kLongestLabel = 63;
inline constexpr size_t kLongestSubdomain = 253;
inline constexpr size_t kLongestPortName = 15;

// `name` within `longest` characters: a longer one is cut, and gets a hash of the whole behind it, the same each time.
inline std::string Shortened(std::string name, size_t longest) {
  constexpr size_t kHash = 8;
  if (name.size() <= longest) return name;
  std::string head = name.substr(0, longest - kHash - 1);
  while (head.back() == '-' || head.back() == '.') head.pop_back();
  return absl::StrCat(head, "-", project::Sha256(name).substr(0, kHash));
}

// A text as a DNS label: lower case, "-" for what is no letter or digit, none of those at its ends. The text has a letter
// or a digit.
//
//   Label("TTP_proc", 63) == "ttp-proc"      Label("/etc/app.yaml", 63) == "etc-app-yaml"
inline std::string Label(absl::string_view text, size_t longest = kLongestLabel) {
  std::string label;
  for (const char c : text) label += absl::ascii_isalnum(c) ? absl::ascii_tolower(c) : '-';
  label.erase(label.find_last_not_of('-') + 1);
  label.erase(0, label.find_first_not_of('-'));
  return Shortened(std::move(label), longest);
}

// A component's objects: its workload, its service, its container. A service's name begins with a letter (RFC 1035), so
// one of an id that begins with a digit gets "c-" before it.
//
//   ComponentName("ttp_proc") == "ttp-proc"      ComponentName("9lives") == "c-9lives"
inline std::string ComponentName(absl::string_view id) {
  const bool digit = absl::ascii_isdigit(id[0]);
  return Label(digit ? absl::StrCat("c-", id) : id);
}

// Whether a component is reached by its own id: names in DNS know no upper and lower case.
inline bool IsReachedById(absl::string_view id) { return ComponentName(id) == absl::AsciiStrToLower(id); }

// A pipeline's namespace: "flow-NAME", of another flow namespace than the default one "flow-NAMESPACE--NAME". May be too
// long, which is for check.h to say: a name that is cut would tell nobody whose it is.
inline std::string NamespaceName(absl::string_view namespace_, absl::string_view pipeline) {
  const std::string name = absl::StrReplaceAll(pipeline, {{"_", "-"}});
  if (namespace_.empty() || namespace_ == pipeline::kDefaultNamespace) return absl::StrCat("flow-", name);
  return absl::StrCat("flow-", namespace_, "--", name);
}

// The claim of a named volume.
inline std::string ClaimName(absl::string_view key) { return Label(key); }

// The secret, or the config map of what is carried to `target`, of a component. Component names have no ".", so what
// stands before it tells whose it is.
inline std::string SecretName(absl::string_view component, absl::string_view secret) {
  return absl::StrCat(ComponentName(component), ".", Label(secret, kLongestSubdomain - kLongestLabel - 1));
}
inline std::string ConfigMapName(absl::string_view component, absl::string_view target) {
  return absl::StrCat(ComponentName(component), ".", Label(target, kLongestSubdomain - kLongestLabel - 1));
}

// The secret with which what comes from `registry` is pulled. `pipeline_namespace`: the pipeline's (NamespaceName). It has no
// ".", as the secrets of components have.
inline std::string PullSecretName(absl::string_view pipeline_namespace, absl::string_view registry) {
  return Label(absl::StrCat(pipeline_namespace, "-", registry), kLongestSubdomain);
}

// A volume of a pod: what it is, and which.
inline std::string PodVolumeName(absl::string_view kind, absl::string_view name) {
  return Label(absl::StrCat(kind, "-", name));
}

// Whether an object may have this name: a DNS subdomain (RFC 1123), labels with "." between.
inline bool IsObjectName(absl::string_view name) {
  if (name.size() > kLongestSubdomain) return false;
  for (const absl::string_view part : absl::StrSplit(name, '.')) {
    if (!pipeline::IsLowerName(part, /*underscores=*/false)) return false;
  }
  return true;
}

// Whether a port may be called that (IANA_SVC_NAME): lower-case letters, digits and single "-" between, a letter at least.
inline bool IsPortName(absl::string_view name) {
  return name.size() <= kLongestPortName && pipeline::IsLowerName(name, /*underscores=*/false) &&
         name.find("--") == absl::string_view::npos && std::any_of(name.begin(), name.end(), absl::ascii_islower);
}

// A port by its own name where a cluster takes that, else by what it is: "tcp-8080".
inline std::string PortName(absl::string_view name, absl::string_view protocol, uint32_t number) {
  const std::string lower = absl::AsciiStrToLower(name);
  return IsPortName(lower) ? lower : absl::StrCat(protocol, "-", number);
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_NAMES_H_
