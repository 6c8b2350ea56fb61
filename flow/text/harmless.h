// Texts of others (a file, an engine, a program in a container) in a form that does nothing to the terminal that shows
// them. To be used where messages are printed, not where they are made: JSON has escapes of its own.
#ifndef FLOW_TEXT_HARMLESS_H_
#define FLOW_TEXT_HARMLESS_H_

#include <string>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/text/character.h"

namespace flow::text {

// A text that is to stay on its line.
//
//   HarmlessLine("a\x1b[2J\n") == "a\\x1B[2J\\n"
std::string HarmlessLine(absl::string_view text);

// A text of several lines: its line ends and tabs stay.
std::string Harmless(absl::string_view text);

// Takes the first character off a text that is not empty; what is to be shown of it on its line.
inline std::string TakeHarmless(absl::string_view& text) {
  const Character character = TakeCharacter(text);
  const uint32_t code = character.code;
  if (code == '\n') return "\\n";
  if (code == '\t') return "\\t";
  if (!IsHarmful(code)) return std::string(character.bytes);
  return code < 0x100 ? absl::StrFormat("\\x%02X", code) : absl::StrFormat("\\u%04X", code);
}

inline std::string HarmlessLine(absl::string_view text) {
  std::string out;
  while (!text.empty()) out += TakeHarmless(text);
  return out;
}

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

}  // namespace flow::text

#endif  // FLOW_TEXT_HARMLESS_H_
