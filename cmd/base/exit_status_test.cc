#include "cmd/base/exit_status.h"

#include <signal.h>

#include "gtest/gtest.h"

namespace flow {
namespace {

TEST(ExitStatus, CarriesItsCodeAndWhatIsToldOfIt) {
  const absl::Status status = ExitWith(ExitCode::kNoSuchPipeline, "there is none");
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kNoSuchPipeline);
  EXPECT_EQ(status.message(), "there is none");
  EXPECT_EQ(ExitWith(ExitCode::kInvalidFile).message(), "");
}

TEST(ExitStatus, ACommandThatEndsWellHereGoesNoFurtherEither) {
  EXPECT_FALSE(ExitWith(ExitCode::kDone, "it is gone").ok());
  EXPECT_EQ(ExitCodeOf(ExitWith(ExitCode::kDone)), ExitCode::kDone);
}

TEST(ExitStatus, WithoutACodeAnErrorIsAFailure) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kDone);
  EXPECT_EQ(ExitCodeOf(absl::InvalidArgumentError("x")), ExitCode::kFailed);
}

TEST(ExitStatus, ACodeLeavesTheRestOfTheErrorAsItIs) {
  const absl::Status status = WithExitCode(absl::UnavailableError("it hung up"), ExitCode::kNoEngine);
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_EQ(status.message(), "it hung up");
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kNoEngine);
  EXPECT_EQ(ExitCodeOf(WithExitCode(status, ExitCode::kBusy)), ExitCode::kBusy);
  EXPECT_TRUE(WithExitCode(absl::OkStatus(), ExitCode::kBusy).ok());
  EXPECT_EQ(ExitCodeOf(WithExitCode(absl::OkStatus(), ExitCode::kBusy)), ExitCode::kDone);
}

TEST(ExitStatus, ASignalsCodeIsAsAShellCountsIt) {
  EXPECT_EQ(ExitCodeOf(EndedBy(SIGHUP)), ExitCode::kHungUp);
  EXPECT_EQ(ExitCodeOf(EndedBy(SIGINT)), ExitCode::kInterrupted);
  EXPECT_EQ(ExitCodeOf(EndedBy(SIGTERM, "taken back")), ExitCode::kTerminated);
  EXPECT_TRUE(IsEndedBySignal(EndedBy(SIGINT)));
  EXPECT_FALSE(IsEndedBySignal(ExitWith(ExitCode::kFailed)));
  EXPECT_FALSE(IsEndedBySignal(absl::OkStatus()));
}

}  // namespace
}  // namespace flow
