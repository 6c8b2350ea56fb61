// What every part of the parser shares: the options, the text, and the list of what is wrong with it.
#ifndef FLOW_PIPELINE_CONTEXT_H_
#define FLOW_PIPELINE_CONTEXT_H_

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/expand.h"
#include "flow/pipeline/field_table.h"
#include "flow/pipeline/parse_options.h"
#include "flow/pipeline/place.h"
#include "flow/pipeline/told_once.h"
#include "flow/pipeline/yaml_document.h"
#include "flow/text/harmless.h"

namespace flow::pipeline {

// A value of the file and what leads to it. Not there: `node` is false.
struct Value {
  YamlNode node;
  YamlNode key;         // what names it; false for entries of a list
  std::string path;     // "spec.sources[0].id"
  bool merged = false;  // by a merge key: a default, that gives way to what stands in the mapping itself

  explicit operator bool() const { return static_cast<bool>(node); }
  size_t offset() const { return node.offset(); }
};

class Context {
 public:
  // Diagnostics of one file; what comes after them is counted.
  static constexpr size_t kMaxDiagnostics = 1000;
  static constexpr size_t kMaxSpent = 32 << 20;
  // What an entry of a list or mapping takes besides its text, in bytes.
  static constexpr size_t kEntry = 160;

  // `text` is the text that offsets count in; all must outlive the context.
  Context(const ParseOptions& options, absl::string_view text, const Places& places)
      : options_(options), text_(text), places_(places) {}

  const ParseOptions& options() const { return options_; }
  const FieldIndex& fields() const { return fields_; }

  // `suggestion`: what was probably meant, for the end of the message; empty: nothing near.
  void Error(size_t offset, absl::string_view path, std::string message, std::vector<Note> notes = {},
             absl::string_view suggestion = "") {
    Report(Severity::kError, offset, path, std::move(message), std::move(notes), suggestion);
  }
  void Error(const Value& value, std::string message, std::vector<Note> notes = {}, absl::string_view suggestion = "") {
    Error(value.offset(), value.path, std::move(message), std::move(notes), suggestion);
  }
  void Warning(size_t offset, absl::string_view path, std::string message, std::vector<Note> notes = {}) {
    Report(Severity::kWarning, offset, path, std::move(message), std::move(notes));
  }
  void Warning(const Value& value, std::string message, std::vector<Note> notes = {}) {
    Warning(value.offset(), value.path, std::move(message), std::move(notes));
  }
  // An error that --nostrict makes a warning.
  void StrictError(size_t offset, absl::string_view path, std::string message, std::vector<Note> notes = {},
                   absl::string_view suggestion = "") {
    Report(StrictSeverity(), offset, path, std::move(message), std::move(notes), suggestion);
  }

  // The suggestion is added to the message.
  void Report(Severity severity, size_t offset, absl::string_view path, std::string message, std::vector<Note> notes,
              absl::string_view suggestion = "", bool on_disk = false) {
    has_error_ |= severity == Severity::kError;
    if (diagnostics_.size() >= kMaxDiagnostics) {
      // An error must not go unheard behind a thousand warnings.
      if (severity == Severity::kError) diagnostics_.back().severity = severity;
      ++left_out_;
      return;
    }
    const Place place = places_.At(offset);
    // Whole, however long it is: it is there to be copied.
    if (!suggestion.empty()) absl::StrAppend(&message, "; did you mean \"", text::HarmlessLine(suggestion), "\"?");
    diagnostics_.push_back(Diagnostic{.severity = severity,
                                      .line = place.line,
                                      .column = place.column,
                                      .path = std::string(path),
                                      .message = std::move(message),
                                      .notes = std::move(notes),
                                      .suggestion = std::string(suggestion),
                                      .on_disk = on_disk});
  }

  Note NoteAt(size_t offset, std::string message) const {
    const Place place = places_.At(offset);
    return Note{place.line, place.column, std::move(message)};
  }

  // The value's text with its variables expanded. What is wrong is reported; `ok`: there was no error. A variable that
  // is not set is empty, which --nostrict allows where not `all` must be set.
  std::string Expanded(const Value& value, bool* ok = nullptr, bool all = false) {
    const auto lookup = [&](absl::string_view name) -> const std::string* {
      const auto found = options_.variables.find(std::string(name));
      return found == options_.variables.end() ? nullptr : &found->second;
    };
    if (hopeless()) return "";
    Expansion expansion = Expand(value.node.text(), lookup);
    if (!Spend(value, expansion.text.size())) expansion.text.clear();
    if (ok != nullptr) *ok = true;
    size_t from = value.offset();
    for (const ExpansionProblem& problem : expansion.problems) {
      const bool unset =
          problem.kind == ExpansionProblem::Kind::kUnset || problem.kind == ExpansionProblem::Kind::kEmpty;
      const Severity severity = unset && !all ? StrictSeverity() : Severity::kError;
      if (ok != nullptr && severity == Severity::kError) *ok = false;
      Report(severity, FindReference(value, problem.reference, from), value.path, Explain(problem, !all), {});
    }
    return std::move(expansion.text);
  }

  // Counts bytes that the pipeline takes: entries of lists and mappings, of aliases and of defaults copied to every
  // component too, and expanded variables. False, and told once, where they come to more than any pipeline needs.
  bool Spend(const Value& at, size_t bytes) {
    if (spent_ > kMaxSpent) return false;
    spent_ += bytes;
    if (spent_ <= kMaxSpent) return true;
    Error(at,
          "with aliases and variables written out and defaults copied to every component, the pipeline takes over "
          "32 MiB; no pipeline needs that much");
    return false;
  }

  // Whether so much is wrong already that nothing more is shown.
  bool full() const { return diagnostics_.size() >= kMaxDiagnostics; }
  // Whether an error is told, and nothing more would be shown or can be kept: what is still to be read changes nothing.
  bool hopeless() const { return has_error_ && (full() || spent_ > kMaxSpent); }

  // In order of place, the same mistake once.
  std::vector<Diagnostic> TakeDiagnostics() {
    SortDiagnostics(diagnostics_);
    TellOnce(diagnostics_);
    if (left_out_ > 0) {
      diagnostics_.back().notes.push_back(Note{0, 0, absl::StrCat("and ", left_out_, " more problems at least")});
    }
    return std::move(diagnostics_);
  }

 private:
  Severity StrictSeverity() const { return options_.strict ? Severity::kError : Severity::kWarning; }

  // Where a reference within a value stands in the text, from `from` on: a value's bytes are not the text's (quotes,
  // escapes, folding), but a reference nearly always is. Else the value's place.
  size_t FindReference(const Value& value, absl::string_view reference, size_t& from) const {
    const size_t end = value.node.EndBefore(text_.size());
    const size_t found = text_.substr(from, end - std::min(from, end)).find(reference);
    if (found == absl::string_view::npos) return value.offset();
    const size_t at = from + found;
    from = at + 1;
    return at;
  }

  const ParseOptions& options_;
  absl::string_view text_;
  const Places& places_;
  const FieldIndex fields_;
  std::vector<Diagnostic> diagnostics_;
  bool has_error_ = false;
  size_t left_out_ = 0;
  size_t spent_ = 0;
};

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_CONTEXT_H_
