// Which lines are new of those that come when a log is read again.
#include "flow/deploy/log_position.h"

#include <gtest/gtest.h>

namespace flow::deploy {
namespace {

absl::Time At(double second) { return absl::UnixEpoch() + absl::Seconds(second); }

TEST(LogPosition, WhatComesAgainIsNotNew) {
  LogPosition position;
  EXPECT_EQ(position.since(), absl::InfinitePast());
  for (const double second : {1., 5., 5.}) EXPECT_TRUE(position.Take(At(second)));
  position.Advance(absl::InfiniteFuture());
  EXPECT_EQ(position.since(), At(4));
  position.Reopen();
  EXPECT_FALSE(position.Take(At(5)));
  EXPECT_FALSE(position.Take(At(5)));
  EXPECT_TRUE(position.Take(At(5)));  // a third one of that time
}

// Standard error's line has an earlier time, and stands in the log behind what was read.
TEST(LogPosition, ALineThatStandsBehindALaterOneIsNotMissed) {
  LogPosition position;
  position.Take(At(5));
  position.Advance(absl::InfiniteFuture());
  position.Reopen();
  EXPECT_LE(position.since(), At(4.9));
  EXPECT_FALSE(position.Take(At(5)));
  EXPECT_TRUE(position.Take(At(4.9)));
}

// Of which the last line alone was wanted, and read.
TEST(LogPosition, WhatStandsBeforeTheEndThatWasReadIsNotNew) {
  LogPosition position;
  position.Take(At(5));
  position.Advance(absl::InfiniteFuture());
  position.BeginHere();
  position.Reopen();
  EXPECT_EQ(position.since(), At(5));
  for (const double second : {4.2, 4.8, 5.}) EXPECT_FALSE(position.Take(At(second))) << second;
  EXPECT_TRUE(position.Take(At(5.1)));
}

// A long line is being written while the other stream goes on for minutes.
TEST(LogPosition, ItDoesNotGoPastALineThatIsNotOver) {
  LogPosition position;
  position.Take(At(1));
  position.Take(At(100));
  position.Advance(At(2));
  EXPECT_EQ(position.since(), At(2));
  position.Reopen();
  position.Advance(absl::InfiniteFuture());  // cut off again before that line has come
  EXPECT_EQ(position.since(), At(2));
  EXPECT_FALSE(position.Take(At(100)));
  EXPECT_TRUE(position.Take(At(2)));
  position.Advance(absl::InfiniteFuture());
  EXPECT_EQ(position.since(), At(99));
}

// An engine may leave out what was before the time that it is asked for, or all up to the first line that was not.
TEST(LogPosition, WhatWasBeforeTheTimeThatIsAskedForIsNotNewWhereItComes) {
  LogPosition position;
  for (const double second : {4.2, 4., 5.1}) position.Take(At(second));
  position.Advance(absl::InfiniteFuture());
  EXPECT_EQ(position.since(), At(4.1));
  for (const bool comes : {true, false}) {
    LogPosition again = position;
    again.Reopen();
    EXPECT_FALSE(again.Take(At(4.2)));
    EXPECT_FALSE(comes && again.Take(At(4.)));
    EXPECT_FALSE(again.Take(At(5.1)));
    EXPECT_TRUE(again.Take(At(5.1)));
  }
}

TEST(LogPosition, WhatARotationTookAwayIsNotWaitedFor) {
  LogPosition position;
  position.Take(At(5));
  position.Take(At(5.5));
  position.Reopen();
  EXPECT_TRUE(position.Take(At(6)));
  EXPECT_TRUE(position.Take(At(6)));
}

TEST(LogPosition, WhatItBeganAfterIsNeverAskedFor) {
  LogPosition position(At(5));
  position.Take(At(5.1));
  position.Advance(absl::InfiniteFuture());
  EXPECT_EQ(position.since(), At(5));
}

}  // namespace
}  // namespace flow::deploy
