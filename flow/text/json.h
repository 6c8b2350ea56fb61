// Documents as JSON (RFC 8259), without what only people read.
#ifndef FLOW_TEXT_JSON_H_
#define FLOW_TEXT_JSON_H_

#include <cstddef>
#include <string>
#include <variant>

#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/text/character.h"
#include "flow/text/document.h"

namespace flow::text {

enum class JsonLayout {
  kCompact,  // {"a":1,"b":[2,3]}
  kLine,     // {"a": 1, "b": [2, 3]}
  kLines,    // a member a line, two spaces a level, and a line break at the end
};

// Bytes of a text that are no UTF-8 become U+FFFD.
std::string Json(const Value& value, JsonLayout layout);

// A text between quotes.
void AppendJsonString(absl::string_view text, std::string& out);

namespace internal {

class JsonPrinter {
 public:
  JsonPrinter(JsonLayout layout, std::string& out) : layout_(layout), out_(out) {}

  void Print(const Value& value) { std::visit(*this, value.any()); }

  void operator()(const Scalar& scalar) {
    if (scalar.kind == Scalar::Kind::kLiteral) {
      out_ += scalar.text;
    } else {
      AppendJsonString(scalar.text, out_);
    }
  }

  void operator()(const List& list) {
    Open('[');
    for (const Value& value : list) {
      Next();
      Print(value);
    }
    Close(']');
  }

  void operator()(const Mapping& mapping) {
    Open('{');
    for (const Mapping::Entry& entry : mapping.entries()) {
      if (entry.kind != Mapping::Entry::Kind::kMember) continue;
      Next();
      AppendJsonString(entry.text, out_);
      out_ += layout_ == JsonLayout::kCompact ? ":" : ": ";
      Print(entry.value);
    }
    Close('}');
  }

  void operator()(const std::shared_ptr<const Later>& later) { Print((*later)()); }

  void operator()(const std::shared_ptr<const Entries>& entries) {
    Open('[');
    (*entries)([this](const Value& value) {
      Next();
      Print(value);
    });
    Close(']');
  }

 private:
  void Open(char bracket) {
    out_ += bracket;
    ++level_;
    first_ = true;
  }

  void Next() {
    if (!first_) out_ += layout_ == JsonLayout::kLine ? ", " : ",";
    first_ = false;
    NewLine();
  }

  void Close(char bracket) {
    --level_;
    if (!first_) NewLine();
    first_ = false;
    out_ += bracket;
  }

  void NewLine() {
    if (layout_ != JsonLayout::kLines) return;
    out_ += '\n';
    out_.append(level_ * 2, ' ');
  }

  const JsonLayout layout_;
  std::string& out_;
  size_t level_ = 0;
  bool first_ = true;  // nothing stands yet behind the bracket that was opened last
};

}  // namespace internal

inline void AppendJsonString(absl::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const Character character = TakeCharacter(text);
    if (character.code == '"' || character.code == '\\') {
      out += '\\';
      out += static_cast<char>(character.code);
    } else if (character.code == '\n') {
      out += "\\n";
    } else if (character.code == '\t') {
      out += "\\t";
    } else if (character.code < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", character.code);
    } else {
      out.append(character.bytes.data(), character.bytes.size());
    }
  }
  out += '"';
}

inline std::string Json(const Value& value, JsonLayout layout) {
  std::string out;
  internal::JsonPrinter(layout, out).Print(value);
  if (layout == JsonLayout::kLines) out += '\n';
  return out;
}

}  // namespace flow::text

#endif  // FLOW_TEXT_JSON_H_
