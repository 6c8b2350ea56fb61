#include "cmd/deploy/print.h"

#include "gtest/gtest.h"

namespace flow {
namespace {

TEST(Messages, DoNothingToATerminalWhateverTheEngineSaid) {
  testing::internal::CaptureStderr();
  EXPECT_EQ(Fail("flow-x", ExitCode::kFailed, "sink: failed\n  what it wrote last:\n    \x1b[2J\x1b]0;owned\x07"),
            ExitCode::kFailed);
  Warn("flow-x", "a\x1b[1m");
  Note("flow-x", "b\r");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "flow-x: sink: failed\n  what it wrote last:\n    \\x1B[2J\\x1B]0;owned\\x07\n"
            "flow-x: warning: a\\x1B[1m\n"
            "flow-x: note: b\\x0D\n");
}

}  // namespace
}  // namespace flow
