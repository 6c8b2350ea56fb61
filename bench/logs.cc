// Reading what three components wrote, 100,000 lines each: flow-logs beside `docker-compose logs`, on the same
// containers. README.md says how to run it and what came of it.
#include <gflags/gflags.h>
#include <stdlib.h>
#include <unistd.h>

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

DEFINE_int32(pairs, 5, "how often each program reads them");

namespace bench {
namespace {

using flow::testkit::ReadFile;
using flow::testkit::WriteFile;

constexpr int kLines = 100000, kComponents = 3;

class Logs : public Scratch {
 public:
  Logs() : programs_(Programs::Find()), name_(absl::StrCat("bench-", getpid(), "-logs")) {
    setenv("FLOW_STATE_DIR", Path("state").c_str(), 1);
  }

  int Measure() {
    std::string text =
        absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: ", name_, "}\nspec:\n  pipelines:\n");
    for (int i = 0; i < kComponents; ++i) {
      absl::StrAppend(&text, "    - {id: c", i, ", image: busybox:1.36, command: [seq, \"", kLines, "\"]}\n");
    }
    WriteFile(Path("pipeline.yaml"), text);
    deployed_ = true;
    Take({programs_.flow + "/flow-apply", Path("pipeline.yaml")});
    const std::string compose_file = Path(absl::StrCat("state/default/", name_, "/compose.yaml"));
    // Compose's --follow does not end where nothing can write any more; it is held against its reading of what is
    // there.
    std::vector<std::pair<const char*, Command>> turns = {
        {"flow", {programs_.flow + "/flow-logs", name_}},
        {kFollow, {programs_.flow + "/flow-logs", name_, "--follow"}},
        {"Compose", {programs_.compose, "-f", compose_file, "logs", "--no-color"}}};
    rows_ = {{.title = kRead}, {.title = kFollow}};
    for (int round = 0; round < FLAGS_pairs; ++round) {
      std::cerr << "bench: reading logs, " << round + 1 << " of " << FLAGS_pairs << "\n";
      for (const auto& [program, command] : turns) {
        if (command[0].empty()) continue;
        const Usage usage = Take(command);
        if (program != kFollow) rows_[0].usages[program].push_back(usage);
        if (program == kFollow) rows_[1].usages["flow"].push_back(usage);
        const std::string out = Output();
        const auto lines = std::count(out.begin(), out.end(), '\n');
        if (lines != kLines * kComponents) Fail(absl::StrCat(program, " showed ", lines, " lines"));
      }
      std::rotate(turns.begin(), turns.begin() + 1, turns.end());
    }
    rows_[1].usages[kReading] = rows_[0].usages["Compose"];
    CleanUp();
    const std::vector<Target> targets = {{kRead, Figure::kWall, "Compose", 1},
                                         {kFollow, Figure::kWall, kReading, 1},
                                         {kFollow, Figure::kMemory, "", 40}};
    std::cout << FiguresTable(rows_) << "\n" << RatiosTable(rows_) << "\n" << TargetsTable(rows_, targets);
    return 0;
  }

 private:
  static constexpr char kRead[] = "read";
  static constexpr char kFollow[] = "`--follow`";
  static constexpr char kReading[] = "Compose's reading";

  void TakeBack() override {
    if (!deployed_) return;
    const Usage usage = Run({programs_.flow + "/flow-delete", name_, "--ignore_not_found"}, Path("delete"));
    if (usage.exit_code != 0) std::cerr << "bench: " << name_ << " is left: " << ReadFile(Path("delete"));
  }

  const Programs programs_;
  const std::string name_;
  bool deployed_ = false;
  std::vector<Row> rows_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  gflags::SetUsageMessage("flow-logs beside Docker Compose; bench/README.md");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return bench::Logs().Measure();
}
