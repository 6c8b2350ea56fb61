// Diagnostics as data, for editors and other programs.
#ifndef FLOW_PIPELINE_DIAGNOSTIC_DATA_H_
#define FLOW_PIPELINE_DIAGNOSTIC_DATA_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/diagnostic.pb.h"
#include "flow/pipeline/source_text.h"

namespace flow::pipeline {

// The text with U+FFFD for each byte that is no UTF-8, as a file's name or a variable may hold.
inline std::string AsUtf8(absl::string_view text) {
  std::string out;
  while (!text.empty()) {
    const size_t length = FirstCharacter(text).length;
    absl::StrAppend(&out, length == 0 ? "\uFFFD" : text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return out;
}

// Appends what is wrong with one file to the list of all.
inline void AppendDiagnostics(absl::string_view file, const std::vector<Diagnostic>& diagnostics, DiagnosticList& to) {
  for (const Diagnostic& diagnostic : diagnostics) {
    DiagnosticList::Entry& entry = *to.add_diagnostics();
    entry.set_file(AsUtf8(file));
    entry.set_line(diagnostic.line);
    entry.set_column(diagnostic.column);
    entry.set_severity(diagnostic.severity == Severity::kError ? "error" : "warning");
    entry.set_path(AsUtf8(diagnostic.path));
    entry.set_message(AsUtf8(diagnostic.message));
    entry.set_suggestion(AsUtf8(diagnostic.suggestion));
    for (const Note& note : diagnostic.notes) {
      DiagnosticList::Note& written = *entry.add_notes();
      written.set_line(note.line);
      written.set_column(note.column);
      written.set_message(AsUtf8(note.message));
    }
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_DIAGNOSTIC_DATA_H_
