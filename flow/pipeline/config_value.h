// A value under `config` as the text that a variable holds.
#ifndef FLOW_PIPELINE_CONFIG_VALUE_H_
#define FLOW_PIPELINE_CONFIG_VALUE_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/yaml_document.h"
#include "flow/text/json.h"

namespace flow::pipeline {

// Scalars as written (`0755`, `1e3`, `yes`), lists and mappings as JSON in one line. Keys of mappings are sorted: a
// file whose keys were moved about is the same file. Plain `true`, `false`, `null` and what JSON takes for a number are
// that in JSON; all else is a string.
//
//   {b: [1, yes], a: 0755} → {"a":"0755","b":[1,"yes"]}
std::string ConfigText(YamlNode node);

namespace config_internal {

// RFC 8259, 6: -?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?
inline bool IsJsonNumber(absl::string_view text) {
  size_t i = 0;
  const auto digits = [&] {
    const size_t begin = i;
    while (i < text.size() && absl::ascii_isdigit(text[i])) ++i;
    return i - begin;
  };
  if (i < text.size() && text[i] == '-') ++i;
  const bool zero = i < text.size() && text[i] == '0';
  const size_t whole = digits();
  if (whole == 0 || (zero && whole > 1)) return false;
  if (i < text.size() && text[i] == '.') {
    ++i;
    if (digits() == 0) return false;
  }
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    if (digits() == 0) return false;
  }
  return i == text.size();
}

// Straight from what was read, which may have a million nodes: no document is made of it. The reader keeps nesting
// within 64 levels, aliases written out.
inline void AppendJson(YamlNode node, std::string& out) {
  switch (node.kind()) {
    case YamlDocument::Kind::kNull:
      out += "null";
      return;
    case YamlDocument::Kind::kScalar: {
      const absl::string_view text = node.text();
      const std::string lower = absl::AsciiStrToLower(text.substr(0, 6));
      if (node.plain() && (lower == "true" || lower == "false")) {
        out += lower;
      } else if (node.plain() && IsJsonNumber(text)) {
        out.append(text.data(), text.size());
      } else {
        text::AppendJsonString(text, out);
      }
      return;
    }
    case YamlDocument::Kind::kSequence:
      out += '[';
      for (size_t i = 0; i < node.size(); ++i) {
        if (i > 0) out += ',';
        AppendJson(node.item(i), out);
      }
      out += ']';
      return;
    case YamlDocument::Kind::kMapping: {
      std::vector<std::pair<absl::string_view, size_t>> keys;
      for (size_t i = 0; i < node.size(); ++i) keys.emplace_back(node.key(i).text(), i);
      std::sort(keys.begin(), keys.end());
      out += '{';
      bool first = true;
      for (const auto& [key, i] : keys) {
        if (!first) out += ',';
        first = false;
        text::AppendJsonString(key, out);
        out += ':';
        AppendJson(node.value(i), out);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace config_internal

inline std::string ConfigText(YamlNode node) {
  if (node.IsScalar()) return std::string(node.text());
  std::string out;
  config_internal::AppendJson(node, out);
  return out;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_CONFIG_VALUE_H_
