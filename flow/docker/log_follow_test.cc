// Which lines are shown, once each, whatever happens to the containers and to the engine.
#include "flow/docker/log_follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/docker/testing/log_follow_test_base.h"

namespace flow::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::LogFollowTest;

// One container's output may be read to its end before the engine has said how another is.
TEST_F(LogFollowTest, NothingIsShownBeforeOlderLinesOfWhatIsStillLookedAt) {
  Start({});
  AnswerList({"a1", "b1", "c1"});
  AnswerLook("b1", "running");
  Write("b1", 2, "second");
  End("b1");
  EXPECT_THAT(printed_, IsEmpty());
  AnswerLook("c1", "created", "");  // has never run, and is not waited for
  EXPECT_THAT(printed_, IsEmpty());
  AnswerLook("a1", "running");
  Write("a1", 1, "first");
  EXPECT_THAT(printed_, ElementsAre("a: first"));
  End("a1");
  EXPECT_THAT(printed_, ElementsAre("a: first", "b: second"));
  EXPECT_TRUE(done_);
}

TEST_F(LogFollowTest, OnlyTheComponentsThatAreAskedFor) {
  Follow({"a1", "b1"}, {.components = {"b"}});
  EXPECT_EQ(looking_.count("a1"), 0u);
  AnswerLook("b1", "running");
  Happen("create", "a2");
  Happen("start", "a2");
  EXPECT_EQ(looking_.count("a2"), 0u);
}

// A restart ends the stream; what is read again is shown once.
TEST_F(LogFollowTest, OverARestartEachLineComesOnce) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  Write("a1", 2, "two");
  Write("a1", 2, "two again");
  EndRun("a1");
  AnswerLook("a1", "restarting");
  Happen("die", "a1");
  AnswerLook("a1", "restarting");
  Happen("start", "a1");
  AnswerLook("a1", "running", "2");
  ASSERT_EQ(opened_.size(), 3u);
  EXPECT_EQ(opened_[2].since, absl::FromUnixSeconds(1));
  Write("a1", 1, "one");
  Write("a1", 2, "two");
  Write("a1", 2, "two again");
  Write("a1", 2, "a third one of that time");
  Write("a1", 3, "three");
  EXPECT_THAT(Printed(), ElementsAre("a: one", "a: two", "a: two again", "a: a third one of that time", "a: three"));
  EXPECT_FALSE(done_);
}

// Podman's events have other names.
TEST_F(LogFollowTest, WhatPodmanTellsOfAnEndIsUnderstood) {
  Follow({"a1"});
  AnswerLook("a1", "running", "1", "no");
  EndRun("a1");
  AnswerLook("a1", "running", "1", "no");  // its end is not told yet
  EndRun("a1");
  Happen("died", "a1");
  AnswerLook("a1", "exited", "1", "no");
  EXPECT_TRUE(done_);
}

// A program that is started and ends before anyone has looked: its start is another one, and so it is read.
TEST_F(LogFollowTest, WhatRanUnseenIsRead) {
  Follow({"a1"});
  AnswerLook("a1", "running", "1", "on-failure");
  EndRun("a1");
  AnswerLook("a1", "exited", "2", "on-failure");
  EXPECT_FALSE(done_);
  Write("a1", 5, "quick");
  End("a1");
  AnswerLook("a1", "exited", "2", "on-failure");
  EXPECT_THAT(Printed(), ElementsAre("a: quick"));
  EXPECT_TRUE(done_);
}

// What is asked of the past is asked of it alone: --tail=0 shows all of what is started later.
TEST_F(LogFollowTest, WhatIsStartedLaterIsReadWhole) {
  Follow({"a1", "b1"}, {.tail = 0});
  AnswerLook("a1", "created", "");
  AnswerLook("b1", "exited");
  ASSERT_EQ(opened_.size(), 1u);
  EXPECT_EQ(opened_[0].tail, "3");
  for (int stream = 0; stream < 2; ++stream) {  // the search, and then all from there
    Write("b1", 5, "old");
    End("b1");
  }
  AnswerLook("b1", "exited");
  Happen("start", "a1");
  AnswerLook("a1", "running", "2");
  Happen("start", "b1");
  AnswerLook("b1", "running", "2");
  ASSERT_EQ(opened_.size(), 4u);
  EXPECT_EQ(opened_[2].since, absl::InfinitePast());
  Write("b1", 5, "old");
  Write("b1", 6, "new");
  EXPECT_THAT(Printed(), ElementsAre("b: new"));
}

// A stream may end before it has brought the last lines (Docker 20.10).
TEST_F(LogFollowTest, WhatARunWroteLastIsReadOnceMore) {
  Follow({"a1"});
  AnswerLook("a1", "running", "1", "no");
  Write("a1", 1, "one");
  End("a1");
  ASSERT_EQ(opened_.size(), 2u);
  EXPECT_FALSE(opened_[1].follow);
  Write("a1", 1, "one");
  Write("a1", 2, "two");
  End("a1");
  AnswerLook("a1", "exited", "1", "no");
  EXPECT_THAT(Printed(), ElementsAre("a: one", "a: two"));
  EXPECT_TRUE(done_ && complete_);
}

// It is gone by then: what has come is all there is.
TEST_F(LogFollowTest, WhatIsRemovedBeforeItIsReadOnceMoreEndsThere) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  End("a1");
  Happen("destroy", "a1");
  End("a1", absl::NotFoundError("No such container: a1"));
  EXPECT_THAT(Printed(), ElementsAre("a: one"));
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_TRUE(done_ && complete_);
}

TEST_F(LogFollowTest, AStartThatIsToldDuringALookIsLookedAtAgain) {
  Follow({"a1"});
  AnswerLook("a1", "exited");
  End("a1");
  Happen("die", "a1");  // of the run before, late
  Happen("start", "a1");
  AnswerLook("a1", "exited");
  AnswerLook("a1", "running", "2");
  EXPECT_EQ(opened_.size(), 2u);
}

TEST_F(LogFollowTest, WhatIsMadeWhileTheListIsOnItsWayIsKept) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  Tell(StreamEnded{absl::UnavailableError("gone")});
  Wait(absl::Seconds(1));
  Tell(StreamOpened{});
  Happen("create", "b1");
  Happen("start", "b1");
  AnswerList({"a1"});
  AnswerLook("b1", "running");
  Write("b1", 1, "one");
  EXPECT_THAT(Printed(), ElementsAre("b: one"));
}

// An engine that fails once and goes on telling events.
TEST_F(LogFollowTest, WhatFailedIsAskedAgain) {
  Start({.follow = true});
  Tell(StreamOpened{});
  Tell(Answer{listing_, absl::InternalError("a hiccup")});
  const RequestId failed = listing_;
  Wait(absl::Seconds(1));
  ASSERT_NE(listing_, failed);
  AnswerList({"a1"});
  Tell(Answer{std::exchange(looking_["a1"], RequestId()), absl::InternalError("a hiccup")});
  Wait(absl::Seconds(1));
  AnswerLook("a1", "running");
  EXPECT_EQ(opened_.size(), 1u);
  EXPECT_EQ(listens_, 1);
}

// The replacement is there before the old one goes.
TEST_F(LogFollowTest, OverAReplacementItGoesOn) {
  Follow({"a1"}, {.tail = 1});
  AnswerLook("a1", "running");
  Write("a1", 1, "older");
  Write("a1", 2, "old");
  End("a1");
  Write("a1", 2, "old");
  Happen("create", "a2");
  Happen("die", "a1");
  EndRun("a1");
  AnswerLook("a1", "exited");
  Happen("destroy", "a1");
  EXPECT_FALSE(done_);
  Happen("start", "a2");
  AnswerLook("a2", "running");
  EXPECT_EQ(opened_.back().tail, "all");
  Write("a2", 2, "new");
  EXPECT_THAT(Printed(), ElementsAre("a: old", "a: new"));
}

// The engine goes and comes back: it is listed anew, and each log read on from where it broke off.
TEST_F(LogFollowTest, OverALossOfTheEngineEachLineComesOnce) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  Tell(LogEnded{streams_.at("a1"), absl::UnavailableError("lost")});
  Tell(StreamEnded{absl::UnavailableError("lost")});
  const int listens = listens_;
  Wait(absl::Seconds(1));
  EXPECT_EQ(listens_, listens + 1);
  Tell(StreamEnded{absl::UnavailableError("refused")});
  Wait(absl::Seconds(10));
  EXPECT_EQ(listens_, listens + 2);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("broke off")));
  if (looking_["a1"] != RequestId())
    Tell(Answer{std::exchange(looking_["a1"], RequestId()), absl::UnavailableError("refused")});
  Tell(StreamOpened{});
  AnswerList({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  Write("a1", 2, "two");
  EXPECT_THAT(Printed(), ElementsAre("a: one", "a: two"));
}

// A line of the other stream came while a long one was being written: after a restart neither comes again.
TEST_F(LogFollowTest, TheTimeToGoOnFromNeverGoesBack) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 2, "between");
  Write("a1", 1, "long");
  EndRun("a1");
  AnswerLook("a1", "running", "2");
  EXPECT_EQ(opened_.back().since, absl::FromUnixSeconds(1));
  Write("a1", 2, "between");
  Write("a1", 1, "long");
  Write("a1", 3, "new");
  EXPECT_THAT(Printed(), ElementsAre("a: between", "a: long", "a: new"));
}

// One that is far ahead of the others is read no further for the time being.
TEST_F(LogFollowTest, WhatIsFarAheadIsHeld) {
  Start({});
  AnswerList({"a1", "b1"});
  AnswerLook("a1", "running");
  AnswerLook("b1", "running");
  for (int line = 0; line < 200000 && !paused_; ++line) Write("a1", 1 + line, "a line of some length, many times over");
  EXPECT_TRUE(paused_);
  EXPECT_THAT(printed_, IsEmpty());
  End("b1");
  EXPECT_FALSE(paused_);
}

}  // namespace
}  // namespace flow::docker
