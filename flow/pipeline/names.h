// What pipelines, namespaces and labels may be called, and the names that are derived from names.
#ifndef FLOW_PIPELINE_NAMES_H_
#define FLOW_PIPELINE_NAMES_H_

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "flow/text/character.h"

namespace flow::pipeline {

// The namespace of a file that names none.
inline constexpr char kDefaultNamespace[] = "default";

// The most characters of a pipeline's, a namespace's or a component's name: those of a label in DNS (RFC 1035), and so of
// a host's name.
inline constexpr size_t kMaxName = 63;

// Whether a text is lower-case letters and digits, with "-" and (where `underscores` says so) "_" between them.
inline bool IsLowerName(absl::string_view text, bool underscores) {
  const auto plain = [](char c) { return absl::ascii_islower(c) || absl::ascii_isdigit(c); };
  if (text.empty() || !plain(text.front()) || !plain(text.back())) return false;
  return std::all_of(text.begin(), text.end(),
                     [&](char c) { return plain(c) || c == '-' || (c == '_' && underscores); });
}

// Whether a namespace or a pipeline may have this name. "__" parts the two in the engine's names, so neither holds it.
inline bool IsNamespaceName(absl::string_view name) {
  return name.size() <= kMaxName && IsLowerName(name, /*underscores=*/false);
}
inline bool IsPipelineName(absl::string_view name) {
  return name.size() <= kMaxName && IsLowerName(name, /*underscores=*/true) && !absl::StrContains(name, "__");
}

// The variable that holds a control plane's address, as flowctl's components read it.
inline constexpr char kControlPlaneVariable[] = "FLOWCTL_ENDPOINT";

// How the labels begin that only flow and Compose set: a pipeline's own label of such a key would lie about whose a
// thing is.
inline constexpr absl::string_view kReservedLabels[] = {"com.obsrvr.flow.", "com.docker.compose."};

inline bool IsReservedLabel(absl::string_view key) {
  return std::any_of(std::begin(kReservedLabels), std::end(kReservedLabels),
                     [&](absl::string_view reserved) { return absl::StartsWith(key, reserved); });
}

// A key or an id as part of a variable's name: upper case, `_` for what is no ASCII letter or digit. A character of
// several UTF-8 bytes is one character.
//
//   EnvironmentName("batch-size") == "BATCH_SIZE"      as in FLOW_CONFIG_BATCH_SIZE
inline std::string EnvironmentName(absl::string_view name) {
  std::string out;
  for (const char c : name) {
    if (!text::BeginsCharacter(c)) continue;
    out += absl::ascii_isalnum(c) ? absl::ascii_toupper(c) : '_';
  }
  return out;
}

// The second name of a component in the network, which URL parsers and files of existing users ask for: `-` for what is
// no letter or digit. Equal to the id where that has none of these.
//
//   DnsAlias("ttp_proc") == "ttp-proc"
inline std::string DnsAlias(absl::string_view id) {
  std::string out(id);
  for (char& c : out) {
    if (!absl::ascii_isalnum(c)) c = '-';
  }
  return out;
}

// Whether a variable may have this name: [A-Za-z_][A-Za-z0-9_]*.
inline bool IsVariableName(absl::string_view name) {
  if (name.empty() || absl::ascii_isdigit(name[0])) return false;
  for (char c : name) {
    if (!absl::ascii_isalnum(c) && c != '_') return false;
  }
  return true;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_NAMES_H_
