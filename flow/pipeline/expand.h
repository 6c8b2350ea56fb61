// Variables in `env` values, `image` and `host_path`: Compose's interpolation (Compose spec, "Interpolation";
// compose-go, template).
//
//   $VAR ${VAR}                the variable's value; a problem where it is not set
//   ${VAR:-word} ${VAR-word}   the word where it is not set or empty; where it is not set
//   ${VAR:+word} ${VAR+word}   the word where it is set and not empty; where it is set; else nothing
//   ${VAR:?word} ${VAR?word}   a problem with that message where it is not set or empty; where it is not set
//   $$                         a dollar
//
// A "${" that begins none of these is a problem; any other `$` stays as it is. A word is expanded in turn, and only
// where it is taken: what else it refers to need not be set. Braces in it come in pairs, so that it may be JSON.
#ifndef FLOW_PIPELINE_EXPAND_H_
#define FLOW_PIPELINE_EXPAND_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/pipeline/diagnostic.h"

namespace flow::pipeline {

struct ExpansionProblem {
  enum class Kind {
    kUnset,      // and nothing says what to take instead
    kEmpty,      // and ":?" asks for more
    kMalformed,  // "${" that begins no reference
    kUnclosed,   // "${" without its "}"; what follows it was not read
    kTooDeep,    // over kMaxNestedReferences
    kTooLong,    // over kMaxExpandedText; what follows was not read
  };
  Kind kind = Kind::kUnset;
  absl::string_view reference;  // as it stands in the text, of which it is a part: "${VAR:?message}"
  std::string variable;         // of kUnset and kEmpty
  std::string message;          // the author's own, of "?"
};

struct Expansion {
  std::string text;                        // without what is told of in `problems`
  std::vector<ExpansionProblem> problems;  // in the order of the text
};

// The value of a variable; null where it is not set.
using VariableLookup = absl::FunctionRef<const std::string*(absl::string_view name)>;

inline constexpr size_t kMaxExpandedText = 1 << 20;  // bytes of one text: eight times what a variable can hold
inline constexpr int kMaxNestedReferences = 32;      // a reference in a word in a word …

// In time proportional to the text (and the depth of its references) and to the result. `text` must outlive the result,
// whose references point into it.
//
//   Expand("redis:${TAG:-7}", nothing_set).text == "redis:7"
Expansion Expand(absl::string_view text, VariableLookup lookup);

// Whether there is anything in a text that refers to a variable.
bool RefersToVariable(absl::string_view text);

// What is wrong, in a sentence that says what to write. Without `variable` it is not named. `may_be_empty`: whether an
// empty value can be right.
std::string Explain(const ExpansionProblem& problem, bool may_be_empty = true);

namespace expand_internal {

inline size_t NameLength(absl::string_view text) {
  if (text.empty() || absl::ascii_isdigit(text[0])) return 0;
  size_t length = 0;
  while (length < text.size() && (absl::ascii_isalnum(text[length]) || text[length] == '_')) ++length;
  return length;
}

// Of a text that begins with "${": where the "}" is that pairs with its "{"; npos: nowhere.
inline size_t ClosingBrace(absl::string_view text) {
  int open = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') ++open;
    if (text[i] == '}' && --open == 0) return i;
  }
  return absl::string_view::npos;
}

// A recursive parser that writes as it reads: a text holds references, and a reference's word is a text.
class Expander {
 public:
  explicit Expander(VariableLookup lookup) : lookup_(lookup) {}

  // `depth`: how many references the text stands in.
  Expansion Run(absl::string_view text, int depth = 0) {
    Text(text, depth);
    return std::move(out_);
  }

 private:
  using Kind = ExpansionProblem::Kind;

  void Text(absl::string_view text, int depth) {
    while (!text.empty() && !over_) {
      const size_t dollar = std::min(text.find('$'), text.size());
      Write(text.substr(0, dollar), text);
      text.remove_prefix(dollar);
      if (!text.empty()) text.remove_prefix(Dollar(text, depth));
    }
  }

  // Expands what the `$` at the front of the text begins; its length there.
  size_t Dollar(absl::string_view text, int depth) {
    if (absl::StartsWith(text, "${")) return Braced(text, depth);
    const absl::string_view name = text.substr(1, NameLength(text.substr(1)));
    if (name.empty()) {
      Write("$", text);
      return absl::StartsWith(text, "$$") ? 2 : 1;
    }
    const absl::string_view whole = text.substr(0, 1 + name.size());
    const std::string* value = lookup_(name);
    if (value == nullptr) {
      Report(Kind::kUnset, whole, name);
    } else {
      Write(*value, whole);
    }
    return whole.size();
  }

  // Expands the "${…}" at the front of the text; its length there.
  size_t Braced(absl::string_view text, int depth) {
    const size_t close = ClosingBrace(text);
    if (close == absl::string_view::npos) {
      Report(Kind::kUnclosed, text.substr(0, text.find('\n')));
      over_ = true;
      return text.size();
    }
    const absl::string_view whole = text.substr(0, close + 1);
    if (depth == kMaxNestedReferences) {
      Report(Kind::kTooDeep, whole);
    } else {
      Inside(whole, depth);
    }
    return whole.size();
  }

  // `whole`: "${VAR…}", closed.
  void Inside(absl::string_view whole, int depth) {
    absl::string_view rest = whole.substr(2, whole.size() - 3);
    const absl::string_view name = rest.substr(0, NameLength(rest));
    rest.remove_prefix(name.size());
    const bool plain = rest.empty();
    const bool counts_empty = absl::ConsumePrefix(&rest, ":");  // as not set
    const char operation = rest.empty() ? '\0' : rest[0];
    const bool known = plain || operation == '-' || operation == '+' || operation == '?';
    if (name.empty() || !known) return Report(Kind::kMalformed, whole);

    const absl::string_view word = rest.substr(plain ? 0 : 1);
    const std::string* value = lookup_(name);
    const bool there = value != nullptr && !(counts_empty && value->empty());
    if (operation == (there ? '+' : '-')) {
      Text(word, depth + 1);
    } else if (there) {
      Write(*value, whole);
    } else if (operation != '+') {
      Report(value == nullptr ? Kind::kUnset : Kind::kEmpty, whole, name, Message(word, depth));
    }
  }

  // The author's message, expanded; as it stands where that cannot be.
  std::string Message(absl::string_view word, int depth) const {
    Expansion said = Expander(lookup_).Run(word, depth + 1);
    return said.problems.empty() ? std::move(said.text) : std::string(word);
  }

  // `at`: for a text that becomes too long.
  void Write(absl::string_view text, absl::string_view at) {
    if (over_) return;
    if (out_.text.size() + text.size() > kMaxExpandedText) {
      Report(Kind::kTooLong, at.substr(0, 1));
      over_ = true;
      return;
    }
    out_.text.append(text.data(), text.size());
  }

  void Report(Kind kind, absl::string_view reference, absl::string_view variable = "", std::string message = "") {
    out_.problems.push_back({kind, reference, std::string(variable), std::move(message)});
  }

  VariableLookup lookup_;
  Expansion out_;
  bool over_ = false;  // the rest is not read
};

}  // namespace expand_internal

inline Expansion Expand(absl::string_view text, VariableLookup lookup) {
  return expand_internal::Expander(lookup).Run(text);
}

inline bool RefersToVariable(absl::string_view text) {
  bool refers = false;
  const auto lookup = [&](absl::string_view) -> const std::string* {
    refers = true;
    return nullptr;
  };
  (void)Expand(text, lookup);
  return refers;
}

inline std::string Explain(const ExpansionProblem& problem, bool may_be_empty) {
  const std::string variable =
      problem.variable.empty() ? "the variable here" : absl::StrCat("variable ", Quoted(problem.variable));
  switch (problem.kind) {
    case ExpansionProblem::Kind::kUnset:
      if (!problem.message.empty()) {
        return absl::StrCat(variable, " is not set: ", problem.message);
      }
      if (!may_be_empty) return absl::StrCat(variable, " is not set; set it, or write $$ for a dollar");
      return absl::StrCat(variable, " is not set; set it, write ${",
                          problem.variable.empty() ? "NAME" : problem.variable,
                          ":-} where empty is right, or $$ for a dollar");
    case ExpansionProblem::Kind::kEmpty:
      return absl::StrCat(variable, " is empty",
                          problem.message.empty() ? "; give it a value" : absl::StrCat(": ", problem.message));
    case ExpansionProblem::Kind::kMalformed:
    case ExpansionProblem::Kind::kUnclosed:
      return absl::StrCat(problem.kind == ExpansionProblem::Kind::kUnclosed ? "this \"${\" has no \"}\""
                                                                            : "\"${\" begins no reference here",
                          "; write ${VAR}, ${VAR:-default}, ${VAR-default}, ${VAR:+text}, ${VAR+text}, "
                          "${VAR:?message} or ${VAR?message}, and $${ where a dollar is meant");
    case ExpansionProblem::Kind::kTooDeep:
      return absl::StrCat("references in references, over ", kMaxNestedReferences, " levels deep");
    case ExpansionProblem::Kind::kTooLong:
      return "with its variables written out this is over 1 MiB";
  }
  return "";
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_EXPAND_H_
