// YAML text that every reader takes for the same strings: those of YAML 1.1 (where `yes`, `0755` and `22:22` are no
// strings) and of YAML 1.2 alike.
//
// Written by hand and not with YAML::Emitter, which leaves `22:22`, `2024-01-01` and `y` unquoted and writes no
// comments between the entries of a mapping where a person would put them.
#ifndef FLOW_COMPOSE_YAML_H_
#define FLOW_COMPOSE_YAML_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "flow/pipeline/document_writer.h"

namespace flow::compose {

namespace internal {

// What readers take, unquoted and in any case, for something other than a string (YAML 1.1 types: bool, null, merge).
inline bool IsYamlWord(const std::string& text) {
  static const auto& words = *new absl::flat_hash_set<std::string>{"y",    "n",    "yes",   "no",   "on",  "off",
                                                                   "true", "null", "false", "none", "inf", "nan"};
  return words.contains(absl::AsciiStrToLower(text));
}

// True where `text` may stand without quotes. Much stricter than YAML: a letter, '/' or '_' first, which rules out
// numbers, dates and indicators, then what images, paths, ids and signals are made of.
inline bool IsPlainSafe(const std::string& text) {
  if (text.empty() || text.back() == ':' || IsYamlWord(text)) return false;
  if (!absl::ascii_isalpha(text[0]) && text[0] != '/' && text[0] != '_') return false;
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return absl::ascii_isalnum(c) || (c != '\0' && absl::StrContains("_./@:+=-", c)); });
}

struct CodePoint {
  uint32_t value = 0;
  size_t size = 0;  // bytes; 0: not UTF-8
};

// The character that begins at text[at].
inline CodePoint Decode(const std::string& text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const uint8_t first = byte(at);
  if (first < 0x80) return {first, 1};
  const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || at + size > text.size()) return {};
  uint32_t value = first & (0xFF >> (size + 1));
  for (size_t i = at + 1; i < at + size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = value << 6 | (byte(i) & 0x3F);
  }
  static constexpr uint32_t kSmallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kSmallest[size] || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, size};
}

// False for what YAML refuses or takes for a line's end, and for what a person cannot see.
inline bool IsPrintable(uint32_t character) {
  static constexpr std::pair<uint32_t, uint32_t> kHidden[] = {
      {0x00, 0x1F},     {0x7F, 0xA0},     {0xAD, 0xAD},     {0x200B, 0x200F},   {0x2028, 0x202E},
      {0x2060, 0x206F}, {0xFEFF, 0xFEFF}, {0xFFF9, 0xFFFF}, {0xE0000, 0xE0FFF}, {0xF0000, 0x10FFFF},
  };
  return std::none_of(std::begin(kHidden), std::end(kHidden),
                      [&](const auto& range) { return character >= range.first && character <= range.second; });
}

// True where every character can be seen, except those in `besides`.
inline bool AllPrintable(const std::string& text, const std::string& besides) {
  for (size_t at = 0; at < text.size();) {
    const CodePoint character = Decode(text, at);
    if (character.size == 0 || (!IsPrintable(character.value) && !absl::StrContains(besides, text[at]))) return false;
    at += character.size;
  }
  return true;
}

inline std::string Escaped(uint32_t character) {
  switch (character) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\t':
      return "\\t";
    case '\r':
      return "\\r";
    default:
      if (character < 0x100) return absl::StrFormat("\\x%02X", character);
      if (character < 0x10000) return absl::StrFormat("\\u%04X", character);
      return absl::StrFormat("\\U%08X", character);
  }
}

inline std::string DoubleQuoted(const std::string& text) {
  std::string quoted = "\"";
  for (size_t at = 0; at < text.size();) {
    const CodePoint character = Decode(text, at);
    if (character.size == 0) {
      quoted += "\\uFFFD";  // no UTF-8: the replacement character
      ++at;
      continue;
    }
    if (character.value == '"' || character.value == '\\' || !IsPrintable(character.value)) {
      quoted += Escaped(character.value);
    } else {
      quoted.append(text, at, character.size);
    }
    at += character.size;
  }
  return quoted + "\"";
}

// True for a text of several lines that a literal block gives back byte for byte with any reader: nothing invisible in
// it, no white space at the end of a line or before the first word, at most one line break at its end.
inline bool IsBlockSafe(const std::string& text) {
  if (!absl::StrContains(text, '\n') || absl::ascii_isspace(text[0]) || absl::EndsWith(text, "\n\n")) return false;
  if (absl::StrContains(text, " \n") || absl::StrContains(text, "\t\n") || absl::EndsWith(text, " ")) return false;
  return !absl::StrContains(text, "\n\t") && !absl::EndsWith(text, "\t") && AllPrintable(text, "\n\t");
}

}  // namespace internal

// `text` as a YAML string on one line: without quotes where no reader could misread it, else in the quotes that need no
// escapes, else escaped. Bytes that are no UTF-8 become U+FFFD.
inline std::string YamlString(const std::string& text) {
  if (internal::IsPlainSafe(text)) return text;
  const bool needs_escapes = absl::StrContains(text, '"') || absl::StrContains(text, '\\');
  if (needs_escapes && internal::AllPrintable(text, "")) {
    return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
  }
  return internal::DoubleQuoted(text);
}

// Writes block mappings and lists, two spaces a level.
class YamlWriter : public pipeline::DocumentWriter {
 public:
  // "# TEXT"; `text` is one line.
  void Comment(int level, const std::string& text) override { Line(level, absl::StrCat("# ", text)); }
  void Blank() override { text_ += '\n'; }

  // "KEY:"
  void Open(int level, const std::string& key) override { Line(level, absl::StrCat(Key(level, key), ":")); }
  // "KEY: TEXT"
  void String(int level, const std::string& key, const std::string& text) override {
    Value(level, absl::StrCat(Key(level, key), ": "), text);
  }
  // "KEY: WORD"
  void Word(int level, const std::string& key, const std::string& word) override {
    Line(level, absl::StrCat(Key(level, key), ": ", word));
  }
  void Literal(int level, const std::string& key, const std::string& literal) override { Word(level, key, literal); }
  // "- TEXT"
  void Item(int level, const std::string& text) override { Value(level, "- ", text); }
  // "- " before the next line.
  void BeginItem() override { item_ = true; }

  std::string Take() override { return std::move(text_); }

 private:
  // A key over 1024 characters must be announced (YAML 1.2, 7.4.2 "Block mappings").
  static constexpr size_t kLongestKey = 1000;

  static std::string Indent(int level) { return std::string(static_cast<size_t>(level) * 2, ' '); }

  std::string Key(int level, const std::string& key) {
    std::string quoted = YamlString(key);
    if (quoted.size() <= kLongestKey) return quoted;
    return absl::StrCat("? ", quoted, "\n", Indent(level));
  }

  void Line(int level, const std::string& line) {
    if (item_) {
      absl::StrAppend(&text_, Indent(level - 1), "- ", line, "\n");
    } else {
      absl::StrAppend(&text_, Indent(level), line, "\n");
    }
    item_ = false;
  }

  void Value(int level, const std::string& before, const std::string& text) {
    if (!internal::IsBlockSafe(text)) return Line(level, before + YamlString(text));
    // A literal block; its indentation is that of its first line, which is not empty.
    const bool ends_with_break = text.back() == '\n';
    Line(level, before + (ends_with_break ? "|" : "|-"));
    const std::string indent = Indent(level + 1);
    size_t at = 0;
    while (at < text.size()) {
      const size_t end = std::min(text.find('\n', at), text.size());
      if (end > at) absl::StrAppend(&text_, indent, text.substr(at, end - at));
      text_ += '\n';
      at = end + 1;
    }
  }

  std::string text_;
  bool item_ = false;
};

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_YAML_H_
