#include "cmd/cli/run.h"

#include <string>
#include <vector>

#include "cmd/base/exit_status.h"
#include "cmd/cli/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

struct Printed {
  int code;
  std::string out, err;
};

// Runs a flow-apply that ends as `run` does.
Printed RunApply(
    std::vector<std::string> arguments,
    absl::Status (*run)(const Arguments&) = [](const Arguments&) { return absl::OkStatus(); }) {
  std::string program = "flow-apply";
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  Printed printed;
  printed.code = RunCommand(ApplyCommand(), static_cast<int>(argv.size()), argv.data(), run);
  printed.out = ::testing::internal::GetCapturedStdout();
  printed.err = ::testing::internal::GetCapturedStderr();
  return printed;
}

TEST(RunCommand, HelpAndVersionGoToStandardOutputWhateverElseIsWrong) {
  for (const char* flag : {"--help", "-h", "-help"}) {
    const Printed help = RunApply({"--nonsense", flag});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("Usage:\n  flow-apply FILE [flags]"));
    EXPECT_EQ(help.err, "");
  }
  const Printed version = RunApply({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, "flow-apply 0.1.0\n");
}

TEST(RunCommand, WrongUsageGoesToStandardErrorWithExitCode2) {
  const Printed wrong = RunApply({"--tiemout=5m", "x"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err,
            "flow-apply: there is no flag --tiemout; did you mean --timeout?\n"
            "Usage: flow-apply FILE [flags]\n"
            "   or: flow-apply -f FILE [flags]\n"
            "`flow-apply --help` explains them.\n");
}

TEST(RunCommand, ACommandThatEndsWellExitsWith0AndSaysNothing) {
  const Printed done = RunApply({"x.yaml"});
  EXPECT_EQ(done.code, 0);
  EXPECT_EQ(done.out, "");
  EXPECT_EQ(done.err, "");
}

TEST(RunCommand, AnErrorIsToldOnceAndGivesItsExitCode) {
  const Printed busy = RunApply({"x.yaml"}, [](const Arguments&) { return ExitWith(ExitCode::kBusy, "it is held"); });
  EXPECT_EQ(busy.code, 5);
  EXPECT_EQ(busy.err, "flow-apply: it is held\n");
  const Printed failed =
      RunApply({"x.yaml"}, [](const Arguments&) -> absl::Status { return absl::UnknownError("no"); });
  EXPECT_EQ(failed.code, 1);
  EXPECT_EQ(failed.err, "flow-apply: no\n");
}

TEST(RunCommand, WhatWasToldAlreadyIsNotToldAgain) {
  const Printed invalid = RunApply({"x.yaml"}, [](const Arguments&) { return ExitWith(ExitCode::kInvalidFile); });
  EXPECT_EQ(invalid.code, 3);
  EXPECT_EQ(invalid.err, "");
}

TEST(RunCommand, TheCommandGetsWhatTheCommandLineSays) {
  const Printed asked = RunApply({"x.yaml", "--verbose"}, [](const Arguments& arguments) {
    return arguments.options.verbose && arguments.operands == std::vector<std::string>{"x.yaml"}
               ? absl::OkStatus()
               : ExitWith(ExitCode::kFailed);
  });
  EXPECT_EQ(asked.code, 0);
}

}  // namespace
}  // namespace flow
