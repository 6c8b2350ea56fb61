#include "flow/kubernetes/log_follow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const absl::Time kStart = absl::UnixEpoch() + absl::Hours(24 * 365 * 30);

std::string Line(int second, absl::string_view text) {
  return absl::StrCat(
      absl::FormatTime("%Y-%m-%d%ET%H:%M:%S.000000001Z", kStart + absl::Seconds(second), absl::UTCTimeZone()), " ",
      text, "\n");
}

api::Object Read(api::Kind kind, const std::string& json) {
  const absl::StatusOr<text::Value> document = text::ReadJson(json);
  EXPECT_TRUE(document.ok()) << document.status() << json;
  return {kind, *document};
}

// A pod of the component "sink" in its run `run`, which is over or not, after the run `before`.
api::Object Pod(const std::string& run, bool over = false, const std::string& before = "",
                const std::string& name = "sink-1", const std::string& phase = "Running") {
  const std::string last = before.empty() ? "{}" : absl::StrCat(R"({"terminated":{"containerID":")", before, "\"}}");
  const std::string state = run.empty() ? "{\"waiting\":{}}"
                            : over      ? absl::StrCat(R"({"terminated":{"containerID":")", run, "\"}}")
                                        : "{\"running\":{}}";
  return Read(
      api::Kind::kPod,
      absl::StrCat(
          R"({"metadata":{"name":")", name, R"(","namespace":"n","uid":")", name,
          R"(","resourceVersion":"7","labels":{"app.kubernetes.io/name":"sink","com.obsrvr.flow.component":"sink"}},)"
          R"("status":{"phase":")",
          phase, R"(","containerStatuses":[{"name":"sink","containerID":")", run, R"(","state":)", state,
          R"(,"lastState":)", last, "}]}}"));
}
api::Object Deployment() {
  return Read(api::Kind::kDeployment,
              R"({"metadata":{"name":"sink","uid":"d","labels":{"com.obsrvr.flow.component":"sink"}},"status":{}})");
}

// Tells the machine what a test says, and keeps what comes of it.
class Follow {
 public:
  explicit Follow(LogInput input) : machine_(std::move(input)) { Tell(Begin{}); }

  void Tell(const LogEvent& event) {
    for (LogAction& action : machine_.Step(now_, event)) std::visit([this](auto& a) { Do(a); }, action);
  }
  void After(absl::Duration passed) {
    now_ += passed;
    Tell(deploy::Tick{});
  }
  // Answers the lists that were asked for.
  void Listed(const std::vector<api::Object>& objects) {
    for (const auto& [request, kind] : std::exchange(asked_, {})) {
      api::ObjectList list = {.kind = kind, .objects = {}, .resource_version = "1"};
      for (const api::Object& object : objects) {
        if (object.kind == kind) list.objects.push_back(object);
      }
      Tell(Answer{request, api::Reply(list)});
    }
  }
  void Happened(api::Object object, api::WatchEvent::Type type = api::WatchEvent::Type::kModified) {
    Tell(StreamEvent{{type, std::move(object)}});
  }
  // Of the stream that was opened last, or so many before.
  void Brings(const std::string& bytes, size_t before = 0) {
    Tell(deploy::LogPiece{open_.at(open_.size() - 1 - before).stream, bytes});
  }
  void Ends(const absl::Status& status = absl::OkStatus()) { Tell(deploy::LogEnded{open_.back().stream, status}); }

  // What was asked for since the last call: "sink-1", "sink-1 previous", "sink-1 follow".
  std::vector<std::string> Opened() { return std::exchange(opened_, {}); }
  const api::LogsQuery& query() const { return open_.back().query; }
  std::vector<std::string> Shown() { return std::exchange(shown_, {}); }
  absl::Time now() const { return now_; }
  absl::Time due() const { return machine_.due(); }
  bool done() const { return done_; }
  bool complete() const { return complete_; }
  std::vector<std::string> warnings;
  int number = 0;  // of the replica whose line was shown last
  int closed = 0;  // streams, as silent
  bool paused = false;

 private:
  void Do(const Send& send) { asked_[send.request] = std::get<api::List>(send.call).kind; }
  void Do(const OpenStream&) { Tell(StreamOpened{}); }
  void Do(const OpenLog& open) {
    open_.push_back(open);
    opened_.push_back(
        absl::StrCat(open.query.pod, open.query.previous ? " previous" : "", open.query.follow ? " follow" : ""));
  }
  void Do(const CloseLog& close) {
    EXPECT_EQ(close.stream, open_.back().stream);
    ++closed;
  }
  void Do(const deploy::PauseLog& pause) { paused = pause.pause; }
  void Do(const deploy::ComponentLine& line) {
    shown_.push_back(line.line.text);
    number = line.number;
  }
  void Do(const deploy::LogWarning& warning) { warnings.push_back(warning.text); }
  void Do(const deploy::LogsDone& logs) {
    done_ = true;
    complete_ = logs.complete;
  }

  LogFollow machine_;
  absl::Time now_ = kStart + absl::Hours(1);
  std::map<RequestId, api::Kind> asked_;
  std::vector<OpenLog> open_;
  std::vector<std::string> opened_, shown_;
  bool done_ = false, complete_ = false;
};

TEST(LogFollow, ShowsTheRunBeforeAndThatOfNow) {
  Follow follow({});
  follow.Listed({Deployment(), Pod("b", false, "a")});
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 previous"));
  follow.Brings(Line(1, "one") + Line(2, "two"));
  follow.Ends();
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1"));
  follow.Brings(Line(3, "three"));
  EXPECT_FALSE(follow.done());
  follow.Ends();
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "two", "three"));
  EXPECT_TRUE(follow.done());
  EXPECT_TRUE(follow.complete());
}

TEST(LogFollow, WhatHasNotBegunHasNothingToShow) {
  Follow follow({});
  follow.Listed({Pod("")});
  EXPECT_THAT(follow.Opened(), IsEmpty());
  EXPECT_TRUE(follow.done());
}

TEST(LogFollow, TheLastLinesAreThoseOfAllRuns) {
  Follow follow({.tail = 2});
  follow.Listed({Pod("b", true, "a")});
  follow.Brings(Line(1, "one") + Line(2, "two"));
  follow.Ends();
  follow.Brings(Line(3, "three"));
  follow.Ends();
  EXPECT_THAT(follow.Shown(), ElementsAre("two", "three"));
  EXPECT_TRUE(follow.done());
}

TEST(LogFollow, GoesOnOverARestartWithNothingTwiceAndNothingLost) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  follow.Brings(Line(1, "one"));
  // The stream ends before its last line, and the next run has begun.
  follow.Happened(Pod("b", false, "a"));
  follow.Ends();
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 previous"));
  follow.Brings(Line(1, "one") + Line(2, "two"));
  follow.Ends();
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  follow.Brings(Line(3, "three"));
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "two", "three"));
  EXPECT_FALSE(follow.done());
}

TEST(LogFollow, AStreamThatBreaksIsOpenedAgainFromWhereItStood) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  follow.Brings(Line(1, "one") + Line(5, "five"));
  follow.Ends(absl::UnavailableError("lost"));
  follow.Opened();
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  EXPECT_GT(follow.query().since, kStart + absl::Seconds(3));
  follow.Brings(Line(5, "five") + Line(6, "six"));
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "five", "six"));
}

TEST(LogFollow, AStreamThatIsSilentIsOpenedAgainFromWhereItStood) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  follow.Brings(Line(1, "one"));
  follow.After(kLogSilence / 2);
  follow.Brings(Line(5, "five"));
  follow.Opened();
  follow.After(kLogSilence - absl::Seconds(1));
  EXPECT_EQ(follow.closed, 0);
  EXPECT_LE(follow.due(), follow.now() + absl::Seconds(1));
  follow.After(absl::Seconds(1));
  EXPECT_EQ(follow.closed, 1);
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  EXPECT_GT(follow.query().since, kStart + absl::Seconds(3));
  follow.Brings(Line(5, "five") + Line(6, "six"));
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "five", "six"));
  EXPECT_THAT(follow.warnings, IsEmpty());
}

// One that was quiet from its beginning, too: a container that writes nothing for hours.
TEST(LogFollow, ASilentStreamIsOpenedAgainAsOftenAsItTakes) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  for (int i = 1; i <= 20; ++i) {
    follow.After(kLogSilence);
    EXPECT_EQ(follow.closed, i);
    follow.Opened();
    follow.After(absl::Seconds(2));
    EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  }
}

TEST(LogFollow, AStreamThatIsPausedIsNotSilent) {
  Follow follow({});
  follow.Listed({Deployment(), Pod("a"), Pod("b", false, "", "sink-2")});
  std::string much;
  for (int i = 0; i < 40; ++i) much += Line(i, std::string(100'000, 'x'));
  follow.Brings(much, /*before=*/1);
  ASSERT_TRUE(follow.paused);
  for (int i = 0; i < 3; ++i) {
    follow.After(kLogSilence / 2);
    follow.Brings(Line(i, "slow"));
  }
  EXPECT_TRUE(follow.paused);
  EXPECT_EQ(follow.closed, 0);
}

TEST(LogFollow, WithoutFollowingASilentStreamIsALogThatCannotBeRead) {
  Follow follow({});
  follow.Listed({Pod("a")});
  follow.Brings(Line(1, "one"));
  follow.After(kLogSilence);
  EXPECT_EQ(follow.closed, 1);
  EXPECT_THAT(follow.Shown(), ElementsAre("one"));
  EXPECT_THAT(follow.warnings, ElementsAre("sink: its log cannot be read: the cluster sends nothing any more"));
  EXPECT_TRUE(follow.done());
  EXPECT_FALSE(follow.complete());
}

TEST(LogFollow, ALineInWhoseMidstAStreamBreaksIsShownWhole) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  const std::string two = Line(2, "two halves");
  follow.Brings(Line(1, "one") + two.substr(0, two.size() - 7));
  follow.Ends(absl::UnavailableError("lost"));
  follow.After(absl::Seconds(1));
  follow.Brings(Line(1, "one") + two);
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "two halves"));
}

TEST(LogFollow, TheTailIsReadFirstAndThenFollowed) {
  Follow follow({.follow = true, .tail = 1});
  follow.Listed({Deployment(), Pod("a")});
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1"));
  EXPECT_EQ(follow.query().tail, 2);  // and one that says where it begins
  follow.Brings(Line(2, "two"));
  follow.Ends();
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  follow.Brings(Line(2, "two") + Line(3, "three"));
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ElementsAre("two", "three"));
}

TEST(LogFollow, TheLastLinesAreWholeWhereANodeCountsParts) {
  const std::string part(16384, 'x');
  const std::string long_line = absl::StrCat(Line(2, part).substr(0, Line(2, part).size() - 1), Line(2, "rest"));
  Follow follow({.tail = 2});
  follow.Listed({Pod("b", true, "a")});
  EXPECT_EQ(follow.query().tail, 3);
  follow.Brings(long_line + Line(3, "three"));  // perhaps without its first parts
  follow.Ends();
  EXPECT_EQ(follow.query().tail, 12);
  EXPECT_TRUE(follow.query().previous);
  follow.Brings(Line(1, "one") + long_line + Line(3, "three"));
  follow.Ends();
  EXPECT_FALSE(follow.query().previous);
  follow.Ends();
  EXPECT_THAT(follow.Shown(), ElementsAre(absl::StrCat(part, "rest"), "three"));
  EXPECT_TRUE(follow.done());
}

// A cluster begins at a second.
TEST(LogFollow, WhatStandsBeforeTheTailIsNotShownWhenItIsFollowed) {
  for (const int tail : {1, 0}) {
    Follow follow({.follow = true, .tail = tail});
    follow.Listed({Deployment(), Pod("a")});
    EXPECT_EQ(follow.query().tail, tail + 1);
    if (tail == 1) follow.Brings(Line(1, "one"));
    follow.Brings(Line(2, "two"));
    follow.Ends();
    EXPECT_GE(follow.query().since, kStart + absl::Seconds(2 - tail));
    follow.Brings(Line(0, "zero") + Line(1, "one") + Line(2, "two") + Line(3, "three"));
    follow.After(absl::Seconds(1));
    std::vector<std::string> expected = {"two", "three"};
    if (tail == 0) expected = {"three"};
    EXPECT_EQ(follow.Shown(), expected);
  }
}

TEST(LogFollow, WaitsForPodsAndEndsWithThePipeline) {
  Follow follow({.follow = true});
  follow.Listed({Deployment()});
  EXPECT_FALSE(follow.done());
  follow.Happened(Pod("a"), api::WatchEvent::Type::kAdded);
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1 follow"));
  follow.Brings(Line(1, "one"));
  follow.Happened(Deployment(), api::WatchEvent::Type::kDeleted);
  EXPECT_FALSE(follow.done());
  follow.Happened(Pod("a"), api::WatchEvent::Type::kDeleted);
  follow.Brings(Line(2, "last"));
  follow.Ends();
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "last"));
  EXPECT_TRUE(follow.done());
}

TEST(LogFollow, AnEndlessOneShowsAllOfWhatComesUpAndEndsNever) {
  Follow follow({.follow = true, .endless = true, .since = kStart + absl::Seconds(5)});
  follow.Listed({Deployment(), Pod("a", false, "", "old")});
  const auto removed = [&](const char* pod) {
    follow.Happened(Pod("a", false, "", pod), api::WatchEvent::Type::kDeleted);
    follow.Ends();
  };
  follow.Brings(Line(4, "of before") + Line(6, "new"));
  removed("old");
  follow.Happened(Pod("b", false, "", "fresh"), api::WatchEvent::Type::kAdded);
  follow.Brings(Line(3, "by a clock that is late"));
  removed("fresh");
  follow.Happened(Deployment(), api::WatchEvent::Type::kDeleted);
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ::testing::UnorderedElementsAre("new", "by a clock that is late"));
  EXPECT_FALSE(follow.done());
}

TEST(LogFollow, APodThatTakesThePlaceOfAnotherHasItsNumber) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  EXPECT_EQ(follow.number, 0);
  follow.Brings(Line(1, "one"));
  follow.After(absl::Seconds(1));
  EXPECT_EQ(follow.number, 1);
  api::Object going =
      Read(api::Kind::kPod, R"({"metadata":{"name":"sink-1","uid":"sink-1","deletionTimestamp":"2026-01-01T00:00:00Z",
    "labels":{"app.kubernetes.io/name":"sink","com.obsrvr.flow.component":"sink"}}})");
  follow.Happened(std::move(going));
  follow.Happened(Pod("b", false, "", "sink-2"), api::WatchEvent::Type::kAdded);
  follow.Brings(Line(2, "two"));
  follow.After(absl::Seconds(1));
  EXPECT_THAT(follow.Shown(), ElementsAre("one", "two"));
  EXPECT_EQ(follow.number, 1);
}

TEST(LogFollow, EndsWhereAllThatThereIsHasEnded) {
  const api::Object job = Read(api::Kind::kJob, R"({"metadata":{"name":"sink","uid":"j","labels":{
    "com.obsrvr.flow.component":"sink"}},"status":{"conditions":[{"type":"Complete","status":"True"}]}})");
  Follow follow({.follow = true});
  follow.Listed({job, Pod("a", true, "", "sink-1", "Succeeded")});
  EXPECT_THAT(follow.Opened(), ElementsAre("sink-1"));
  follow.Brings(Line(1, "done"));
  follow.Ends();
  EXPECT_THAT(follow.Shown(), ElementsAre("done"));
  EXPECT_TRUE(follow.done());
}

TEST(LogFollow, OneLogThatCannotBeReadIsAWarning) {
  Follow follow({});
  follow.Listed({Pod("a")});
  follow.Ends(absl::PermissionDeniedError("no right"));
  EXPECT_THAT(follow.warnings, ElementsAre("sink: its log cannot be read: no right"));
  EXPECT_TRUE(follow.done());
  EXPECT_FALSE(follow.complete());
}

TEST(LogFollow, AnswersToAnOlderListDoNotCount) {
  Follow follow({.follow = true});
  follow.Listed({Deployment(), Pod("a")});
  follow.Opened();
  follow.Tell(StreamEnded{absl::OutOfRangeError("too old")});
  follow.After(absl::Seconds(1));
  follow.Listed({Deployment()});  // the pod has gone meanwhile
  follow.Ends();
  EXPECT_THAT(follow.Opened(), IsEmpty());
  EXPECT_FALSE(follow.done());
}

TEST(LogLineReader, TakesLinesHoweverTheyAreCut) {
  const std::string stream = Line(1, "one") + Line(2, "") + Line(3, "a b\r");
  for (size_t cut = 0; cut <= stream.size(); ++cut) {
    LogLineReader reader;
    std::vector<deploy::LogLine> lines = reader.Read(stream.substr(0, cut));
    for (deploy::LogLine& line : reader.Read(stream.substr(cut))) lines.push_back(std::move(line));
    ASSERT_EQ(lines.size(), 3u) << cut;
    EXPECT_EQ(lines[0].text, "one");
    EXPECT_EQ(lines[1].text, "");
    EXPECT_EQ(lines[2].text, "a b");
    EXPECT_EQ(lines[2].time, kStart + absl::Seconds(3) + absl::Nanoseconds(1));
  }
}

// As nodes with Docker hand out a long line; a time that a program writes itself is text elsewhere.
TEST(LogLineReader, PutsALineOfSeveralPartsTogether) {
  const std::string time = "2026-11-26T08:00:00.854541905Z ", part(16384, 'x');
  LogLineReader reader;
  const std::vector<deploy::LogLine> lines =
      reader.Read(absl::StrCat(time, part, time, part, time, "rest\n", time, part, time, "\n", time, part, "no time\n",
                               time, "a ", time, "b\n"));
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0].text, absl::StrCat(part, part, "rest"));
  EXPECT_EQ(lines[1].text, part);
  EXPECT_EQ(lines[2].text, absl::StrCat(part, "no time"));
  EXPECT_EQ(lines[3].text, absl::StrCat("a ", time, "b"));
}

}  // namespace
}  // namespace flow::kubernetes
