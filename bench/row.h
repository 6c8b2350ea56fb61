// What was measured of one thing that several programs did.
#ifndef BENCH_ROW_H_
#define BENCH_ROW_H_

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "bench/figures.h"
#include "bench/process.h"

namespace bench {

// The programs, in the order in which tables and charts have them.
inline constexpr const char* kPrograms[] = {"flow", "Compose", "kubectl", "floor", "/bin/true"};

// Usages of the same index were measured one after the other.
struct Row {
  std::string title;
  std::map<std::string, std::vector<Usage>> usages;  // by program
  std::map<std::string, size_t> requests;            // by program; absent: not counted

  bool Has(const std::string& program) const {
    const auto found = usages.find(program);
    return found != usages.end() && !found->second.empty();
  }

  // One figure of all times that a program did it; empty: it did not.
  std::vector<double> Values(const std::string& program, double Usage::*figure) const {
    std::vector<double> values;
    if (!Has(program)) return values;
    for (const Usage& usage : usages.at(program)) values.push_back(usage.*figure);
    return values;
  }

  // A program's figure against another's, pair by pair; all zero where one of them did not do it.
  Spread Ratio(const std::string& program, const std::string& against, double Usage::*figure) const {
    return RatioOf(Values(program, figure), Values(against, figure));
  }
};

}  // namespace bench

#endif  // BENCH_ROW_H_
