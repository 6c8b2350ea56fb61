// JSON (RFC 8259) as a text.
#ifndef FLOW_PIPELINE_JSON_WRITER_H_
#define FLOW_PIPELINE_JSON_WRITER_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/document_writer.h"
#include "flow/pipeline/source_text.h"

namespace flow::pipeline {

// `text` in quotes. Bytes that are no UTF-8 become U+FFFD.
inline void AppendJsonString(absl::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const Character character = FirstCharacter(text);
    const char c = text[0];
    if (character.length == 0) {
      out += "\uFFFD";
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      absl::StrAppendFormat(&out, "\\u%04x", static_cast<unsigned char>(c));
    } else {
      out.append(text.data(), character.length);
    }
    text.remove_prefix(character.length == 0 ? 1 : character.length);
  }
  out += '"';
}

inline std::string JsonString(absl::string_view text) {
  std::string out;
  AppendJsonString(text, out);
  return out;
}

// A member a line, two spaces a level. JSON has no comments.
class JsonWriter : public DocumentWriter {
 public:
  void Comment(int, const std::string&) override {}
  void Blank() override {}

  void Open(int level, const std::string& key) override {
    Key(level, key);
    open_.push_back(Container{level + 1});
  }
  void String(int level, const std::string& key, const std::string& text) override {
    Key(level, key);
    AppendJsonString(text, text_);
  }
  void Word(int level, const std::string& key, const std::string& word) override { String(level, key, word); }
  void Literal(int level, const std::string& key, const std::string& literal) override {
    Key(level, key);
    text_ += literal;
  }
  void Item(int level, const std::string& text) override {
    Member(level, Kind::kList);
    AppendJsonString(text, text_);
  }
  void BeginItem() override { item_ = true; }

  std::string Take() override {
    CloseDownTo(-1);
    text_ += '\n';
    return std::move(text_);
  }

 private:
  enum class Kind { kNotKnown, kList, kMapping };

  struct Container {
    int level;                    // of its members
    Kind kind = Kind::kNotKnown;  // which it is, its first member says
  };

  void Key(int level, const std::string& key) {
    if (item_) {
      item_ = false;
      Member(level - 1, Kind::kList);
      open_.push_back(Container{level});
    }
    Member(level, Kind::kMapping);
    AppendJsonString(key, text_);
    text_ += ": ";
  }

  // What comes before a member of the container at `level`.
  void Member(int level, Kind kind) {
    CloseDownTo(level);
    Container& container = open_.back();
    if (container.kind == Kind::kNotKnown) {
      text_ += kind == Kind::kList ? '[' : '{';
      container.kind = kind;
    } else {
      text_ += ',';
    }
    NewLine();
  }

  void CloseDownTo(int level) {
    while (!open_.empty() && open_.back().level > level) {
      const Kind kind = open_.back().kind;
      open_.pop_back();
      if (kind == Kind::kNotKnown) {
        text_ += "{}";
        continue;
      }
      NewLine();
      text_ += kind == Kind::kList ? ']' : '}';
    }
  }

  void NewLine() {
    text_ += '\n';
    text_.append(open_.size() * 2, ' ');
  }

  std::string text_;
  std::vector<Container> open_ = {Container{0}};
  bool item_ = false;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_JSON_WRITER_H_
