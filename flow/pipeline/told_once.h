// One mistake in many places, told once: a variable that is not set, a foreign word in each component.
#ifndef FLOW_PIPELINE_TOLD_ONCE_H_
#define FLOW_PIPELINE_TOLD_ONCE_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "flow/pipeline/diagnostic.h"

namespace flow::pipeline {

// Places that a diagnostic names besides its own; of further ones it tells how many there are.
inline constexpr size_t kMaxSamePlaces = 20;

// Of diagnostics in order of place, those that say the same stay at the first place, with a note for each further place
// (a default for all components and what an alias brings have but one). What has notes of its own stays by itself.
inline void TellOnce(std::vector<Diagnostic>& diagnostics) {
  struct Told {
    Diagnostic diagnostic;
    int line, column;   // where it came last
    size_t others = 0;  // places besides its own
  };
  std::vector<Told> told;
  absl::flat_hash_map<std::string, size_t> by_message;
  for (Diagnostic& diagnostic : diagnostics) {
    const int line = diagnostic.line, column = diagnostic.column;
    const bool alone = !diagnostic.notes.empty();
    const auto [found, is_new] = by_message.try_emplace(diagnostic.message, told.size());
    Told* first = is_new ? nullptr : &told[found->second];
    if (first != nullptr && first->line == line && first->column == column) continue;
    if (first == nullptr || alone || first->diagnostic.severity != diagnostic.severity) {
      found->second = told.size();
      told.push_back(Told{std::move(diagnostic), line, column});
      continue;
    }
    first->line = line;
    first->column = column;
    if (++first->others > kMaxSamePlaces) continue;
    first->diagnostic.notes.push_back(
        Note{line, column, absl::StrCat(diagnostic.path, diagnostic.path.empty() ? "" : ": ", "the same here")});
  }
  diagnostics.clear();
  for (Told& one : told) {
    if (one.others > kMaxSamePlaces) {
      one.diagnostic.notes.push_back(Note{0, 0, absl::StrCat("and in ", one.others - kMaxSamePlaces, " more places")});
    }
    diagnostics.push_back(std::move(one.diagnostic));
  }
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_TOLD_ONCE_H_
