// Ctrl-Z, `fg`, `bg` and the background: the terminal is whose turn it is, and the time for which a command is stopped
// is no time in which it waited.
#include <poll.h>
#include <signal.h>

#include <chrono>
#include <semaphore>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/process.h"
#include "testkit/shell.h"
#include "testkit/small_engine.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testkit::Finished;
using testkit::Process;
using testkit::Shell;

constexpr char kEnter[] = "\x1b[?1049h", kLeave[] = "\x1b[?1049l", kErase[] = "\x1b[J";

class JobControl : public testing::Test {
 protected:
  JobControl() { environment_["FLOW_STATE_DIR"] = folder_ / "state"; }

  // Deploys it, so that there is something to watch.
  void Deploy() {
    started_.release();
    const Finished apply = Process("cmd/flow-apply", {file_, "--min_ready=1ms"}, environment_).Wait();
    ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  }

  // It says that it has started a container when that is wanted.
  std::counting_semaphore<> asked_{0}, started_{0};
  const testkit::SmallEngine engine_{[this] {
    asked_.release();
    (void)started_.try_acquire_for(std::chrono::seconds(60));
  }};
  const testkit::TemporaryFolder folder_;
  const std::string file_ = folder_.Write("p.yaml", R"(apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: p}
spec: {sources: [{id: a, image: "busybox:1.36", command: [sleep]}]}
)");
  Environment environment_ = EnvironmentOf(engine_.server());
};

TEST_F(JobControl, AWatchGivesTheTerminalBackAtCtrlZAndTakesItAgain) {
  Deploy();
  Shell shell(environment_);
  shell.Run("cmd/flow-status p --watch");
  EXPECT_THAT(shell.Await("running"), HasSubstr(kEnter));
  shell.Type(Shell::kCtrlZ);
  EXPECT_THAT(shell.Await("Stopped"), HasSubstr(kLeave));
  shell.Await("> ");
  shell.Run("fg");
  EXPECT_THAT(shell.Await("running"), HasSubstr(kEnter));
  shell.Type(Shell::kCtrlC);
  EXPECT_THAT(shell.Await("> "), HasSubstr(kLeave));
  shell.Run("echo ended with $?");
  EXPECT_NE(shell.Await("ended with 130"), "");
}

TEST_F(JobControl, AWatchInTheBackgroundWritesPlainLines) {
  Deploy();
  Shell shell(environment_);
  shell.Run("cmd/flow-status p --watch &");
  EXPECT_THAT(shell.Await("running"), Not(HasSubstr("\x1b[")));
  shell.Run("kill %1; wait; echo all of it");
  EXPECT_THAT(shell.Await("\nall of it"), Not(HasSubstr("\x1b[")));
}

TEST_F(JobControl, AnApplyThatGoesOnInTheBackgroundDrawsNothingOverTheShell) {
  Shell shell(environment_);
  shell.Run(absl::StrCat("cmd/flow-apply ", file_, " --min_ready=1ms --progress=tty"));
  ASSERT_TRUE(asked_.try_acquire_for(std::chrono::seconds(60)));
  EXPECT_NE(shell.Await("is started"), "");
  shell.Type(Shell::kCtrlZ);
  EXPECT_NE(shell.Await("Stopped"), "");
  shell.Run("bg");
  started_.release();
  EXPECT_THAT(shell.Await("Pipeline deployed successfully"), AllOf(HasSubstr("a: running"), Not(HasSubstr(kErase))));
}

TEST_F(JobControl, AnApplyThatComesToTheForegroundAgainDrawsBelowWhatWasWrittenMeanwhile) {
  Shell shell(environment_);
  shell.Run(absl::StrCat("cmd/flow-apply ", file_, " --min_ready=1ms"));
  ASSERT_TRUE(asked_.try_acquire_for(std::chrono::seconds(60)));
  EXPECT_NE(shell.Await("is started"), "");
  shell.Type(Shell::kCtrlZ);
  EXPECT_NE(shell.Await("Stopped"), "");
  shell.Await("> ");
  shell.Run("fg");
  EXPECT_THAT(shell.Await("is started"), Not(HasSubstr(kErase)));
  started_.release();
  EXPECT_THAT(shell.Await("Pipeline deployed successfully"), HasSubstr(kErase));
}

// All that it waits for is counted: its own time, a request's, and how long a component has run.
TEST_F(JobControl, TheTimeForWhichACommandIsStoppedIsNotCounted) {
  Process apply("cmd/flow-apply", {file_, "--timeout=2s", "--min_ready=500ms"}, environment_);
  ASSERT_TRUE(asked_.try_acquire_for(std::chrono::seconds(60)));
  apply.Signal(SIGSTOP);
  started_.release();
  poll(nullptr, 0, 3500);  // longer than the apply may take; nothing happens that one could wait for
  apply.Signal(SIGCONT);
  const Finished& run = apply.Wait();
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_GE(run.took, absl::Milliseconds(3500)) << run.Describe();
}

}  // namespace
}  // namespace flow
