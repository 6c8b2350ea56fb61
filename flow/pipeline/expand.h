// `$VAR` in `env` values, `image` and `host_path`.
//
//   $VAR ${VAR}        the variable's value; a problem where it is not set
//   ${VAR:-default}    the default where it is not set or empty; ${VAR-default}: where it is not set
//   ${VAR:?message}    a problem with that message where it is not set or empty
//   $$                 a dollar
//
// A `$` that begins none of these stays as it is. Defaults are expanded in turn.
#ifndef FLOW_PIPELINE_EXPAND_H_
#define FLOW_PIPELINE_EXPAND_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace flow::pipeline {

struct ExpansionProblem {
  enum class Kind {
    kUnset,       // expanded to nothing
    kUnfinished,  // "${" that is no reference; it stays, which is seldom meant
    kTooLong,     // the result was cut
  };
  Kind kind = Kind::kUnset;
  absl::string_view reference;  // as it stands in the text, of which it is a part: "${VAR:?message}"
  std::string variable;
  std::string message;  // the author's own, of ":?"
};

struct Expansion {
  std::string text;
  std::vector<ExpansionProblem> problems;  // in the order of the text
};

// The value of a variable; null where it is not set.
using VariableLookup = absl::FunctionRef<const std::string*(absl::string_view name)>;

inline constexpr size_t kMaxExpandedText = 1 << 20;  // bytes of one text: eight times what a variable can hold

namespace expand_internal {

inline size_t NameLength(absl::string_view text) {
  if (text.empty() || absl::ascii_isdigit(text[0])) return 0;
  size_t length = 0;
  while (length < text.size() && (absl::ascii_isalnum(text[length]) || text[length] == '_')) ++length;
  return length;
}

class Expander {
 public:
  Expander(absl::string_view text, VariableLookup lookup) : all_(text), lookup_(lookup), closing_(MatchBraces(text)) {}

  Expansion Run() {
    Append(0, all_.size(), 0);
    return std::move(out_);
  }

 private:
  static constexpr int kMaxNesting = 32;

  // For every "${" where its "}" is. Braces within a reference come in pairs, as Compose reads them, so that a default
  // may be JSON. One pass: a text of "${${${" must not be read again and again.
  static std::vector<size_t> MatchBraces(absl::string_view text) {
    std::vector<size_t> closing(text.size(), absl::string_view::npos), open;
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == '$' && absl::StartsWith(text.substr(i), "$$")) {
        ++i;
      } else if (text[i] == '{' && (!open.empty() || (i > 0 && text[i - 1] == '$'))) {
        open.push_back(i);
      } else if (text[i] == '}' && !open.empty()) {
        closing[open.back()] = i;
        open.pop_back();
      }
    }
    return closing;
  }

  void Append(size_t begin, size_t end, int depth) {
    for (size_t i = begin; i < end && !full_;) {
      const absl::string_view rest = all_.substr(i, end - i);
      const size_t dollar = rest.find('$');
      Emit(rest.substr(0, dollar), rest);
      if (dollar == absl::string_view::npos) return;
      i += dollar;
      i += Reference(i, end, depth);
    }
  }

  // Expands what begins at the `$` at `at`; the bytes that it took.
  size_t Reference(size_t at, size_t end, int depth) {
    const absl::string_view rest = all_.substr(at, end - at);
    if (absl::StartsWith(rest, "$$")) {
      Emit("$", rest);
      return 2;
    }
    if (const size_t length = NameLength(rest.substr(1)); length > 0) {
      const absl::string_view name = rest.substr(1, length);
      const std::string* value = lookup_(name);
      if (value == nullptr) Report(ExpansionProblem::Kind::kUnset, rest.substr(0, length + 1), name);
      if (value != nullptr) Emit(*value, rest);
      return length + 1;
    }
    if (absl::StartsWith(rest, "${")) {
      if (const size_t length = Braced(at, end, depth); length > 0) return length;
      Report(ExpansionProblem::Kind::kUnfinished, rest.substr(0, 2 + NameLength(rest.substr(2))), "");
    }
    Emit("$", rest);
    return 1;
  }

  // Expands the "${…}" at `at`; the bytes that it took, 0: it is no reference.
  size_t Braced(size_t at, size_t end, int depth) {
    const size_t close = closing_[at + 1];
    if (close == absl::string_view::npos || close >= end || depth >= kMaxNesting) return 0;
    const absl::string_view whole = all_.substr(at, close + 1 - at);
    const absl::string_view inside = all_.substr(at + 2, close - at - 2);
    const size_t name_length = NameLength(inside);
    if (name_length == 0) return 0;
    const absl::string_view name = inside.substr(0, name_length);
    absl::string_view rest = inside.substr(name_length);
    const bool empty_counts_as_unset = absl::StartsWith(rest, ":");
    if (empty_counts_as_unset) rest.remove_prefix(1);
    const char operation = rest.empty() ? '\0' : rest[0];
    const bool known = (operation == '\0' && !empty_counts_as_unset) || operation == '-' ||
                       (operation == '?' && empty_counts_as_unset);
    if (!known) return 0;

    const std::string* value = lookup_(name);
    if (value != nullptr && !(value->empty() && empty_counts_as_unset)) {
      Emit(*value, whole);
    } else if (operation == '-') {
      const size_t default_at = close - (rest.size() - 1);
      Append(default_at, close, depth + 1);
    } else {
      Report(ExpansionProblem::Kind::kUnset, whole, name, operation == '?' ? rest.substr(1) : "");
    }
    return whole.size();
  }

  void Emit(absl::string_view text, absl::string_view at) {
    if (out_.text.size() + text.size() > kMaxExpandedText) {
      if (!full_) Report(ExpansionProblem::Kind::kTooLong, at.substr(0, 1), "");
      full_ = true;
      return;
    }
    out_.text.append(text.data(), text.size());
  }

  void Report(ExpansionProblem::Kind kind, absl::string_view reference, absl::string_view variable,
              absl::string_view message = "") {
    out_.problems.push_back({kind, reference, std::string(variable), std::string(message)});
  }

  absl::string_view all_;
  VariableLookup lookup_;
  std::vector<size_t> closing_;
  Expansion out_;
  bool full_ = false;
};

}  // namespace expand_internal

// In time proportional to the text and the result. `text` must outlive the result, whose references point into it.
//
//   Expand("redis:${TAG:-7}", nothing_set).text == "redis:7"
inline Expansion Expand(absl::string_view text, VariableLookup lookup) {
  if (text.find('$') == absl::string_view::npos && text.size() <= kMaxExpandedText) {
    return Expansion{std::string(text), {}};
  }
  return expand_internal::Expander(text, lookup).Run();
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_EXPAND_H_
