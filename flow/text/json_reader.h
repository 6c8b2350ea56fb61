// JSON (RFC 8259) → a document. Numbers stay as they are written, members and entries in their order.
#ifndef FLOW_TEXT_JSON_READER_H_
#define FLOW_TEXT_JSON_READER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "flow/text/document.h"

namespace flow::text {

// Levels of brackets in brackets that are read.
inline constexpr int kMostJsonLevels = 100;

// Takes one value with white space around it, in time proportional to its length. Bytes of a text that are no UTF-8 are
// kept; of a key that comes twice both members are, and Find gives the first.
// `without`: names of members that are left out where they are mappings or lists, so that they take no memory.
// InvalidArgument, with what is wrong and at which byte, for anything else.
absl::StatusOr<Value> ReadJson(absl::string_view json, absl::Span<const absl::string_view> without = {});

namespace internal {

class JsonReader {
 public:
  JsonReader(absl::string_view json, absl::Span<const absl::string_view> without)
      : without_(without), all_(json), rest_(json) {}

  absl::StatusOr<Value> Read() {
    Value value = "";
    if (!ReadValue(0, value)) return Wrong();
    SkipSpace();
    if (rest_.empty()) return value;
    wrong_ = "more follows";
    return Wrong();
  }

 private:
  // Each of these takes what it names off the rest, or fails: false, with wrong_ set.

  bool ReadValue(int level, Value& value) {
    SkipSpace();
    if (rest_.empty()) return Fail("it ends too early");
    switch (rest_[0]) {
      case '{':
        return ReadMapping(level + 1, value);
      case '[':
        return ReadList(level + 1, value);
      case '"': {
        Scalar text;
        if (!ReadText(text.text)) return false;
        value = std::move(text);
        return true;
      }
      default:
        return ReadLiteral(value);
    }
  }

  // What is in brackets is collected in read_, and taken from there when all of it has come: so it has no more memory than it
  // takes.

  bool ReadMapping(int level, Value& value) {
    const size_t begin = read_.size();
    if (!ReadInBrackets('}', level, [&] {
          Mapping::Entry member;
          if (!Expect('"') || !ReadText(member.text)) return false;
          SkipSpace();
          if (!Expect(':')) return false;
          rest_.remove_prefix(1);
          if (!ReadValue(level, member.value)) return false;
          if (IsWanted(member)) read_.push_back(std::move(member));
          return true;
        })) {
      return false;
    }
    std::vector<Mapping::Entry> members(std::make_move_iterator(read_.begin() + begin),
                                        std::make_move_iterator(read_.end()));
    read_.resize(begin);
    value = Mapping(std::move(members));
    return true;
  }

  bool IsWanted(const Mapping::Entry& member) const {
    return std::holds_alternative<Scalar>(member.value.any()) ||
           std::find(without_.begin(), without_.end(), member.text) == without_.end();
  }

  bool ReadList(int level, Value& value) {
    const size_t begin = read_.size();
    if (!ReadInBrackets(']', level, [&] {
          Mapping::Entry entry;
          if (!ReadValue(level, entry.value)) return false;
          read_.push_back(std::move(entry));
          return true;
        })) {
      return false;
    }
    List list;
    list.reserve(read_.size() - begin);
    for (size_t at = begin; at < read_.size(); ++at) list.push_back(std::move(read_[at].value));
    read_.resize(begin);
    value = std::move(list);
    return true;
  }

  // What stands between brackets, with commas between: `read_one` reads one of them.
  template <typename ReadOne>
  bool ReadInBrackets(char close, int level, const ReadOne& read_one) {
    if (level > kMostJsonLevels) return Fail("it is nested too deeply");
    rest_.remove_prefix(1);
    SkipSpace();
    if (!rest_.empty() && rest_[0] == close) return Take(1);
    while (true) {
      SkipSpace();
      if (!read_one()) return false;
      SkipSpace();
      if (!rest_.empty() && rest_[0] == close) return Take(1);
      if (!Expect(',')) return false;
      rest_.remove_prefix(1);
    }
  }

  bool ReadText(std::string& text) {
    rest_.remove_prefix(1);
    while (true) {
      size_t plain = 0;
      while (plain < rest_.size() && IsPlain(rest_[plain])) ++plain;
      text.append(rest_.data(), plain);
      rest_.remove_prefix(plain);
      if (rest_.empty()) return Fail("it ends within a text");
      if (rest_[0] == '"') return Take(1);
      if (rest_[0] != '\\') return Fail("a control character stands in a text");
      if (!ReadEscape(text)) return false;
    }
  }

  static bool IsPlain(char c) { return c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20; }

  bool ReadEscape(std::string& text) {
    static constexpr absl::string_view kNames = "\"\\/bfnrt", kMeant = "\"\\/\b\f\n\r\t";
    const char name = rest_.size() < 2 ? '\0' : rest_[1];
    if (name == 'u') return ReadCode(text);
    const size_t which = kNames.find(name);
    if (which == absl::string_view::npos) return Fail("no escape of JSON");
    text += kMeant[which];
    return Take(2);
  }

  // "\u00e9", or a character as two: "\ud83d\ude00". A half alone is U+FFFD.
  bool ReadCode(std::string& text) {
    uint32_t code = 0, low = 0;
    if (!PeekCode(code)) return Fail("\\u takes four hexadecimal digits");
    (void)Take(6);
    if (code >= 0xD800 && code < 0xDC00 && PeekCode(low) && low >= 0xDC00 && low < 0xE000) {
      (void)Take(6);
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    }
    AppendUtf8(code >= 0xD800 && code < 0xE000 ? 0xFFFD : code, text);
    return true;
  }

  bool PeekCode(uint32_t& code) const {
    if (rest_.size() < 6 || rest_.substr(0, 2) != "\\u") return false;
    code = 0;
    for (const char digit : rest_.substr(2, 4)) {
      if (!absl::ascii_isxdigit(static_cast<unsigned char>(digit))) return false;
      code = code << 4 | static_cast<uint32_t>(absl::ascii_isdigit(static_cast<unsigned char>(digit))
                                                   ? digit - '0'
                                                   : absl::ascii_tolower(static_cast<unsigned char>(digit)) - 'a' + 10);
    }
    return true;
  }

  static void AppendUtf8(uint32_t code, std::string& text) {
    if (code < 0x80) {
      text += static_cast<char>(code);
      return;
    }
    const int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;  // bytes after the first
    text += static_cast<char>((0xF0 << (3 - more) & 0xFF) | code >> (6 * more));
    for (int i = more - 1; i >= 0; --i) text += static_cast<char>(0x80 | (code >> (6 * i) & 0x3F));
  }

  bool ReadLiteral(Value& value) {
    size_t end = 0;
    while (end < rest_.size() && absl::string_view(",]} \t\r\n").find(rest_[end]) == absl::string_view::npos) ++end;
    const absl::string_view word = rest_.substr(0, end);
    if (word != "true" && word != "false" && word != "null" && !IsNumber(word)) return Fail("no value of JSON");
    value = Literal(std::string(word));
    return Take(end);
  }

  // "-1.5e+3": a minus, digits without a leading 0, a fraction, an exponent (RFC 8259, section 6).
  static bool IsNumber(absl::string_view text) {
    (void)absl::ConsumePrefix(&text, "-");
    if (!absl::ConsumePrefix(&text, "0") && !TakeDigits(text)) return false;
    if (absl::ConsumePrefix(&text, ".") && !TakeDigits(text)) return false;
    if (absl::ConsumePrefix(&text, "e") || absl::ConsumePrefix(&text, "E")) {
      if (!absl::ConsumePrefix(&text, "+")) (void)absl::ConsumePrefix(&text, "-");
      if (!TakeDigits(text)) return false;
    }
    return text.empty();
  }

  // Takes all that there are. False: none.
  static bool TakeDigits(absl::string_view& text) {
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    text.remove_prefix(digits);
    return digits > 0;
  }

  void SkipSpace() {
    size_t space = 0;
    while (space < rest_.size() && IsSpace(rest_[space])) ++space;
    rest_.remove_prefix(space);
  }

  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

  bool Expect(char c) {
    if (rest_.empty()) return Fail("it ends too early");
    return rest_[0] == c || Fail(absl::StrCat("there is no '", absl::string_view(&c, 1), "'"));
  }

  bool Take(size_t bytes) {
    rest_.remove_prefix(bytes);
    return true;
  }

  bool Fail(std::string wrong) {
    wrong_ = std::move(wrong);
    return false;
  }

  absl::Status Wrong() const {
    return absl::InvalidArgumentError(absl::StrCat("no JSON: ", wrong_, " at byte ", all_.size() - rest_.size()));
  }

  const absl::Span<const absl::string_view> without_;
  const absl::string_view all_;
  absl::string_view rest_;
  std::vector<Mapping::Entry> read_;  // of mappings and lists that are not at their end
  std::string wrong_;
};

}  // namespace internal

inline absl::StatusOr<Value> ReadJson(absl::string_view json, absl::Span<const absl::string_view> without) {
  return internal::JsonReader(json, without).Read();
}

}  // namespace flow::text

#endif  // FLOW_TEXT_JSON_READER_H_
