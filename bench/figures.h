// What is said of many measurements: medians, and ratios taken pair by pair, since the machine's pace changes under us.
#ifndef BENCH_FIGURES_H_
#define BENCH_FIGURES_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace bench {

struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

// All zero for no values.
inline Spread SpreadOf(std::vector<double> values) {
  if (values.empty()) return {};
  std::sort(values.begin(), values.end());
  const size_t middle = values.size() / 2;
  const double median = values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
  return {median, values.front(), values.back()};
}

// Of ours[i] / theirs[i]: what was measured one right after the other.
inline Spread RatioOf(const std::vector<double>& ours, const std::vector<double>& theirs) {
  std::vector<double> ratios;
  for (size_t i = 0; i < std::min(ours.size(), theirs.size()); ++i) {
    if (theirs[i] > 0) ratios.push_back(ours[i] / theirs[i]);
  }
  return SpreadOf(ratios);
}

}  // namespace bench

#endif  // BENCH_FIGURES_H_
