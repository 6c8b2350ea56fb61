// The text of a file before it is read as YAML: what is refused whatever it means, and one spelling of line ends.
#ifndef FLOW_PIPELINE_SOURCE_TEXT_H_
#define FLOW_PIPELINE_SOURCE_TEXT_H_

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "flow/text/character.h"

namespace flow::pipeline {

inline constexpr size_t kMaxFileBytes = 16 << 20;

class SourceText {
 public:
  // Without byte-order mark, every line end an LF (YAML 1.2, 5.4: CR LF and a lone CR are line ends too). Where that
  // changes nothing these are the bytes that were read, which must outlive this object: a file may be large.
  absl::string_view text() const { return normalized_.has_value() ? *normalized_ : bytes_; }

  // What makes the text unreadable; empty: nothing. `problem_offset` counts in `text`.
  std::string problem;
  size_t problem_offset = 0;

 private:
  friend SourceText ReadSourceText(absl::string_view bytes);

  absl::string_view bytes_;
  std::optional<std::string> normalized_;
};

// What the first bytes say of a text that is not UTF-8; empty: nothing against it.
inline std::string OtherEncoding(absl::string_view text) {
  const absl::string_view head = text.substr(0, 4);
  const bool le = absl::StartsWith(head, "\xFF\xFE");
  const bool be = absl::StartsWith(head, "\xFE\xFF");
  const bool nul_second = head.size() >= 4 && head[1] == '\0' && head[3] == '\0' && head[0] != '\0';
  const bool nul_first = head.size() >= 4 && head[0] == '\0' && head[2] == '\0' && head[1] != '\0';
  if (head == absl::string_view("\xFF\xFE\0\0", 4) || head == absl::string_view("\0\0\xFE\xFF", 4)) {
    return "this is UTF-32; save the file as UTF-8";
  }
  if (le || be || nul_second || nul_first) {
    return "this is UTF-16, as some Windows editors save it; save the file as UTF-8";
  }
  return "";
}

// What is wrong with a character that begins with `byte`; empty: nothing.
inline std::string CharacterProblem(const text::Character& character, char byte) {
  if (!character.valid) {
    return absl::StrFormat("byte 0x%02X is not UTF-8; save the file as UTF-8", static_cast<unsigned char>(byte));
  }
  if (character.code == 0) return "a NUL byte; a pipeline file is text";
  if (text::IsYaml(character.code)) return "";
  return absl::StrFormat("the control character U+%04X; where it is meant, write it in double quotes as \"\\%s%0*X\"",
                         character.code, character.code < 0x100 ? "x" : "u", character.code < 0x100 ? 2 : 4,
                         character.code);
}

// Never fails: a text with a problem comes back with that problem named, cut off before it.
inline SourceText ReadSourceText(absl::string_view bytes) {
  SourceText source;
  if (bytes.size() > kMaxFileBytes) {
    source.problem =
        absl::StrCat("the file has ", bytes.size(), " bytes; at most ", kMaxFileBytes, " (16 MiB) are read");
    return source;
  }
  source.problem = OtherEncoding(bytes);
  if (!source.problem.empty()) return source;
  if (absl::StartsWith(bytes, "\xEF\xBB\xBF")) bytes.remove_prefix(3);

  source.bytes_ = bytes;
  std::optional<std::string>& normalized = source.normalized_;
  size_t at = 0;
  const auto take = [&](size_t length) {
    if (normalized.has_value()) normalized->append(bytes.data() + at, length);
    at += length;
  };
  while (at < bytes.size()) {
    // Nearly all of a file, a run at a time.
    const auto plain = [](char c) { return (c >= 0x20 && c < 0x7F) || c == '\n'; };
    take(static_cast<size_t>(std::find_if_not(bytes.begin() + at, bytes.end(), plain) - bytes.begin()) - at);
    if (at == bytes.size()) break;
    absl::string_view rest = bytes.substr(at);
    const text::Character character = text::TakeCharacter(rest);
    source.problem = CharacterProblem(character, bytes[at]);
    if (!source.problem.empty()) {
      source.problem_offset = normalized.has_value() ? normalized->size() : at;
      source.bytes_ = bytes.substr(0, at);
      break;
    }
    if (character.code != '\r') {
      take(character.bytes.size());
      continue;
    }
    if (!normalized.has_value()) {
      normalized.emplace();
      normalized->reserve(bytes.size());
      normalized->append(bytes.data(), at);
    }
    *normalized += '\n';
    at += absl::StartsWith(bytes.substr(at), "\r\n") ? 2 : 1;
  }
  return source;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_SOURCE_TEXT_H_
