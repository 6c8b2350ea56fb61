// A disk that is full, or no folder at all for the state: what is done is told as it is, a delete works, and what only
// reads needs no state.
#include <sys/resource.h>
#include <sys/types.h>

#include <filesystem>
#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/process.h"
#include "testkit/small_engine.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testkit::Finished;
using testkit::Process;

// What a command may write into one file once the disk is full: its messages, and no state of a pipeline that has a
// variable of twice as much.
constexpr rlim_t kFull = 32 * 1024;

void FillDisk(pid_t pid) {
  const rlimit limit = {kFull, kFull};
  EXPECT_EQ(prlimit(pid, RLIMIT_FSIZE, &limit, nullptr), 0);
}

class FullDiskTest : public testing::Test {
 protected:
  FullDiskTest() { environment_["FLOW_STATE_DIR"] = folder_ / "state"; }

  Process Start(const std::string& command, const std::vector<std::string>& arguments) const {
    return Process("cmd/" + command, arguments, environment_);
  }
  Finished Run(const std::string& command, const std::vector<std::string>& arguments) const {
    return Start(command, arguments).Wait();
  }
  // On a disk that is full from the first byte on.
  Finished RunFull(const std::string& command, const std::string& arguments) const {
    return Process("/bin/sh", {"-c", absl::StrCat("ulimit -f ", kFull / 512, "; exec cmd/", command, " ", arguments)},
                   environment_)
        .Wait();
  }

  // Deploys it while the disk becomes full.
  Finished Apply() {
    Process apply = Start("flow-apply", {file_, "--min_ready=1ms"});
    applying_.set_value(apply.pid());
    return apply.Wait();
  }

  std::promise<pid_t> applying_;  // whose disk is full from the start of a container on
  const testkit::SmallEngine engine_{[this] { FillDisk(applying_.get_future().get()); }};
  const testkit::TemporaryFolder folder_;
  const std::string file_ = folder_.Write(
      "p.yaml", absl::StrCat("apiVersion: flowctl/v1\nkind: Pipeline\nmetadata: {name: p}\nspec:\n"
                             "  sources: [{id: a, image: \"busybox:1.36\", command: [sleep], env: {FILL: \"",
                             std::string(2 * kFull, 'x'), "\"}}]\n"));
  Environment environment_ = EnvironmentOf(engine_.server());
};

TEST_F(FullDiskTest, AnApplyThatCannotWriteThatItIsDoneFailsAndSaysSo) {
  const Finished apply = Apply();
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_EQ(apply.out, "");
  EXPECT_THAT(apply.err, AllOf(HasSubstr("all of it is deployed, but the state cannot be written: "),
                               HasSubstr("deployment.textproto: "), HasSubstr("apply again")));
  EXPECT_TRUE(engine_.deployed());
  const Finished status = Run("flow-status", {"p"});
  EXPECT_THAT(status.out, HasSubstr("applying")) << status.Describe();
}

TEST_F(FullDiskTest, AnApplyThatCannotWriteWhatItIsAboutToDoDoesNothing) {
  const Finished apply = RunFull("flow-apply", file_);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("cannot write "));
  EXPECT_FALSE(engine_.deployed());
  EXPECT_FALSE(std::filesystem::exists(folder_ / "state/default"));
}

TEST_F(FullDiskTest, ADeleteTakesEverythingAway) {
  Apply();
  ASSERT_TRUE(engine_.deployed());
  const Finished gone = RunFull("flow-delete", "p");
  EXPECT_EQ(gone.exit_code, 0) << gone.Describe();
  EXPECT_THAT(gone.out, HasSubstr("Pipeline deleted: p"));
  EXPECT_THAT(gone.err, AllOf(HasSubstr("cannot write "), HasSubstr("deleting all the same")));
  EXPECT_FALSE(engine_.deployed());
  EXPECT_EQ(Run("flow-status", {"p"}).exit_code, 6);
}

TEST_F(FullDiskTest, WhatOnlyReadsNeedsNoStateFolderAndNoHome) {
  Apply();
  environment_.erase("FLOW_STATE_DIR");
  const Finished one = Run("flow-status", {"p"});
  EXPECT_EQ(one.exit_code, 0) << one.Describe();
  EXPECT_THAT(one.out, HasSubstr("running"));
  EXPECT_EQ(one.err, "");
  EXPECT_THAT(Run("flow-status", {}).out, HasSubstr("running"));
  const Finished plan = Run("flow-apply", {file_, "--dry_run"});
  EXPECT_EQ(plan.exit_code, 0) << plan.Describe();
  const Finished logs = Run("flow-logs", {"p"});
  EXPECT_EQ(logs.exit_code, 0) << logs.Describe();
  const Finished apply = Run("flow-apply", {file_});
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("HOME is not set"));
}

TEST_F(FullDiskTest, AStateFolderThatCannotBeReadIsToldAndDoneWithout) {
  Apply();
  environment_["FLOW_STATE_DIR"] = file_;
  const Finished all = Run("flow-status", {});
  EXPECT_EQ(all.exit_code, 0) << all.Describe();
  EXPECT_THAT(all.out, HasSubstr("running"));
  EXPECT_THAT(all.err, HasSubstr("going by the labels on the engine"));
}

}  // namespace
}  // namespace flow
