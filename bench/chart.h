// The measurements as a picture.
#ifndef BENCH_CHART_H_
#define BENCH_CHART_H_

#include <string>
#include <vector>

#include "bench/row.h"

namespace bench {

// An SVG document with a bar for each program of each row that `against` did too: how long it took and how much memory,
// as parts of what `against` needed, pair by pair. A bar ends at the median, a line over it goes from the least to the
// greatest, and the text at its end is the median as it was measured. Light and dark, as the reader's page is. No such
// row: empty.
std::string Chart(const std::vector<Row>& rows, const std::string& against);

}  // namespace bench

#endif  // BENCH_CHART_H_
