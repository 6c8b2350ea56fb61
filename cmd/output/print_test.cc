#include "cmd/output/print.h"

#include <signal.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/signals.h"
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

TEST(Messages, AnAnswerThatNobodyReadsIsToldToNobody) {
  absl::StatusOr<Signals> signals = Signals::Take();
  ASSERT_TRUE(signals.ok()) << signals.status();
  testing::internal::CaptureStderr();
  EXPECT_EQ(Unwritten("flow-x", absl::CancelledError("nobody reads"), ExitCode::kDone), ExitCode::kDone);
  kill(getpid(), SIGINT);
  EXPECT_EQ(Unwritten("flow-x", absl::CancelledError("nobody reads"), ExitCode::kDone), ExitCode::kInterrupted);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_EQ(signals->Next(), SIGINT);
  testing::internal::CaptureStderr();
  EXPECT_EQ(Unwritten("flow-x", absl::ResourceExhaustedError("full"), ExitCode::kDone), ExitCode::kFailed);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "flow-x: full\n");
}

}  // namespace
}  // namespace flow
