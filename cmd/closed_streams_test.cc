// Commands that are started without standard input, output or error, as some schedulers do: they do what they are asked
// for, and what they tell goes nowhere.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/file.h"
#include "testkit/process.h"
#include "testkit/small_engine.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testkit::Finished;
using testkit::Process;

class ClosedStreams : public testing::Test {
 protected:
  ClosedStreams() { environment_["FLOW_STATE_DIR"] = folder_ / "state"; }

  // Every set of the three, as a shell closes them.
  static std::vector<std::string> Closings() {
    std::vector<std::string> closings;
    for (int mask = 0; mask < 8; ++mask) {
      closings.push_back(absl::StrCat(mask & 1 ? " 0<&-" : "", mask & 2 ? " >&-" : "", mask & 4 ? " 2>&-" : ""));
    }
    return closings;
  }

  Finished Run(const std::string& command, const std::string& closing) const {
    return Process("/bin/sh", {"-c", absl::StrCat("exec cmd/", command, closing)}, environment_)
        .Wait(absl::Seconds(30));
  }

  void ExpectTheSame(const std::string& command, int exit_code) {
    for (const std::string& closing : Closings()) {
      const Finished run = Run(command, closing);
      EXPECT_EQ(run.exit_code, exit_code) << run.Describe();
    }
    EXPECT_FALSE(engine_.was_sent_nonsense()) << command;
  }

  const testkit::SmallEngine engine_;
  const testkit::TemporaryFolder folder_;
  const std::string file_ = folder_.Write("p.yaml", R"(apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: p}
spec: {sources: [{id: a, image: "busybox:1.36", command: [sleep]}]}
)");
  Environment environment_ = EnvironmentOf(engine_.server());
};

TEST_F(ClosedStreams, EveryCommandShowsItsHelpAndItsUsage) {
  for (const char* command : {"flow-apply", "flow-delete", "flow-heartbeat", "flow-logs", "flow-status",
                              "flow-translate", "flow-validate", "flowctl"}) {
    ExpectTheSame(absl::StrCat(command, " --help"), 0);
    ExpectTheSame(absl::StrCat(command, " --frob"), 2);
  }
}

TEST_F(ClosedStreams, WhatAsksNoEngineDoesItsWork) {
  ExpectTheSame(absl::StrCat("flow-validate ", file_), 0);
  ExpectTheSame(absl::StrCat("flowctl validate ", file_), 0);
  ExpectTheSame(absl::StrCat("flow-translate ", file_, " --to_file ", folder_ / "compose.yaml"), 0);
  EXPECT_THAT(testkit::ReadFile(folder_ / "compose.yaml"), HasSubstr("name: flow-p"));
  EXPECT_EQ(testkit::ReadFile(file_).find("error"), std::string::npos);
}

// The lock, the state and connections to the engine are opened one after the other: what is told goes into none.
TEST_F(ClosedStreams, WhatAsksAnEngineDoesItsWork) {
  for (const std::string& closing : Closings()) {
    const Finished apply = Run(absl::StrCat("flow-apply --verbose --min_ready=1ms ", file_), closing);
    EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
    EXPECT_TRUE(engine_.deployed());
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_ / "state")) {
      if (!entry.is_regular_file()) continue;
      const std::string text = testkit::ReadFile(entry.path().string());
      for (const char* told : {"deployed successfully", "COMPONENT  TYPE", "> GET", "a: running"}) {
        EXPECT_THAT(text, Not(HasSubstr(told))) << entry.path();
      }
    }
    EXPECT_EQ(Run("flow-status p", closing).exit_code, 0);
    EXPECT_EQ(Run("flow-logs p", closing).exit_code, 0);
    EXPECT_EQ(Run("flowctl get pipelines", closing).exit_code, 0);
    const Finished gone = Run("flow-delete --verbose p", closing);
    EXPECT_EQ(gone.exit_code, 0) << gone.Describe();
    EXPECT_FALSE(engine_.deployed());
    EXPECT_FALSE(engine_.was_sent_nonsense());
  }
}

}  // namespace
}  // namespace flow
