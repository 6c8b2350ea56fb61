// Names that are derived from names: of variables, and in the network.
#ifndef FLOW_PIPELINE_NAMES_H_
#define FLOW_PIPELINE_NAMES_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace flow::pipeline {

// A key or an id as part of a variable's name: upper case, `_` for what is no ASCII letter or digit. A character of
// several UTF-8 bytes is one character.
//
//   EnvironmentName("batch-size") == "BATCH_SIZE"      as in FLOW_CONFIG_BATCH_SIZE
inline std::string EnvironmentName(absl::string_view name) {
  std::string out;
  for (const char c : name) {
    if ((c & 0xC0) == 0x80) continue;  // not the first byte of its character
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
