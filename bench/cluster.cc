// A chain of three on a Kubernetes cluster: flow beside kubectl on the same objects, and beside the floor
// (cluster_floor.py). README.md says how to run it and what came of it.
#include <gflags/gflags.h>
#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "bench/process.h"
#include "bench/programs.h"
#include "bench/report.h"
#include "bench/scratch.h"
#include "testkit/file.h"

DEFINE_int32(pairs, 5, "how often each program deploys it and takes it away");
DEFINE_int32(quick_pairs, 20, "how often each program finds nothing to do, and tells how it is");
DEFINE_string(kubectl, "/usr/bin/kubectl", "the kubectl to compare with, 1.32 or later");
DEFINE_string(floor, "bench/cluster_floor.py", "the floor, seen from the workspace");

namespace bench {
namespace {

using flow::testkit::ReadFile;
using flow::testkit::WriteFile;

constexpr char kDeployed[] = "first deploy, chain of 3", kDeleted[] = "delete, chain of 3";
constexpr char kUntouched[] = "unchanged apply, chain of 3", kShown[] = "status, chain of 3";

// A pipeline and what kubectl is given for it. Its components end at once when told.
struct OnCluster {
  std::string name, namespace_, file, manifests;
};

class Cluster : public Scratch {
 public:
  Cluster() : programs_(Programs::Find()) {
    setenv("FLOW_STATE_DIR", Path("state").c_str(), 1);
    setenv("FLOW_DRIVER", "kubernetes", 1);
    rows_ = {{.title = kDeployed}, {.title = kUntouched}, {.title = kShown}, {.title = kDeleted}};
  }

  int Measure() {
    Take({FLAGS_kubectl, "config", "view", "--raw", "--minify", "-o", "json"}, Path("config.json"));
    const OnCluster flow = Make("flow"), kubectl = Make("kubectl"), floor = Make("floor");
    Deploys(flow, kubectl, floor);
    QuickJobs(flow, kubectl);
    CleanUp();
    const std::vector<Target> targets = {
        {kDeployed, Figure::kWall, "floor", 1.1},       {kUntouched, Figure::kWall, "kubectl", 0.35},
        {kUntouched, Figure::kMemory, "kubectl", 0.25}, {kShown, Figure::kWall, "kubectl", 0.5},
        {kShown, Figure::kMemory, "kubectl", 0.4},      {kDeleted, Figure::kWall, "kubectl", 0.7}};
    std::cout << FiguresTable(rows_) << "\n" << RatiosTable(rows_) << "\n" << TargetsTable(rows_, targets);
    return 0;
  }

 private:
  std::string FlowProgram(const std::string& name) const { return absl::StrCat(programs_.flow, "/", name); }

  Command Apply(const OnCluster& pipeline) const {
    return {FlowProgram("flow-apply"), pipeline.file, "--min_ready=0s", "--progress=none"};
  }
  static Command KubectlApply(const OnCluster& pipeline) {
    return {FLAGS_kubectl, "apply", "--server-side", "-f", pipeline.manifests};
  }
  static Command KubectlDelete(const OnCluster& pipeline) {
    return {FLAGS_kubectl, "delete", "namespace", pipeline.namespace_, "--ignore-not-found"};
  }

  OnCluster Make(const std::string& suffix) {
    const std::string name = absl::StrCat("bench-", getpid(), "-", suffix);
    OnCluster made = {name, absl::StrCat("flow-", name), Path(name + ".yaml"), Path(name + ".json")};
    constexpr char kText[] = R"(apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: NAME}
spec:
  sources: [{id: c1, image: "busybox:1.36", command: &runs [sh, -c, "trap exit TERM; while :; do sleep 0.1; done"]}]
  processors: [{id: c2, image: "busybox:1.36", command: *runs, inputs: [c1]}]
  sinks: [{id: c3, image: "busybox:1.36", command: *runs, inputs: [c2]}]
)";
    WriteFile(made.file, absl::StrReplaceAll(kText, {{"NAME", name}}));
    Take({FlowProgram("flow-translate"), "--output=kubernetes", "-o", "json", made.file}, made.manifests);
    namespaces_.push_back(made.namespace_);
    return made;
  }

  void Measured(size_t row, const std::string& program, const Command& command) {
    rows_[row].usages[program].push_back(Take(command));
  }

  // The floor and kubectl take away what they made in the same way; that is measured once.
  void Deploys(const OnCluster& flow, const OnCluster& kubectl, const OnCluster& floor) {
    std::vector<std::string> turn = {"flow", "kubectl", "floor"};
    for (int round = 0; round < FLAGS_pairs; ++round) {
      std::cerr << "bench: deploying and deleting, " << round + 1 << " of " << FLAGS_pairs << "\n";
      for (const std::string& program : turn) {
        if (program == "flow") {
          Measured(0, program, Apply(flow));
          Measured(3, program, {FlowProgram("flow-delete"), flow.name, "--progress=none"});
        } else if (program == "floor") {
          Measured(0, program, {FLAGS_floor, Path("config.json"), floor.manifests});
          Take(KubectlDelete(floor));
        } else {
          Take(KubectlApply(kubectl));
          for (const char* component : {"c1", "c2", "c3"}) {
            Take(
                {FLAGS_kubectl, "rollout", "status", absl::StrCat("deployment/", component), "-n", kubectl.namespace_});
          }
          Measured(3, program, KubectlDelete(kubectl));
        }
      }
      std::rotate(turn.begin(), turn.begin() + 1, turn.end());
    }
  }

  void QuickJobs(const OnCluster& flow, const OnCluster& kubectl) {
    std::cerr << "bench: unchanged apply and status, " << FLAGS_quick_pairs << " times\n";
    Take(Apply(flow));
    Take(KubectlApply(kubectl));
    Take({FLAGS_kubectl, "rollout", "status", "deployment/c3", "-n", kubectl.namespace_});
    std::vector<std::string> turn = {"flow", "kubectl"};
    for (int round = 0; round < FLAGS_quick_pairs; ++round) {
      for (const std::string& program : turn) {
        const bool ours = program == "flow";
        Measured(1, program, ours ? Apply(flow) : KubectlApply(kubectl));
        Measured(2, program,
                 ours ? Command{FlowProgram("flow-status"), flow.name}
                      : Command{FLAGS_kubectl, "get", "pods", "-n", kubectl.namespace_});
      }
      std::reverse(turn.begin(), turn.end());
    }
  }

  void TakeBack() override {
    for (const std::string& namespace_ : namespaces_) {
      const Usage usage =
          Run({FLAGS_kubectl, "delete", "namespace", namespace_, "--ignore-not-found", "--wait=false"}, Path("delete"));
      if (usage.exit_code != 0) std::cerr << "bench: " << namespace_ << " is left: " << ReadFile(Path("delete"));
    }
  }

  const Programs programs_;
  std::vector<std::string> namespaces_;
  std::vector<Row> rows_;
};

}  // namespace
}  // namespace bench

int main(int argc, char** argv) {
  gflags::SetUsageMessage("flow beside kubectl; bench/README.md");
  gflags::ParseCommandLineFlags(&argc, &argv, true);
  return bench::Cluster().Measure();
}
