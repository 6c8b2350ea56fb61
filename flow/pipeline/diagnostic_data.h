// Diagnostics as data, for editors and other programs.
#ifndef FLOW_PIPELINE_DIAGNOSTIC_DATA_H_
#define FLOW_PIPELINE_DIAGNOSTIC_DATA_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/pipeline/diagnostic.h"
#include "flow/pipeline/diagnostic.pb.h"
#include "flow/text/character.h"

namespace flow::pipeline {

// Appends what is wrong with one file to the list of all.
inline void AppendDiagnostics(absl::string_view file, const std::vector<Diagnostic>& diagnostics, DiagnosticList& to) {
  for (const Diagnostic& diagnostic : diagnostics) {
    DiagnosticList::Entry& entry = *to.add_diagnostics();
    entry.set_file(text::AsUtf8(file));
    entry.set_line(diagnostic.line);
    entry.set_column(diagnostic.column);
    entry.set_severity(diagnostic.severity == Severity::kError ? "error" : "warning");
    entry.set_path(text::AsUtf8(diagnostic.path));
    entry.set_message(text::AsUtf8(diagnostic.message));
    entry.set_suggestion(text::AsUtf8(diagnostic.suggestion));
    for (const Note& note : diagnostic.notes) {
      DiagnosticList::Note& written = *entry.add_notes();
      written.set_line(note.line);
      written.set_column(note.column);
      written.set_message(text::AsUtf8(note.message));
    }
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_DIAGNOSTIC_DATA_H_
