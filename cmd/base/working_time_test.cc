#include "cmd/base/working_time.h"

#include <gtest/gtest.h>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace flow {
namespace {

constexpr absl::Duration kLong = absl::Milliseconds(1200);

TEST(WorkingTimeTest, WorkIsCounted) {
  const absl::Duration began = WorkingTime();
  const absl::Time until = absl::Now() + kLong;
  while (absl::Now() < until) {
  }
  EXPECT_GE(WorkingTime() - began, kLong / 2);  // unless the machine was at work for others
}

TEST(WorkingTimeTest, WaitingIsCountedAsLongAsItWasToLast) {
  const absl::Duration began = WorkingTime();
  absl::SleepFor(kLong);
  HasWaited(kLong);
  EXPECT_GE(WorkingTime() - began, kLong);
}

// To a process that is stopped it is as if it slept where it never does.
TEST(WorkingTimeTest, TimeForWhichTheProcessIsStoppedIsNotCounted) {
  const absl::Duration began = WorkingTime(), stopped = StoppedTime();
  absl::SleepFor(kLong);
  EXPECT_LT(WorkingTime() - began, kLong / 2);
  absl::SleepFor(kLong);
  HasWaited(kLong / 20);
  EXPECT_LT(WorkingTime() - began, kLong / 2);
  EXPECT_GT(StoppedTime() - stopped, kLong * 3 / 2);
}

}  // namespace
}  // namespace flow
