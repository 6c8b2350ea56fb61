// Documents as YAML that every reader takes for the same: readers of YAML 1.1 (where `yes`, `0755` and `22:22` are no
// texts) and of YAML 1.2 alike.
//
// Written by hand and not with YAML::Emitter, which leaves `22:22`, `2024-01-01` and `y` unquoted and writes no
// comments between the entries of a mapping where a person would put them.
#ifndef FLOW_TEXT_YAML_H_
#define FLOW_TEXT_YAML_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <variant>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "flow/text/character.h"
#include "flow/text/document.h"

namespace flow::text {

// Mappings and lists in block style, two spaces a level; texts of several lines as literal blocks where that gives them
// back byte for byte; a comment as "# LINE". Ends in a line break.
std::string Yaml(const Mapping& document);

// `text` as a YAML string on one line: without quotes where no reader could misread it, else in the quotes that need no
// escapes, else escaped. Bytes that are no UTF-8 become U+FFFD.
std::string YamlString(absl::string_view text);

namespace internal {

// What readers take, unquoted and in any case, for something other than a text (YAML 1.1 types: bool, null, merge).
inline bool IsYamlWord(absl::string_view text) {
  static constexpr absl::string_view kWords[] = {"y",    "n",    "yes",   "no",   "on",  "off",
                                                 "true", "null", "false", "none", "inf", "nan"};
  constexpr size_t kLongest = 5;
  return text.size() <= kLongest && std::any_of(std::begin(kWords), std::end(kWords), [text](absl::string_view word) {
           return absl::EqualsIgnoreCase(text, word);
         });
}

// True where `text` may stand without quotes. Much stricter than YAML: a letter, '/' or '_' first, which rules out
// numbers, dates and indicators, then what images, paths, ids and signals are made of.
inline bool IsPlainSafe(absl::string_view text) {
  if (text.empty() || text.back() == ':' || IsYamlWord(text)) return false;
  if (!absl::ascii_isalpha(text[0]) && text[0] != '/' && text[0] != '_') return false;
  return std::all_of(text.begin(), text.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '.' || c == '/' || c == '@' || c == ':' || c == '+' || c == '=' ||
           c == '-';
  });
}

// True where every character can be seen, except those in `besides`.
inline bool AllSeen(absl::string_view text, absl::string_view besides) {
  while (!text.empty()) {
    const char first = text[0];
    if (IsHidden(TakeCharacter(text).code) && !absl::StrContains(besides, first)) return false;
  }
  return true;
}

inline std::string Escaped(uint32_t code) {
  switch (code) {
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
      if (code < 0x100) return absl::StrFormat("\\x%02X", code);
      if (code < 0x10000) return absl::StrFormat("\\u%04X", code);
      return absl::StrFormat("\\U%08X", code);
  }
}

inline std::string DoubleQuoted(absl::string_view text) {
  std::string quoted = "\"";
  while (!text.empty()) {
    const Character character = TakeCharacter(text);
    if (character.code == '"' || character.code == '\\' || IsHidden(character.code)) {
      quoted += Escaped(character.code);
    } else {
      quoted.append(character.bytes.data(), character.bytes.size());
    }
  }
  quoted += '"';
  return quoted;
}

// True for a text of several lines that a literal block gives back byte for byte with any reader: nothing invisible in
// it, no white space at the end of a line or before the first word, at most one line break at its end.
inline bool IsBlockSafe(absl::string_view text) {
  if (!absl::StrContains(text, '\n') || absl::ascii_isspace(text[0]) || absl::EndsWith(text, "\n\n")) return false;
  if (absl::StrContains(text, " \n") || absl::StrContains(text, "\t\n") || absl::EndsWith(text, " ")) return false;
  return !absl::StrContains(text, "\n\t") && !absl::EndsWith(text, "\t") && AllSeen(text, "\n\t");
}

class YamlPrinter {
 public:
  explicit YamlPrinter(std::string& out) : out_(out) {}

  // Its lines, at so many levels.
  void PrintEntries(const Mapping& mapping, size_t level) {
    for (const Mapping::Entry& entry : mapping.entries()) {
      if (entry.kind == Mapping::Entry::Kind::kBlank) {
        out_ += '\n';
        begun_ = false;
        continue;
      }
      Indent(level);
      if (entry.kind == Mapping::Entry::Kind::kComment) {
        absl::StrAppend(&out_, "# ", entry.text, "\n");
        continue;
      }
      PrintKey(entry.text, level);
      Print(entry.value, level, Place::kBehindKey);
    }
  }

 private:
  enum class Place { kBehindKey, kBehindDash };

  // A key over 1024 characters must be announced (YAML 1.2, 7.4.2 "Block mappings").
  static constexpr size_t kLongestKey = 1000;

  void PrintKey(absl::string_view key, size_t level) {
    const std::string text = YamlString(key);
    if (text.size() <= kLongestKey) {
      absl::StrAppend(&out_, text, ":");
    } else {
      absl::StrAppend(&out_, "? ", text, "\n");
      Indent(level);
      out_ += ':';
    }
  }

  // The value of a key or a dash that stands at `level`, and the end of its line.
  void Print(const Value& value, size_t level, Place place) {
    const Value::Any& any = value.any();
    if (const auto* const later = std::get_if<std::shared_ptr<const Later>>(&any))
      return Print((**later)(), level, place);
    if (const auto* const scalar = std::get_if<Scalar>(&any)) return PrintScalar(*scalar, level);
    if (const auto* const entries = std::get_if<std::shared_ptr<const Entries>>(&any)) {
      return PrintMade(**entries, level, place);
    }
    const auto* const list = std::get_if<List>(&any);
    if (list != nullptr ? list->empty() : std::get<Mapping>(any).empty()) {
      out_ += list != nullptr ? " []\n" : " {}\n";
      return;
    }
    // What is in a list's entry begins on the line of its dash.
    out_ += place == Place::kBehindDash ? ' ' : '\n';
    begun_ = place == Place::kBehindDash;
    if (list == nullptr) return PrintEntries(std::get<Mapping>(any), level + 1);
    for (const Value& item : *list) PrintItem(item, level);
  }

  void PrintItem(const Value& item, size_t level) {
    Indent(level + 1);
    out_ += '-';
    Print(item, level + 1, Place::kBehindDash);
  }

  // Whether there are any is known when the first one is made.
  void PrintMade(const Entries& entries, size_t level, Place place) {
    bool any = false;
    entries([&](const Value& item) {
      if (!std::exchange(any, true)) {
        out_ += place == Place::kBehindDash ? ' ' : '\n';
        begun_ = place == Place::kBehindDash;
      }
      PrintItem(item, level);
    });
    if (!any) out_ += " []\n";
  }

  void PrintScalar(const Scalar& scalar, size_t level) {
    if (scalar.kind != Scalar::Kind::kText) {
      absl::StrAppend(&out_, " ", scalar.text, "\n");
    } else if (IsBlockSafe(scalar.text)) {
      PrintBlock(scalar.text, level + 1);
    } else {
      absl::StrAppend(&out_, " ", YamlString(scalar.text), "\n");
    }
  }

  // Its indentation is that of its first line, which is not empty.
  void PrintBlock(absl::string_view text, size_t level) {
    out_ += text.back() == '\n' ? " |\n" : " |-\n";
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      if (end > 0) {
        Indent(level);
        out_.append(text.data(), end);
      }
      out_ += '\n';
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  void Indent(size_t level) {
    if (!std::exchange(begun_, false)) out_.append(level * 2, ' ');
  }

  std::string& out_;
  bool begun_ = false;  // what comes next goes on in the line
};

}  // namespace internal

inline std::string YamlString(absl::string_view text) {
  if (internal::IsPlainSafe(text)) return std::string(text);
  const bool needs_escapes = absl::StrContains(text, '"') || absl::StrContains(text, '\\');
  if (needs_escapes && internal::AllSeen(text, "")) {
    return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "''"}}), "'");
  }
  return internal::DoubleQuoted(text);
}

inline std::string Yaml(const Mapping& document) {
  if (document.empty()) return "{}\n";
  std::string out;
  internal::YamlPrinter(out).PrintEntries(document, 0);
  return out;
}

}  // namespace flow::text

#endif  // FLOW_TEXT_YAML_H_
