// Characters of a text in UTF-8: taking one after the other, how wide they are, and which of them nobody sees.
#ifndef FLOW_TEXT_CHARACTER_H_
#define FLOW_TEXT_CHARACTER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/span.h"

namespace flow::text {

// A character as a text holds it. Where a byte is no UTF-8 it is U+FFFD in that byte's place, and not `valid`.
struct Character {
  uint32_t code = 0xFFFD;
  absl::string_view bytes = "\uFFFD";
  bool valid = false;
};

// Takes the first character off a text that is not empty. RFC 3629: no overlong forms, no surrogates.
Character TakeCharacter(absl::string_view& text);

// Whether a byte of UTF-8 begins a character.
inline bool BeginsCharacter(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) != 0x80; }

// The text with U+FFFD for each byte that is no UTF-8.
std::string AsUtf8(absl::string_view text);

// Whether a character would move a terminal's cursor, or show a line as something that it is not ("trojan source").
bool IsHarmful(uint32_t code);

// Whether it is harmful, or nobody sees it, or sees what it is: between quotes such a character is an escape.
bool IsHidden(uint32_t code);

// Whether it may stand in YAML as it is (YAML 1.2, 5.1: c-printable). Others may in double quotes, as an escape.
bool IsYaml(uint32_t code);

// The columns of a terminal that it takes: East Asian wide ones and pictures two, combining ones none, all others one.
// Coarse blocks do: a text beside its place is all that a mistake costs.
size_t Width(uint32_t code);

namespace internal {

struct Range {
  uint32_t first, last;
};

inline bool IsIn(absl::Span<const Range> ranges, uint32_t code) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [code](const Range& range) { return code >= range.first && code <= range.last; });
}

}  // namespace internal

inline Character TakeCharacter(absl::string_view& text) {
  const absl::string_view begin = text;
  const unsigned char lead = static_cast<unsigned char>(text[0]);
  text.remove_prefix(1);
  if (lead < 0x80) return {lead, begin.substr(0, 1), true};
  const size_t length = lead >= 0xF5 ? 0 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || begin.size() < length) return {};
  uint32_t code = lead & (0xFF >> (length + 1));
  for (const char byte : begin.substr(1, length - 1)) {
    if (BeginsCharacter(byte)) return {};
    code = code << 6 | (static_cast<unsigned char>(byte) & 0x3F);
  }
  constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallest[length] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return {};
  text.remove_prefix(length - 1);
  return {code, begin.substr(0, length), true};
}

inline std::string AsUtf8(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const absl::string_view bytes = TakeCharacter(text).bytes;
    out.append(bytes.data(), bytes.size());
  }
  return out;
}

inline bool IsHarmful(uint32_t code) {
  static constexpr internal::Range kHarmful[] = {{0x00, 0x1F},     {0x7F, 0x9F},     {0x200E, 0x200F},
                                                 {0x2028, 0x202E}, {0x2066, 0x2069}, {0xFEFF, 0xFEFF}};
  return internal::IsIn(kHarmful, code);
}

inline bool IsHidden(uint32_t code) {
  // Spaces and hyphens that look like others or like nothing; what is no character, or of private use.
  static constexpr internal::Range kUnseen[] = {{0xA0, 0xA0},       {0xAD, 0xAD},     {0x200B, 0x200F},
                                                {0x2060, 0x206F},   {0xFFF9, 0xFFFF}, {0xE0000, 0xE0FFF},
                                                {0xF0000, 0x10FFFF}};
  return IsHarmful(code) || internal::IsIn(kUnseen, code);
}

inline bool IsYaml(uint32_t code) {
  if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
  if (code < 0x7F) return true;
  return code == 0x85 || (code >= 0xA0 && code != 0xFFFE && code != 0xFFFF);
}

inline size_t Width(uint32_t code) {
  static constexpr internal::Range kNone[] = {{0x0300, 0x036F}, {0x200B, 0x200D}, {0xFE00, 0xFE0F}};
  static constexpr internal::Range kTwo[] = {{0x1100, 0x115F}, {0x2E80, 0xA4CF},   {0xAC00, 0xD7A3},
                                             {0xF900, 0xFAFF}, {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},
                                             {0xFFE0, 0xFFE6}, {0x1F300, 0x1FAFF}, {0x20000, 0x3FFFD}};
  return internal::IsIn(kNone, code) ? 0 : internal::IsIn(kTwo, code) ? 2 : 1;
}

}  // namespace flow::text

#endif  // FLOW_TEXT_CHARACTER_H_
