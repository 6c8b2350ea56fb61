// What was measured, and the tables that are made of it.
#ifndef BENCH_REPORT_H_
#define BENCH_REPORT_H_

#include <string>
#include <vector>

#include "bench/row.h"

namespace bench {

enum class Figure { kWall, kMemory, kRequests };

// `row`'s figure of flow is at most `limit` times that of `against`; with no `against`, at most `limit` (memory: MB).
struct Target {
  std::string row;
  Figure figure;
  std::string against;
  double limit;
};

// Markdown. Rows and programs without a measurement are left out. What a row has of something else than a program is
// there for a target to compare with; the first two tables leave it out.
std::string FiguresTable(const std::vector<Row>& rows);
std::string RatiosTable(const std::vector<Row>& rows);
std::string TargetsTable(const std::vector<Row>& rows, const std::vector<Target>& targets);

}  // namespace bench

#endif  // BENCH_REPORT_H_
