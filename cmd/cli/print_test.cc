#include "cmd/cli/print.h"

#include <signal.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/signals.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

TEST(Messages, DoNothingToATerminalWhateverTheEngineSaid) {
  testing::internal::CaptureStderr();
  Tell("flow-x", ExitWith(ExitCode::kFailed, "sink: failed\n  what it wrote last:\n    \x1b[2J\x1b]0;owned\x07"));
  Warn("flow-x", "a\x1b[1m");
  Note("flow-x", "b\r");
  EXPECT_EQ(testing::internal::GetCapturedStderr(),
            "flow-x: sink: failed\n  what it wrote last:\n    \\x1B[2J\\x1B]0;owned\\x07\n"
            "flow-x: warning: a\\x1B[1m\n"
            "flow-x: note: b\\x0D\n");
}

TEST(Messages, AnEndOfWhichThereIsNothingToTellIsNotToldOf) {
  testing::internal::CaptureStderr();
  Tell("flow-x", absl::OkStatus());
  Tell("flow-x", ExitWith(ExitCode::kInvalidFile));
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(Messages, AnAnswerThatNobodyReadsIsToldToNobody) {
  absl::StatusOr<Signals> signals = Signals::Take();
  ASSERT_TRUE(signals.ok()) << signals.status();
  absl::Status end = Unwritten(absl::CancelledError("nobody reads"), ExitCode::kDone);
  EXPECT_EQ(ExitCodeOf(end), ExitCode::kDone);
  EXPECT_EQ(end.message(), "");
  kill(getpid(), SIGINT);
  end = Unwritten(absl::CancelledError("nobody reads"), ExitCode::kDone);
  EXPECT_EQ(ExitCodeOf(end), ExitCode::kInterrupted);
  EXPECT_EQ(end.message(), "");
  EXPECT_EQ(signals->Next(), SIGINT);
  end = Unwritten(absl::ResourceExhaustedError("full"), ExitCode::kDone);
  EXPECT_EQ(ExitCodeOf(end), ExitCode::kFailed);
  EXPECT_EQ(end.message(), "full");
}

// The last: there is no way back from it.
TEST(Messages, FiguresForProgramsAreAMemberOfAnEvent) {
  SpeakJson();
  testing::internal::CaptureStderr();
  TellFigures("a → b", R"({"pipelines":[]})");
  EXPECT_THAT(testing::internal::GetCapturedStderr(),
              testing::AllOf(testing::StartsWith(R"({"event":"figures","component":"","text":"a → b","seconds":)"),
                             testing::EndsWith(",\"figures\":{\"pipelines\":[]}}\n")));
}

}  // namespace
}  // namespace flow
