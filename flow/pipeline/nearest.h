// "did you mean": the known word nearest to an unknown one.
#ifndef FLOW_PIPELINE_NEAREST_H_
#define FLOW_PIPELINE_NEAREST_H_

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/string_view.h"

namespace flow::pipeline {

inline constexpr size_t kMaxComparedBytes = 64;

// Edits (insert, remove, replace, swap neighbours) that turn one text into the other; upper and lower case are equal.
// In time len(a) × len(b): for short words.
//
//   EditDistance("sorce", "source") == 1
inline size_t EditDistance(absl::string_view a, absl::string_view b) {
  std::vector<size_t> before(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  const auto equal = [&](size_t i, size_t j) { return absl::ascii_tolower(a[i]) == absl::ascii_tolower(b[j]); };
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (equal(i - 1, j - 1) ? 0 : 1)});
      if (i > 1 && j > 1 && equal(i - 1, j - 2) && equal(i - 2, j - 1)) row[j] = std::min(row[j], before[j - 2] + 1);
    }
    before.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

// The candidate that a person who wrote `word` most likely meant, or empty: within a third of its length, at least one
// edit; the first of those equally near. `words`: a container of texts.
template <typename Words>
absl::string_view Nearest(absl::string_view word, const Words& words) {
  absl::string_view best;
  if (word.size() > kMaxComparedBytes) return best;
  size_t best_distance = std::max<size_t>(1, word.size() / 3) + 1;
  for (absl::string_view candidate : words) {
    const size_t difference =
        candidate.size() > word.size() ? candidate.size() - word.size() : word.size() - candidate.size();
    if (difference >= best_distance || candidate.size() > kMaxComparedBytes) continue;
    const size_t distance = EditDistance(word, candidate);
    if (distance < best_distance && distance < std::max(word.size(), candidate.size())) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_NEAREST_H_
