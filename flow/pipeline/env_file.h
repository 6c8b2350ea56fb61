// The text of an --env_file: Compose's `.env` syntax (Compose documentation, "Syntax for .env files"; compose-go,
// dotenv).
//
//   # a comment                     KEY=value     export KEY=value     KEY: value     KEY (as the process has it)
//   KEY=value # a comment           unquoted: spaces around are trimmed, `$VAR` is expanded
//   KEY='as $it stands'             single quotes: over several lines too, \' is a quote, nothing else is special
//   KEY="line\n$VAR"                double quotes: over several lines too, \n \r \t \" \\ \$ and `$VAR` are replaced
//
// Such files hold secrets. A diagnostic tells the key, the place and what is wrong there, and nothing of a value.
#ifndef FLOW_PIPELINE_ENV_FILE_H_
#define FLOW_PIPELINE_ENV_FILE_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/expand.h"
#include "flow/pipeline/place.h"
#include "flow/pipeline/source_text.h"

namespace flow::pipeline {

struct EnvFileResult {
  std::map<std::string, std::string> variables;
  std::vector<Diagnostic> diagnostics;  // sorted by place

  bool ok() const { return !HasErrors(diagnostics); }
};

// `process`: the variables of the process and of the files before this one, for keys without a value and for `$VAR`;
// what stands in the file above wins over them. Of a key that comes twice the last one counts. `strict`: false
// (--nostrict) makes variables that are not set warnings.
EnvFileResult ParseEnvFile(absl::string_view text, const std::map<std::string, std::string>& process,
                           bool strict = true);

namespace env_file_internal {

class Reader {
 public:
  Reader(absl::string_view text, const std::map<std::string, std::string>& process, bool strict)
      : text_(text), process_(process), strict_(strict), places_(text) {}

  EnvFileResult Run() {
    while (SkipToStatement()) ReadStatement();
    return std::move(result_);
  }

 private:
  static bool IsSpace(char c) { return c == ' ' || c == '\t' || c == '\v' || c == '\f'; }
  static bool IsKeyCharacter(char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("_.-[]", absl::string_view(&c, 1));
  }

  absl::string_view rest() const { return text_.substr(at_); }
  bool done() const { return at_ >= text_.size(); }
  size_t LineEnd() const { return std::min(text_.find('\n', at_), text_.size()); }
  void SkipSpaces() {
    while (!done() && IsSpace(text_[at_])) ++at_;
  }

  void Report(size_t offset, std::string message, Severity severity = Severity::kError) {
    const Place place = places_.At(offset);
    result_.diagnostics.push_back({.severity = severity,
                                   .line = place.line,
                                   .column = place.column,
                                   .path = key_,
                                   .message = std::move(message),
                                   .secret = true});
  }

  // Past blank lines and comments; false: that was all.
  bool SkipToStatement() {
    while (!done()) {
      SkipSpaces();
      if (done()) break;
      if (text_[at_] == '#') at_ = LineEnd();
      if (done() || text_[at_] != '\n') break;
      ++at_;
    }
    return !done();
  }

  // One statement; a wrong one is told and its line skipped.
  void ReadStatement() {
    if (absl::StartsWith(rest(), "export") && rest().size() > 6 && IsSpace(rest()[6])) {
      at_ += 6;
      SkipSpaces();
    }
    key_.clear();
    const size_t begin = at_;
    while (!done() && IsKeyCharacter(text_[at_])) ++at_;
    const std::string key(text_.substr(begin, at_ - begin));
    SkipSpaces();
    const bool assigns = !done() && (text_[at_] == '=' || text_[at_] == ':');
    const bool inherits = done() || text_[at_] == '\n' || text_[at_] == '#';
    if (key.empty() || (!assigns && !inherits)) {
      Report(at_, "expected KEY=value: a key of letters, digits, \"_\", \".\" and \"-\", then \"=\"");
      at_ = LineEnd();
      return;
    }
    if (inherits) {
      const auto found = process_.find(key);
      if (found != process_.end()) result_.variables[key] = found->second;
      at_ = LineEnd();
      return;
    }
    ++at_;
    SkipSpaces();
    key_ = key;
    result_.variables[key] = ReadValue();
  }

  std::string ReadValue() {
    if (!done() && (text_[at_] == '"' || text_[at_] == '\'')) return ReadQuoted(text_[at_]);
    absl::string_view value = text_.substr(at_, LineEnd() - at_);
    // "#" begins a comment after a space; at the very front of a value too.
    for (size_t i = 0; i < value.size(); ++i) {
      if (value[i] == '#' && (i == 0 || IsSpace(value[i - 1]))) value = value.substr(0, i);
    }
    const size_t begin = at_;
    at_ = LineEnd();
    return Expanded(std::string(absl::StripTrailingAsciiWhitespace(value)), begin);
  }

  std::string ReadQuoted(char quote) {
    const size_t begin = at_++;
    std::string value;
    while (!done() && text_[at_] != quote) {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) {
        Unescape(quote, value);
      } else {
        value += text_[at_++];
      }
    }
    if (done()) {
      Report(begin, "this quote is never closed");
      return value;
    }
    ++at_;
    SkipSpaces();
    if (!done() && text_[at_] != '\n' && text_[at_] != '#') {
      Report(at_, "after the closing quote only a comment may follow on the line");
    }
    at_ = LineEnd();
    return quote == '"' ? Expanded(std::move(value), begin) : value;
  }

  // The escape at the front of the rest. What is none stays as it is, and so does "\$" until `$` has been expanded.
  void Unescape(char quote, std::string& value) {
    const char c = text_[at_ + 1];
    at_ += 2;
    constexpr absl::string_view kEscapes = "n\nr\rt\t\"\"\\\\";
    if (c == quote) {
      value += c;
    } else if (quote == '"' && c == '$') {
      value += "$$";
    } else if (const size_t found = quote == '"' ? kEscapes.find(c) : absl::string_view::npos;
               found != absl::string_view::npos && found % 2 == 0) {
      value += kEscapes[found + 1];
    } else {
      value += '\\';
      value += c;
    }
  }

  std::string Expanded(std::string value, size_t begin) {
    const auto lookup = [&](absl::string_view name) -> const std::string* {
      for (const std::map<std::string, std::string>* from : {&std::as_const(result_.variables), &process_}) {
        const auto found = from->find(std::string(name));
        if (found != from->end()) return &found->second;
      }
      return nullptr;
    };
    Expansion expansion = Expand(value, lookup);
    for (ExpansionProblem& problem : expansion.problems) {
      const bool unset =
          problem.kind == ExpansionProblem::Kind::kUnset || problem.kind == ExpansionProblem::Kind::kEmpty;
      // What follows a dollar without braces may be a part of a password.
      if (!absl::StartsWith(problem.reference, "${")) problem.variable.clear();
      const size_t found = text_.substr(begin, at_ - begin).find(problem.reference);
      Report(begin + (found == absl::string_view::npos ? 0 : found), Explain(problem),
             unset && !strict_ ? Severity::kWarning : Severity::kError);
    }
    return std::move(expansion.text);
  }

  absl::string_view text_;
  const std::map<std::string, std::string>& process_;
  bool strict_;
  Places places_;
  size_t at_ = 0;
  std::string key_;  // whose value is being read; empty: none
  EnvFileResult result_;
};

}  // namespace env_file_internal

inline EnvFileResult ParseEnvFile(absl::string_view text, const std::map<std::string, std::string>& process,
                                  bool strict) {
  const SourceText source = ReadSourceText(text);
  if (source.problem.empty()) return env_file_internal::Reader(source.text(), process, strict).Run();
  EnvFileResult result;
  const Place place = Places(source.text()).At(source.problem_offset);
  result.diagnostics.push_back({.line = place.line, .column = place.column, .message = source.problem, .secret = true});
  return result;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_ENV_FILE_H_
