#include "bench/report.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "bench/figures.h"

namespace bench {
namespace {

std::string Requests(const Row& row, const std::string& program) {
  const auto found = row.requests.find(program);
  return found == row.requests.end() ? "" : std::to_string(found->second);
}

std::string RatioText(const Spread& ratio) {
  return absl::StrFormat("%.2f (%.2f–%.2f)", ratio.median, ratio.min, ratio.max);
}

// A line of TargetsTable; empty where nothing was measured.
std::string TargetLine(const Row& row, const Target& target) {
  std::string what;
  std::string measured;
  double value = 0;
  if (target.figure == Figure::kRequests) {
    if (row.requests.count("flow") == 0) return "";
    value = static_cast<double>(row.requests.at("flow"));
    what = absl::StrFormat("requests ≤ %.0f", target.limit);
    measured = Requests(row, "flow");
    if (row.requests.count("Compose") != 0) measured += absl::StrFormat(" (Compose: %s)", Requests(row, "Compose"));
  } else if (target.against.empty()) {
    if (!row.Has("flow")) return "";
    value = SpreadOf(row.Values("flow", &Usage::memory_mb)).median;
    what = absl::StrFormat("peak memory ≤ %.0f MB", target.limit);
    measured = absl::StrFormat("%.1f", value);
  } else {
    const bool wall = target.figure == Figure::kWall;
    const Spread ratio = row.Ratio("flow", target.against, wall ? &Usage::wall_ms : &Usage::memory_mb);
    if (ratio.max == 0) return "";
    value = ratio.median;
    what = absl::StrFormat("%s ≤ %.2f × %s", wall ? "wall time" : "peak memory", target.limit, target.against);
    measured = RatioText(ratio);
  }
  return absl::StrFormat("| %s | %s | %s | %s |\n", row.title, what, measured,
                         value <= target.limit ? "met" : "**falls short**");
}

}  // namespace

std::string FiguresTable(const std::vector<Row>& rows) {
  std::string table =
      "| medians | program | wall ms | CPU ms | peak memory MB | requests | times |\n"
      "| --- | --- | ---: | ---: | ---: | ---: | ---: |\n";
  for (const Row& row : rows) {
    for (const char* program : kPrograms) {
      if (!row.Has(program)) continue;
      const auto median = [&](double Usage::*figure) { return SpreadOf(row.Values(program, figure)).median; };
      const double wall = median(&Usage::wall_ms);
      table += absl::StrFormat("| %s | %s | %.*f | %.1f | %.1f | %s | %d |\n", row.title, program, wall < 100 ? 1 : 0,
                               wall, median(&Usage::cpu_ms), median(&Usage::memory_mb), Requests(row, program),
                               row.usages.at(program).size());
    }
  }
  return table;
}

std::string RatiosTable(const std::vector<Row>& rows) {
  std::string table =
      "| ratios pair by pair: median (min–max) | flow against | wall | CPU | peak memory |\n"
      "| --- | --- | ---: | ---: | ---: |\n";
  for (const Row& row : rows) {
    for (const std::string against : kPrograms) {
      if (against == "flow") continue;
      const Spread wall = row.Ratio("flow", against, &Usage::wall_ms);
      if (wall.max == 0) continue;
      table += absl::StrFormat("| %s | %s | %s | %s | %s |\n", row.title, against, RatioText(wall),
                               RatioText(row.Ratio("flow", against, &Usage::cpu_ms)),
                               RatioText(row.Ratio("flow", against, &Usage::memory_mb)));
    }
  }
  return table;
}

std::string TargetsTable(const std::vector<Row>& rows, const std::vector<Target>& targets) {
  std::string table =
      "| target | asked for | measured | |\n"
      "| --- | --- | --- | --- |\n";
  for (const Target& target : targets) {
    const auto row = std::find_if(rows.begin(), rows.end(), [&](const Row& r) { return r.title == target.row; });
    if (row != rows.end()) table += TargetLine(*row, target);
  }
  return table;
}

}  // namespace bench
