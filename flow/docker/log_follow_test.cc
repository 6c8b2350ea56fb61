// Which lines are shown, once each, whatever happens to the containers and to the engine; and when that ends.
#include "flow/docker/log_follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/log_text.h"

namespace flow::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// An engine with containers, driven by hand: what the machine asks for is kept until the test answers.
class LogFollowTest : public ::testing::Test {
 protected:
  void Start(LogInput input) {
    input.namespace_ = "default";
    input.pipeline = "x";
    follow_ = std::make_unique<LogFollow>(std::move(input));
    Tell(Begin{});
  }
  // The same with --follow, and the first list.
  void Follow(const std::vector<std::string>& ids, LogInput input = {}) {
    input.follow = true;
    Start(std::move(input));
    Tell(StreamOpened{});
    AnswerList(ids);
  }

  void Tell(const LogEvent& event) {
    for (LogAction& action : follow_->Step(now_, event)) {
      if (const auto* send = std::get_if<Send>(&action)) {
        const auto* inspect = std::get_if<engine::InspectContainer>(&send->call);
        (inspect == nullptr ? listing_ : looking_[inspect->id]) = send->request;
      } else if (const auto* open = std::get_if<OpenLog>(&action)) {
        streams_[open->query.id] = open->stream;
        opened_.push_back(open->query);
      } else if (const auto* print = std::get_if<deploy::ComponentLine>(&action)) {
        printed_.push_back(absl::StrCat(print->component, ": ", print->line.text));
      } else if (const auto* warning = std::get_if<LogWarning>(&action)) {
        warnings_.push_back(warning->text);
      } else if (const auto* pause = std::get_if<PauseLog>(&action)) {
        paused_ = pause->pause;
      } else if (std::holds_alternative<OpenStream>(action)) {
        ++listens_;
      } else {
        done_ = true;
        complete_ = std::get<LogsDone>(action).complete;
      }
    }
  }
  // Lets time pass, as far as the machine wants to be told.
  void Wait(absl::Duration duration) {
    const absl::Time end = now_ + duration;
    while (follow_->due() <= end) {
      now_ = std::max(now_, follow_->due());
      Tell(Tick{});
    }
    now_ = end;
  }

  // The list of containers: the component is what the id begins with, up to a digit.
  void AnswerList(const std::vector<std::string>& ids) {
    engine::ContainerList list;
    for (const std::string& id : ids) {
      engine::ContainerSummary& container = *list.add_containers();
      container.set_id(id);
      auto& labels = *container.mutable_labels();
      labels[project::kComponentLabel] = id.substr(0, 1);
      labels[engine::kComposeContainerNumberLabel] = "1";
    }
    Tell(Answer{listing_, engine::Reply(list)});
  }
  void AnswerLook(const std::string& id, const std::string& status, const std::string& started = "1",
                  const std::string& policy = "unless-stopped") {
    engine::ContainerInspect inspect;
    inspect.mutable_state()->set_status(status);
    inspect.mutable_state()->set_started_at(started);
    inspect.mutable_host_config()->mutable_restart_policy()->set_name(policy);
    ASSERT_NE(looking_[id], RequestId()) << id;
    Tell(Answer{std::exchange(looking_[id], RequestId()), engine::Reply(inspect)});
  }
  void Write(const std::string& id, int second, const std::string& text) {
    const std::string line = absl::StrCat(deploy::TimestampText(absl::FromUnixSeconds(second)), " ", text, "\n");
    std::string frame("\1\0\0\0\0\0\0", 7);
    frame += static_cast<char>(line.size());
    Tell(LogPiece{streams_.at(id), frame + line});
  }
  void End(const std::string& id, absl::Status status = absl::OkStatus()) {
    Tell(LogEnded{streams_.at(id), std::move(status)});
    Wait(absl::ZeroDuration());
  }
  void Happen(const std::string& action, const std::string& id) {
    engine::Event event;
    event.set_action(action);
    event.mutable_actor()->set_id(id);
    (*event.mutable_actor()->mutable_attributes())[project::kComponentLabel] = id.substr(0, 1);
    (*event.mutable_actor()->mutable_attributes())[engine::kComposeContainerNumberLabel] = "1";
    Tell(StreamEvent{event});
  }

  std::vector<std::string> Printed() {
    Wait(absl::Milliseconds(100));
    return std::exchange(printed_, {});
  }

  std::unique_ptr<LogFollow> follow_;
  absl::Time now_ = absl::FromUnixSeconds(1000);
  RequestId listing_ = RequestId();
  int listens_ = 0;
  std::map<std::string, RequestId> looking_;
  std::map<std::string, int> streams_;
  std::vector<engine::LogsQuery> opened_;
  std::vector<std::string> printed_, warnings_;
  bool paused_ = false, done_ = false, complete_ = false;
};

TEST_F(LogFollowTest, WithoutFollowItEndsWhenAllIsRead) {
  Start({.tail = "3"});
  AnswerList({"a1", "b1"});
  AnswerLook("a1", "running");
  AnswerLook("b1", "exited");
  ASSERT_EQ(opened_.size(), 2u);
  EXPECT_FALSE(opened_[0].follow);
  EXPECT_EQ(opened_[0].tail, "3");
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
  End("a1");
  AnswerLook("a1", "restarting");
  Happen("die", "a1");
  AnswerLook("a1", "restarting");
  Happen("start", "a1");
  AnswerLook("a1", "running", "2");
  ASSERT_EQ(opened_.size(), 2u);
  EXPECT_EQ(opened_[1].since, absl::FromUnixSeconds(2));
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
  End("a1");
  AnswerLook("a1", "running", "1", "no");  // its end is not told yet
  End("a1");
  Happen("died", "a1");
  AnswerLook("a1", "exited", "1", "no");
  EXPECT_TRUE(done_);
}

// A program that is started and ends before anyone has looked: its start is another one, and so it is read.
TEST_F(LogFollowTest, WhatRanUnseenIsRead) {
  Follow({"a1"});
  AnswerLook("a1", "running", "1", "on-failure");
  End("a1");
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
  Follow({"a1", "b1"}, {.tail = "0"});
  AnswerLook("a1", "created", "0001-01-01T00:00:00Z");
  AnswerLook("b1", "exited", "2026-01-31T12:00:00.5Z");
  End("b1");
  AnswerLook("b1", "exited", "2026-01-31T12:00:00.5Z");
  ASSERT_EQ(opened_.size(), 1u);
  Happen("start", "a1");
  AnswerLook("a1", "running", "2026-01-31T12:00:01.5Z");
  Happen("start", "b1");
  AnswerLook("b1", "running", "2026-01-31T12:00:02.5Z");
  ASSERT_EQ(opened_.size(), 3u);
  EXPECT_EQ(opened_[1].tail, "all");
  EXPECT_EQ(opened_[1].since, absl::InfinitePast());
  EXPECT_EQ(opened_[2].tail, "all");
  EXPECT_EQ(absl::FormatTime(opened_[2].since, absl::UTCTimeZone()), "2026-01-31T12:00:01.5+00:00");
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
  Follow({"a1"}, {.tail = "1"});
  AnswerLook("a1", "running");
  Write("a1", 1, "old");
  Happen("create", "a2");
  Happen("die", "a1");
  End("a1");
  AnswerLook("a1", "exited");
  Happen("destroy", "a1");
  EXPECT_FALSE(done_);
  Happen("start", "a2");
  AnswerLook("a2", "running");
  EXPECT_EQ(opened_.back().tail, "all");
  Write("a2", 2, "new");
  EXPECT_THAT(Printed(), ElementsAre("a: old", "a: new"));
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
  End("a1");
  End("b1");
  EXPECT_THAT(Printed(), ElementsAre("b: last words"));
  EXPECT_TRUE(done_);
}

TEST_F(LogFollowTest, ItEndsWhenNothingCanWriteAnyMore) {
  Follow({"a1"});
  AnswerLook("a1", "running", "1", "no");
  End("a1");
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
  End("a1");
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

// What was asked for until a time ends at that time, though the container runs on.
TEST_F(LogFollowTest, ItEndsAtTheTimeUntilWhichItWasAskedFor) {
  Follow({"a1"}, {.until = now_ + absl::Seconds(5)});
  AnswerLook("a1", "running");
  Write("a1", 1, "one");
  Wait(absl::Seconds(5));
  End("a1");
  EXPECT_EQ(opened_.size(), 1u);
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

// A line of the other stream came while a long one was being written: after a restart neither comes again.
TEST_F(LogFollowTest, TheTimeToGoOnFromNeverGoesBack) {
  Follow({"a1"});
  AnswerLook("a1", "running");
  Write("a1", 2, "between");
  Write("a1", 1, "long");
  End("a1");
  AnswerLook("a1", "running", "2");
  EXPECT_EQ(opened_.back().since, absl::FromUnixSeconds(2));
  Write("a1", 2, "between");
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
