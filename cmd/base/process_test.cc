#include "cmd/base/process.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "cmd/base/file.h"
#include "gtest/gtest.h"
#include "testkit/ends.h"

namespace flow {
namespace {

Program Shell(const std::string& script) { return {.path = "/bin/sh", .arguments = {"-c", script}}; }

Process Started(const Program& program) {
  absl::StatusOr<Process> process = Process::Start(program);
  EXPECT_TRUE(process.ok()) << process.status();
  return *std::move(process);
}

Process::End EndOf(Process& process) {
  pollfd wanted = {process.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&wanted, 1, 60 * 1000), 1);
  EXPECT_TRUE(process.Ended().has_value());
  return process.Ended().value_or(Process::End{});
}

int ExitCodeOf(const Program& program) {
  Process process = Started(program);
  return EndOf(process).exit_code;
}

// What it writes on standard output.
std::string OutputOf(Program program) {
  testkit::Ends pipe = testkit::Pipe();
  program.out = pipe.in.get();
  EXPECT_EQ(ExitCodeOf(program), 0);
  pipe.in.Close();
  return ReadAll(pipe.out.get(), "pipe", 1 << 20).value_or("");
}

TEST(ProcessTest, FindsItsArgumentsAndVariablesAndNoOthers) {
  setenv("FLOW_TEST", "1", 1);
  EXPECT_EQ(OutputOf({.path = "/bin/echo", .arguments = {"a b", "*", "$HOME"}}), "a b * $HOME\n");
  EXPECT_EQ(OutputOf({.path = "/usr/bin/env", .environment = {{"A", "x y"}, {"B", ""}}}), "A=x y\nB=\n");
}

TEST(ProcessTest, HasNothingOnWhatItWasNotGiven) { EXPECT_EQ(OutputOf(Shell("cat; echo lost >&2; echo x")), "x\n"); }

TEST(ProcessTest, TakesADescriptorWhateverItsNumber) {
  const testkit::Ends pipe = testkit::Pipe();
  ASSERT_EQ(dup2(pipe.in.get(), STDIN_FILENO), STDIN_FILENO);
  EXPECT_EQ(ExitCodeOf({.path = "/bin/echo", .arguments = {"x"}, .out = STDIN_FILENO}), 0);
  char bytes[2];
  EXPECT_EQ(read(pipe.out.get(), bytes, sizeof bytes), 2);
}

TEST(ProcessTest, EndsAsAShellCounts) {
  EXPECT_EQ(ExitCodeOf(Shell("exit 3")), 3);
  EXPECT_EQ(ExitCodeOf(Shell("kill -TERM $$")), 128 + SIGTERM);
  Process process = Started({.path = "/bin/sleep", .arguments = {"1000"}});
  EXPECT_FALSE(process.Ended().has_value());
  process.Signal(SIGINT);
  EXPECT_EQ(EndOf(process).exit_code, 128 + SIGINT);
  process.Signal(SIGKILL);  // to nobody
  EXPECT_GT(EndOf(process).used.ru_maxrss, 0);
}

TEST(ProcessTest, WhatCannotBeRunIsAnErrorThatNamesIt) {
  const absl::Status missing = Process::Start({.path = "/no/such"}).status();
  EXPECT_TRUE(absl::IsNotFound(missing)) << missing;
  EXPECT_EQ(missing.message(), "cannot run /no/such: No such file or directory");
  EXPECT_TRUE(absl::IsPermissionDenied(Process::Start({.path = "/etc/passwd"}).status()));
}

TEST(ProcessTest, ItsSignalsAreAsAProgramExpectsThem) {
  signal(SIGTERM, SIG_IGN);
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_BLOCK, &all, nullptr);
  EXPECT_EQ(ExitCodeOf(Shell("kill -TERM $$")), 128 + SIGTERM);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);
  signal(SIGTERM, SIG_DFL);
}

TEST(ProcessTest, ItsEndIsKnownWhateverThisOneWasStartedWith) {
  signal(SIGCHLD, SIG_IGN);
  EXPECT_EQ(ExitCodeOf(Shell("exit 3")), 3);
}

TEST(ProcessTest, IsKilledWithItsObject) {
  pid_t pid = 0;
  {
    const Process process = Started({.path = "/bin/sleep", .arguments = {"1000"}});
    pid = process.pid();
    EXPECT_EQ(kill(pid, 0), 0);
  }
  EXPECT_NE(kill(pid, 0), 0);
}

}  // namespace
}  // namespace flow
