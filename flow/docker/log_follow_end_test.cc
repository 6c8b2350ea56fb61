// When the following of logs ends, and what is told of what could not be read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/docker/log_follow.h"
#include "flow/docker/testing/log_follow_test_base.h"

namespace flow::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LogFollowTest;

TEST_F(LogFollowTest, WithoutFollowItEndsWhenAllIsRead) {
  Start({});
  AnswerList({"a1", "b1"});
  AnswerLook("a1", "running");
  AnswerLook("b1", "exited");
  ASSERT_EQ(opened_.size(), 2u);
  EXPECT_FALSE(opened_[0].follow);
  EXPECT_EQ(opened_[0].tail, "all");
  Write("a1", 2, "two");
  Write("b1", 1, "one");
  EXPECT_THAT(printed_, ElementsAre("b: one"));  // of b there may be more before a's
  End("b1");
  EXPECT_THAT(printed_, ElementsAre("b: one", "a: two"));
  EXPECT_FALSE(done_);
  End("a1");
  EXPECT_TRUE(done_ && complete_);
}

TEST_F(LogFollowTest, WhatIsCutOffIsToldAndNotTakenForTheWhole) {
  Start({});
  AnswerList({"a1", "b1"});
  AnswerLook("a1", "running");
  Tell(Answer{std::exchange(looking_["b1"], RequestId()), absl::InternalError("no")});
  Write("a1", 1, "first");
  End("a1", absl::UnavailableError("the connection was lost"));
  EXPECT_THAT(printed_, ElementsAre("a: first"));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("b: its log was not read to the end: no"),
                                     HasSubstr("a: its log was not read to the end: the connection was lost")));
  EXPECT_TRUE(done_);
  EXPECT_FALSE(complete_);
}

// A broken record in the engine's file, say: it says so, and ends the stream of a container that runs on.
TEST_F(LogFollowTest, AStreamThatTheEngineEndsAgainAndAgainIsAskedForInGrowingPauses) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  size_t opened = 0;
  const absl::Time end = now_ + absl::Seconds(60);
  while (now_ < end) {
    Tell(LogPiece{streams_.at("a1"), std::string("\3\0\0\0\0\0\0\7broken\n", 15)});
    End("a1");
    Wait(absl::Seconds(1));
    if (looking_["a1"] != RequestId()) AnswerLook("a1", "running");
    opened = opened_.size();
  }
  EXPECT_GT(opened, 5u);
  EXPECT_LT(opened, 40u);
  EXPECT_THAT(warnings_,
              ElementsAre(HasSubstr("a: its log was not read to the end: the engine reads no further: broken")));
  EXPECT_THAT(Printed(), IsEmpty());
}

TEST_F(LogFollowTest, ItEndsWhenThePipelineIsDeleted) {
  Follow({"a1", "b1"});
  AnswerLook("a1", "running");
  AnswerLook("b1", "running");
  Write("b1", 1, "last words");
  for (const char* id : {"a1", "b1"}) {
    Happen("die", id);
    Happen("destroy", id);
  }
  EXPECT_FALSE(done_);
  EndRun("a1");
  EndRun("b1");
  EXPECT_THAT(Printed(), ElementsAre("b: last words"));
  EXPECT_TRUE(done_);
}

TEST_F(LogFollowTest, ItEndsWhenNothingCanWriteAnyMore) {
  Follow({"a1"});
  AnswerLook("a1", "running", "1", "no");
  EndRun("a1");
  AnswerLook("a1", "exited", "1", "no");
  EXPECT_TRUE(done_);
}

// As beside an apply, before which there is nothing.
TEST_F(LogFollowTest, AnEndlessOneWaitsForWhatIsStillToCome) {
  Follow({}, {.endless = true});
  EXPECT_FALSE(done_);
  Tell(StreamEnded{absl::UnavailableError("gone")});
  EXPECT_THAT(warnings_, IsEmpty());
  Wait(absl::Seconds(1));
  Tell(StreamOpened{});
  AnswerList({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  EXPECT_THAT(Printed(), ElementsAre("a: one"));
  EXPECT_FALSE(done_);
}

TEST_F(LogFollowTest, OneThatWasStoppedByHandMayBeStartedAgain) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  EndRun("a1");
  AnswerLook("a1", "exited");
  Wait(absl::Hours(1));
  EXPECT_FALSE(done_);
}

TEST_F(LogFollowTest, ALogThatCannotBeReadIsOneWarningAComponent) {
  Follow({"a1", "a2"});
  for (const char* id : {"a1", "a2"}) {
    AnswerLook(id, "running");
    End(id, absl::InternalError("configured logging driver does not support reading"));
  }
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("a: its log cannot be read: configured logging driver")));
}

TEST_F(LogFollowTest, ThatNoLogCanBeReadIsNoSuccess) {
  const absl::Status refusal = absl::InternalError("configured logging driver does not support reading");
  Start({});
  AnswerList({"a1", "b1"});
  AnswerLook("a1", "running");
  AnswerLook("b1", "running");
  End("a1", refusal);
  End("b1", refusal);
  EXPECT_TRUE(done_ && !complete_);

  Start({});
  done_ = false;
  AnswerList({"a1", "b1"});
  AnswerLook("a1", "running");
  AnswerLook("b1", "running");
  End("a1", refusal);
  End("b1");  // which has written nothing
  EXPECT_TRUE(done_ && complete_);
}

// Proxies cut a quiet stream of events every few seconds.
TEST_F(LogFollowTest, AStreamOfEventsThatIsOpenAgainSoonIsNotWorthAWord) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  for (int cut = 0; cut < 5; ++cut) {
    Tell(StreamEnded{absl::OkStatus()});
    Wait(absl::Seconds(1));
    Tell(StreamOpened{});
    AnswerList({"a1"});
    Wait(absl::Seconds(5));
  }
  EXPECT_EQ(listens_, 6);
  EXPECT_THAT(warnings_, IsEmpty());
}

// What was asked for until a time ends at that time, though the container runs on.
TEST_F(LogFollowTest, ItEndsAtTheTimeUntilWhichItWasAskedFor) {
  Follow({"a1"}, {.until = now_ + absl::Seconds(5)});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  Wait(absl::Seconds(5));
  EndRun("a1");
  EXPECT_EQ(opened_.size(), 2u);
  EXPECT_EQ(looking_["a1"], RequestId());
  EXPECT_TRUE(done_);
}

// The engine ends a stream at the first line after that time, which may never come.
TEST_F(LogFollowTest, ItEndsAfterThatTimeWhereNothingMoreIsWritten) {
  const absl::Time until = now_ + absl::Seconds(5);
  Follow({"a1"}, {.until = until});
  AnswerLook("a1", "running");
  Wait(absl::Seconds(5));
  Write("a1", 1, "late");  // still on its way
  EXPECT_THAT(Printed(), ElementsAre("a: late"));
  EXPECT_FALSE(done_);
  Wait(absl::Seconds(2));
  EXPECT_TRUE(done_ && complete_);
}

TEST_F(LogFollowTest, WhatIsPastIsNotFollowed) {
  Follow({"a1"}, {.until = now_ - absl::Seconds(5)});
  AnswerLook("a1", "running");
  ASSERT_EQ(opened_.size(), 1u);
  EXPECT_FALSE(opened_[0].follow);
  End("a1");
  EXPECT_TRUE(done_);
}

}  // namespace
}  // namespace flow::docker
