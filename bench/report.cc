#include "bench/report.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "bench/figures.h"

namespace bench {
namespace {

// In the order of the columns.
constexpr const char* kPrograms[] = {"flow", "Compose", "floor", "/bin/true"};

std::vector<double> Column(const std::vector<Usage>& usages, double Usage::*figure) {
  std::vector<double> values;
  values.reserve(usages.size());
  for (const Usage& usage : usages) values.push_back(usage.*figure);
  return values;
}

const std::vector<Usage>* Find(const Row& row, const std::string& program) {
  const auto found = row.usages.find(program);
  return found == row.usages.end() || found->second.empty() ? nullptr : &found->second;
}

std::string Requests(const Row& row, const std::string& program) {
  const auto found = row.requests.find(program);
  return found == row.requests.end() ? "" : std::to_string(found->second);
}

std::string RatioText(const Spread& ratio) {
  return absl::StrFormat("%.2f (%.2f–%.2f)", ratio.median, ratio.min, ratio.max);
}

Spread Ratio(const Row& row, const std::string& against, double Usage::*figure) {
  const std::vector<Usage>* ours = Find(row, "flow");
  const std::vector<Usage>* theirs = Find(row, against);
  if (ours == nullptr || theirs == nullptr) return {};
  return RatioOf(Column(*ours, figure), Column(*theirs, figure));
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
    const std::vector<Usage>* ours = Find(row, "flow");
    if (ours == nullptr) return "";
    value = SpreadOf(Column(*ours, &Usage::memory_mb)).median;
    what = absl::StrFormat("peak memory ≤ %.0f MB", target.limit);
    measured = absl::StrFormat("%.1f", value);
  } else {
    const bool wall = target.figure == Figure::kWall;
    const Spread ratio = Ratio(row, target.against, wall ? &Usage::wall_ms : &Usage::memory_mb);
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
      const std::vector<Usage>* usages = Find(row, program);
      if (usages == nullptr) continue;
      const auto median = [usages](double Usage::*figure) { return SpreadOf(Column(*usages, figure)).median; };
      const double wall = median(&Usage::wall_ms);
      table +=
          absl::StrFormat("| %s | %s | %.*f | %.1f | %.1f | %s | %d |\n", row.title, program, wall < 100 ? 1 : 0, wall,
                          median(&Usage::cpu_ms), median(&Usage::memory_mb), Requests(row, program), usages->size());
    }
  }
  return table;
}

std::string RatiosTable(const std::vector<Row>& rows) {
  std::string table =
      "| ratios pair by pair: median (min–max) | flow against | wall | CPU | peak memory |\n"
      "| --- | --- | ---: | ---: | ---: |\n";
  for (const Row& row : rows) {
    for (const char* against : {"Compose", "floor", "/bin/true"}) {
      const Spread wall = Ratio(row, against, &Usage::wall_ms);
      if (wall.max == 0) continue;
      table += absl::StrFormat("| %s | %s | %s | %s | %s |\n", row.title, against, RatioText(wall),
                               RatioText(Ratio(row, against, &Usage::cpu_ms)),
                               RatioText(Ratio(row, against, &Usage::memory_mb)));
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
