// Compose's short syntax for a port or a volume, as this format writes it: who brings one from a Compose file is told
// the mapping to write.
#ifndef FLOW_PIPELINE_SHORT_SYNTAX_H_
#define FLOW_PIPELINE_SHORT_SYNTAX_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/field_table.h"

namespace flow::pipeline {

// The mapping that says the same as a text in short syntax, as YAML. Empty where the mapping has no short syntax, or the
// text is none.
//
//   LongSyntax(Section::kPort, "8080:80/udp") == "{containerPort: 80, hostPort: 8080, protocol: udp}"
//   LongSyntax(Section::kVolume, "./data:/data:ro") == "{host_path: ./data, mountPath: /data, readonly: true}"
std::string LongSyntax(Section section, absl::string_view text);

namespace short_syntax_internal {

inline bool IsNumber(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isdigit);
}

// Whether YAML takes the text as it stands, in a mapping in braces too.
inline bool IsPlain(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '/' || c == '.' || c == '_' || c == '-' || c == '~' || c == '$';
  });
}

// What stands before and behind the last of these signs; before is empty where there is none.
inline std::pair<absl::string_view, absl::string_view> SplitAtLast(absl::string_view text, char sign) {
  const size_t at = text.rfind(sign);
  if (at == absl::string_view::npos) return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

// [[IP:]HOST:]CONTAINER[/PROTOCOL]
inline std::string LongPort(absl::string_view text) {
  const size_t slash = text.find('/');
  const absl::string_view protocol = slash == absl::string_view::npos ? "" : text.substr(slash + 1);
  const auto [published, container] = SplitAtLast(text.substr(0, slash), ':');
  const auto [address, host] = SplitAtLast(published, ':');
  if (!IsNumber(container) || (!published.empty() && !IsNumber(host))) return "";
  if ((!address.empty() && !IsPlain(address)) || (!protocol.empty() && !IsPlain(protocol))) return "";
  return absl::StrCat("{containerPort: ", container, host.empty() ? "" : ", hostPort: ", host,
                      address.empty() ? "" : ", hostIP: ", address, protocol.empty() ? "" : ", protocol: ", protocol,
                      "}");
}

// SOURCE:TARGET[:MODE]; a source with a path's signs is of the host, another is a volume's name.
inline std::string LongVolume(absl::string_view text) {
  const size_t target_at = text.find(":/");
  if (target_at == absl::string_view::npos) return "";
  const absl::string_view source = text.substr(0, target_at);
  absl::string_view target = text.substr(target_at + 1), mode;
  if (const size_t colon = target.find(':'); colon != absl::string_view::npos) {
    mode = target.substr(colon + 1);
    target = target.substr(0, colon);
  }
  if (!IsPlain(source) || !IsPlain(target)) return "";
  const bool of_host = source.find_first_of("/~$") != absl::string_view::npos || source[0] == '.';
  return absl::StrCat("{", of_host ? "host_path: " : "name: ", source, ", mountPath: ", target,
                      mode == "ro" ? ", readonly: true" : "", "}");
}

}  // namespace short_syntax_internal

inline std::string LongSyntax(Section section, absl::string_view text) {
  if (section == Section::kPort) return short_syntax_internal::LongPort(text);
  if (section == Section::kVolume) return short_syntax_internal::LongVolume(text);
  return "";
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_SHORT_SYNTAX_H_
