// Translating long chains: flow-translate beside `docker-compose config -q` on what it wrote, and a chain of 10,000
// components beside one of 1,000. README.md says how to run it and what came of it.
#include <gflags/gflags.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "bench/process.h"
#include "bench/programs.h"
#include "bench/report.h"
#include "bench/scratch.h"
#include "testkit/file.h"

DEFINE_int32(pairs, 10, "how often each file is read by each program");

namespace bench {
namespace {

constexpr char kThousand[] = "chain of 1,000";
constexpr char kTenThousand[] = "chain of 10,000";
constexpr char kThousandManifests[] = "chain of 1,000, as manifests";
constexpr char kTenThousandManifests[] = "chain of 10,000, as manifests";

// A source, processors that each read the one before, and a sink.
std::string ChainText(int components) {
  std::string text = "apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: chain}\nspec:\n  sources:\n";
  for (int i = 0; i < components; ++i) {
    if (i == 1) text += "  processors:\n";
    if (i == components - 1) text += "  sinks:\n";
    absl::StrAppend(&text, "    - id: c", i, "\n      image: busybox:1.36\n      command: [sleep, infinity]\n");
    absl::StrAppend(&text, "      env: {STEP: \"", i, "\"}\n");
    if (i > 0) absl::StrAppend(&text, "      inputs: [c", i - 1, "]\n");
  }
  return text;
}

class Translations : public Scratch {
 public:
  Translations() : programs_(Programs::Find()) {}

  int Measure() {
    for (const int components : {1000, 10000}) {
      flow::testkit::WriteFile(File(components, ".yaml"), ChainText(components));
      Take(FlowOn(components), File(components, ".compose.yaml"));
    }
    // Who does what of which row.
    struct Turn {
      const char* title;
      const char* program;
      Command command;
    };
    std::vector<Turn> turns = {
        {kThousand, "flow", FlowOn(1000)},
        {kThousandManifests, "flow", FlowOn(1000, "kubernetes")},
        {kTenThousand, "flow", FlowOn(10000)},
        {kTenThousandManifests, "flow", FlowOn(10000, "kubernetes")},
        {kThousand, "Compose", {programs_.compose, "-f", File(1000, ".compose.yaml"), "config", "-q"}}};
    rows_ = {
        {.title = kThousand}, {.title = kTenThousand}, {.title = kThousandManifests}, {.title = kTenThousandManifests}};
    for (int round = 0; round < FLAGS_pairs; ++round) {
      std::cerr << "bench: translating, " << round + 1 << " of " << FLAGS_pairs << "\n";
      for (const auto& [title, program, command] : turns) {
        if (!command[0].empty()) RowOf(title).usages[program].push_back(Take(command));
      }
      std::rotate(turns.begin(), turns.begin() + 1, turns.end());
    }
    for (const auto& [row, against] :
         {std::make_pair(kTenThousand, kThousand), std::make_pair(kThousandManifests, kThousand),
          std::make_pair(kTenThousandManifests, kThousandManifests)}) {
      RowOf(row).usages[against] = RowOf(against).usages["flow"];
    }
    CleanUp();
    const std::vector<Target> targets = {{kThousand, Figure::kWall, "Compose", 1. / 15},
                                         {kTenThousand, Figure::kWall, kThousand, 12},
                                         {kThousandManifests, Figure::kWall, kThousand, 1.3},
                                         {kThousandManifests, Figure::kMemory, kThousand, 1.3},
                                         {kTenThousandManifests, Figure::kWall, kThousandManifests, 12}};
    std::cout << FiguresTable(rows_) << "\n" << RatiosTable(rows_) << "\n" << TargetsTable(rows_, targets);
    return 0;
  }

 private:
  Row& RowOf(const std::string& title) {
    return *std::find_if(rows_.begin(), rows_.end(), [&](const Row& row) { return row.title == title; });
  }

  std::string File(int components, const char* suffix) const { return Path(absl::StrCat(components, suffix)); }

  Command FlowOn(int components, const std::string& output = "yaml") const {
    return {programs_.flow + "/flow-translate", "--output=" + output, File(components, ".yaml")};
  }

  const Programs programs_;
  std::vector<Row> rows_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  gflags::SetUsageMessage("flow-translate beside Docker Compose; bench/README.md");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return bench::Translations().Measure();
}
