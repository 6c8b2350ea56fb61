// Texts of others (a file, an engine, a program in a container) in a form that does nothing to the terminal that shows
// them. To be used where messages are printed, not where they are made: JSON has escapes of its own.
#ifndef FLOW_PIPELINE_HARMLESS_H_
#define FLOW_PIPELINE_HARMLESS_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/source_text.h"

namespace flow::pipeline {

// Characters that would move a terminal's cursor, or show a line as something it is not ("trojan source").
inline bool IsHarmful(uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || code == 0x200E || code == 0x200F || code == 0x2028 ||
         code == 0x2029 || (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069) || code == 0xFEFF;
}

// Takes the first character off a text that is not empty; what is to be shown of it.
inline std::string TakeHarmless(absl::string_view& text) {
  const Character c = FirstCharacter(text);
  const absl::string_view bytes = text.substr(0, c.length == 0 ? 1 : c.length);
  text.remove_prefix(bytes.size());
  if (c.length == 0) return "�";
  if (c.code == '\n') return "\\n";
  if (c.code == '\t') return "\\t";
  if (!IsHarmful(c.code)) return std::string(bytes);
  return c.code < 0x100 ? absl::StrFormat("\\x%02X", c.code) : absl::StrFormat("\\u%04X", c.code);
}

// A text that is to stay on its line.
//
//   HarmlessLine("a\x1b[2J\n") == "a\\x1B[2J\\n"
inline std::string HarmlessLine(absl::string_view text) {
  std::string out;
  while (!text.empty()) out += TakeHarmless(text);
  return out;
}

// A text of several lines: its line ends and tabs stay.
inline std::string Harmless(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text[0] == '\n' || text[0] == '\t') {
      out += text[0];
      text.remove_prefix(1);
    } else {
      out += TakeHarmless(text);
    }
  }
  return out;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_HARMLESS_H_
