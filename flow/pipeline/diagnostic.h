// What is wrong with a file, at its place, and how that is shown to a person.
#ifndef FLOW_PIPELINE_DIAGNOSTIC_H_
#define FLOW_PIPELINE_DIAGNOSTIC_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <tuple>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/place.h"
#include "flow/text/character.h"
#include "flow/text/columns.h"
#include "flow/text/harmless.h"
#include "flow/text/signs.h"

namespace flow::pipeline {

enum class Severity { kError, kWarning };

// Says more about a diagnostic: "first defined here". Line 0: about no place.
struct Note {
  int line = 0;
  int column = 0;
  std::string message;
};

struct Diagnostic {
  Severity severity = Severity::kError;
  int line = 1;
  int column = 1;    // in Unicode characters
  std::string path;  // "spec.processors[0].inputs[0]"; empty: about the file
  std::string message;
  std::vector<Note> notes;
  std::string suggestion;  // what was probably meant instead of the word at the place; the message says it too
  bool secret = false;     // the line may hold what nobody is to see: it is not shown
  bool on_disk = false;    // of a file that the pipeline names, where its own text is right
};

// By place; at one place errors first, otherwise as they were found.
inline void SortDiagnostics(std::vector<Diagnostic>& diagnostics) {
  const auto key = [](const Diagnostic& d) { return std::make_tuple(d.line, d.column, d.severity); };
  std::stable_sort(diagnostics.begin(), diagnostics.end(),
                   [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
}

inline bool HasErrors(const std::vector<Diagnostic>& diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& d) { return d.severity == Severity::kError; });
}

// A text of the file as messages show it: in double quotes, harmless, cut after 60 characters.
//
//   Quoted("a\x1b[2J") == "\"a\\x1B[2J\""
inline std::string Quoted(absl::string_view text) {
  std::string out = "\"";
  for (int characters = 0; !text.empty(); ++characters) {
    if (characters == 60) return out + "…\"";
    out += text::TakeHarmless(text);
  }
  return out + "\"";
}

// A key as paths show it: as it is where it is a plain word, else in quotes.
inline std::string PathKey(absl::string_view key) {
  const bool word = !key.empty() && key.size() <= 60 && std::all_of(key.begin(), key.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '_' || c == '-' || c == '/' || c == '<';
  });
  return word ? std::string(key) : Quoted(key);
}

// One block a diagnostic:
//
//   payments.yaml:12:15: error: spec.processors[0].inputs[0]: no component "sorce"; did you mean "source"?
//       inputs: [sorce]
//                ^
//   payments.yaml:4:9: note: "source" is here
//
// `text` is the file as it was read. `color`: with terminal colours; besides them nothing in it moves a cursor,
// whatever the file and its name hold. `signs`: what the terminal shows.
std::string RenderDiagnostics(absl::string_view file, absl::string_view text,
                              const std::vector<Diagnostic>& diagnostics, bool color,
                              text::Signs signs = text::Signs::kUnicode);

namespace diagnostic_internal {

inline constexpr int kShownWhole = 120;  // characters of a line that is not cut
inline constexpr int kShownBefore = 60;  // characters before the place, of a line that is
inline constexpr int kShownAfter = 50;

// The source line (harmless, cut around the column) and a caret under the column; nothing of a line that is blank.
inline std::string Excerpt(absl::string_view line, int column, text::Signs signs) {
  const std::string ellipsis = text::WithSigns(signs, "…"), replacement = text::WithSigns(signs, "�");
  std::string shown, padding;
  const bool whole =
      line.size() <= kShownWhole || std::count_if(line.begin(), line.end(), text::BeginsCharacter) <= kShownWhole;
  const int first = !whole && column > kShownBefore + 1 ? column - kShownBefore : 1;
  if (first > 1) {
    shown = ellipsis;
    padding.append(text::Columns(ellipsis), ' ');
  }
  int at = 1;
  for (; !line.empty(); ++at) {
    if (!whole && at >= column + kShownAfter) {
      shown += ellipsis;
      break;
    }
    const text::Character c = text::TakeCharacter(line);
    if (at < first) continue;
    const bool unshown = text::IsHarmful(c.code) || c.code == 0xFFFD;
    absl::StrAppend(&shown, c.code == '\t' ? " " : unshown ? replacement : c.bytes);
    if (at < column) padding.append(unshown ? 1 : text::Width(c.code), ' ');
  }
  // Without what a copy would carry along.
  while (!shown.empty() && shown.back() == ' ') shown.pop_back();
  return shown.empty() ? "" : absl::StrCat(shown, "\n", padding, "^\n");
}

// The lines of a text, as places count them; reads forward, since diagnostics come sorted.
class Lines {
 public:
  explicit Lines(absl::string_view text) : text_(text) {
    if (text_.size() >= 3 && text_.substr(0, 3) == "\xEF\xBB\xBF") text_.remove_prefix(3);
  }

  // Without its line end; empty for a line that is not there.
  absl::string_view Get(int number) {
    if (number < number_) {
      number_ = 1;
      begin_ = 0;
    }
    for (; number_ < number && begin_ < text_.size(); ++number_) {
      const size_t end = text_.find_first_of("\r\n", begin_);
      if (end == absl::string_view::npos) return "";
      begin_ = end + (text_.substr(end, 2) == "\r\n" ? 2 : 1);
    }
    if (number_ != number) return "";
    const size_t end = text_.find_first_of("\r\n", begin_);
    return text_.substr(begin_, end == absl::string_view::npos ? end : end - begin_);
  }

 private:
  absl::string_view text_;
  int number_ = 1;
  size_t begin_ = 0;
};

}  // namespace diagnostic_internal

inline std::string RenderDiagnostics(absl::string_view file, absl::string_view text,
                                     const std::vector<Diagnostic>& diagnostics, bool color, text::Signs signs) {
  const auto paint = [&](absl::string_view code, absl::string_view word) {
    return color ? absl::StrCat("\x1b[", code, "m", word, "\x1b[0m") : std::string(word);
  };
  const auto line = [&](absl::string_view text) { return text::WithSigns(signs, text::HarmlessLine(text)); };
  const std::string file_name = line(file);
  diagnostic_internal::Lines lines(text);
  std::string out;
  const auto place = [&](int line, int column) { return absl::StrCat(file_name, ":", line, ":", column, ": "); };
  for (const Diagnostic& diagnostic : diagnostics) {
    const std::string word =
        diagnostic.severity == Severity::kError ? paint("1;31", "error:") : paint("1;33", "warning:");
    absl::StrAppend(&out, place(diagnostic.line, diagnostic.column), word, " ", line(diagnostic.path),
                    diagnostic.path.empty() ? "" : ": ", line(diagnostic.message), "\n");
    if (!diagnostic.secret) {
      absl::StrAppend(&out, diagnostic_internal::Excerpt(lines.Get(diagnostic.line), diagnostic.column, signs));
    }
    for (const Note& note : diagnostic.notes) {
      const std::string where = note.line == 0 ? absl::StrCat(file_name, ": ") : place(note.line, note.column);
      absl::StrAppend(&out, where, paint("1;36", "note:"), " ", line(note.message), "\n");
    }
  }
  return out;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_DIAGNOSTIC_H_
