// What is shown as a container is followed is what reading its log afterwards shows, whatever the container, the engine
// and the connection do meanwhile: made-up lives of a container, on an engine in memory.
#include <gtest/gtest.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/docker/engine/log_lines.h"
#include "flow/docker/log_follow.h"
#include "flow/docker/testing/fake_log.h"

namespace flow::docker {
namespace {

using testing::FakeLog;

class Life {
 public:
  // `old`: the engine may end a stream before it has sent the last lines of a run, as Docker 20.10 does. A new one leaves
  // out what was before a time up to the first part that was not, as Docker does from 23 on.
  Life(unsigned seed, bool old, std::optional<int> tail) : random_(seed), old_(old) {
    LogInput input;
    input.follow = true;
    input.tail = tail;
    follow_ = std::make_unique<LogFollow>(std::move(input));
  }

  // What is shown of a container that runs some times before it is followed, and some times more.
  std::vector<std::string> Follow() {
    for (int step = 0; step < 20; ++step) Go();
    Tell(Begin{});
    Tell(StreamOpened{});
    for (int step = 0; step < 200; ++step) {
      Go();
      Serve();
    }
    if (runs_) EndRun();
    status_ = "exited";
    Tell(StreamEvent{EventOf("die")});
    for (int step = 0; step < 100000 && !done_; ++step) Serve();
    EXPECT_TRUE(done_);
    return std::move(shown_);
  }

  // What reading shows; of what was there at first the last lines, if only so many are wanted.
  std::vector<std::string> Read(std::optional<int> tail) const {
    engine::LogLineReader reader(false);
    std::vector<std::string> lines;
    size_t parts = 0, over = 0, open = 0;  // of the lines that were there at first
    for (const FakeLog::Part& part : log_.parts()) {
      for (const engine::LogLine& line : reader.Read(part.Frame())) lines.push_back(Short(line.text));
      if (++parts != before_) continue;
      over = lines.size();
      open = engine::LogLineReader(reader).End().size();
    }
    for (const engine::LogLine& line : reader.End()) lines.push_back(Short(line.text));
    const size_t wanted = tail.value_or(over + open);
    lines.erase(lines.begin(), lines.begin() + std::min(over, over + open - std::min(over + open, wanted)));
    return lines;
  }

 private:
  struct Stream {
    OpenLog open;
    size_t at = 0;
    std::optional<size_t> end;  // of the log, where the stream ends; nothing: it follows
  };

  size_t Any(size_t below) { return std::uniform_int_distribution<size_t>(0, below - 1)(random_); }
  static std::string Short(const std::string& text) {
    return absl::StrCat(text.substr(0, 20), " of ", text.size(), " bytes");
  }

  // Something happens to the container.
  void Go() {
    now_ += absl::Milliseconds(Any(100));
    if (!runs_) return StartRun();
    if (Any(12) == 0) return EndRun();
    const int stream = 1 + static_cast<int>(Any(2));
    if (Any(8) == 0 && !open_[stream].has_value()) open_[stream] = {Stamp(stream), Any(4)};
    WritePart(stream, "\n");
  }

  void StartRun() {
    if (Any(3) != 0) return;
    runs_ = true;
    status_ = "running";
    ++run_;
    Tell(StreamEvent{EventOf("start")});
  }

  // A line without an end may be its last.
  void EndRun() {
    for (const int stream : {1, 2}) {
      if (open_[stream].has_value() || Any(2) == 0) WritePart(stream, "", /*last=*/true);
    }
    runs_ = false;
    status_ = "restarting";
    if (stream_.has_value() && !stream_->end.has_value()) stream_->end = log_.parts().size();
    Tell(StreamEvent{EventOf("die")});
  }

  // A line, or the next part of a long one.
  void WritePart(int stream, absl::string_view end, bool last = false) {
    std::optional<LongLine>& open = open_[stream];
    const std::string word = absl::StrCat(++words_, " of run ", run_, " ");
    if (open.has_value() && open->parts > 0 && !last) {
      --open->parts;
      return log_.Add(stream, open->time, (word + std::string(FakeLog::kPart, 'x')).substr(0, FakeLog::kPart));
    }
    log_.Add(stream, open.has_value() ? open->time : Stamp(stream), absl::StrCat(word, end));
    open.reset();
  }

  // The two streams are read side by side: what the log has first may be the younger.
  absl::Time Stamp(int stream) {
    stamps_[stream] = std::max(stamps_[stream] + absl::Nanoseconds(1), now_ - absl::Milliseconds(Any(300)));
    return stamps_[stream];
  }

  // The engine does something of what it was asked for, and time passes.
  void Serve() {
    now_ += absl::Milliseconds(Any(20));
    if (follow_->due() <= now_) Tell(Tick{});
    if (!requests_.empty() && Any(2) == 0) Answer();
    for (size_t parts = Any(4); parts > 0 && stream_.has_value(); --parts) Send();
    if (stream_.has_value() && Any(100) == 0) EndStream(absl::UnavailableError("lost"));
  }

  void Answer() {
    const docker::Send send = std::move(requests_.front());
    requests_.pop_front();
    if (std::holds_alternative<engine::ListContainers>(send.call)) {
      engine::ContainerList list;
      list.add_containers()->set_id("id");
      (*list.mutable_containers(0)->mutable_labels())[project::kComponentLabel] = "a";
      return Tell(docker::Answer{send.request, engine::Reply(list)});
    }
    engine::ContainerInspect inspect;
    inspect.mutable_state()->set_status(run_ == 0 ? "created" : status_);
    inspect.mutable_state()->set_started_at(absl::StrCat(run_));
    inspect.mutable_host_config()->mutable_restart_policy()->set_name("on-failure");
    Tell(docker::Answer{send.request, engine::Reply(inspect)});
  }

  void Send() {
    Stream& stream = *stream_;
    if (old_ && stream.open.query.follow && stream.end.has_value() && Any(4) == 0) return EndStream();
    const size_t end = stream.end.value_or(log_.parts().size());
    absl::Time& since = stream.open.query.since;
    while (stream.at < end && log_.parts()[stream.at].time < since) ++stream.at;
    if (stream.at >= end) {
      if (stream.end.has_value()) EndStream();
      return;
    }
    if (!old_) since = absl::InfinitePast();
    const std::string frame = log_.parts()[stream.at++].Frame();
    const size_t half = Any(frame.size());
    Tell(LogPiece{stream.open.stream, frame.substr(0, half)});
    if (Any(100) == 0) return EndStream(absl::UnavailableError("cut off in a frame"));
    Tell(LogPiece{stream.open.stream, frame.substr(half)});
  }

  void EndStream(absl::Status status = absl::OkStatus()) {
    const int number = stream_->open.stream;
    stream_.reset();
    Tell(LogEnded{number, std::move(status)});
  }

  void Tell(const LogEvent& event) {
    if (done_) return;
    for (LogAction& action : follow_->Step(now_, event)) {
      if (auto* send = std::get_if<docker::Send>(&action)) {
        requests_.push_back(std::move(*send));
      } else if (auto* open = std::get_if<OpenLog>(&action)) {
        EXPECT_FALSE(stream_.has_value());
        const size_t parts = log_.parts().size();
        if (open->query.tail != "all") before_ = parts;
        const size_t tail = open->query.tail == "all" ? parts : std::min<size_t>(parts, std::stoul(open->query.tail));
        stream_ = Stream{*open, parts - tail, std::nullopt};
        if (!open->query.follow || !runs_) stream_->end = parts;
      } else if (const auto* line = std::get_if<deploy::ComponentLine>(&action)) {
        shown_.push_back(Short(line->line.text));
      } else if (std::holds_alternative<LogsDone>(action)) {
        done_ = true;
      }
    }
  }

  static engine::Event EventOf(const std::string& action) {
    engine::Event event;
    event.set_action(action);
    event.mutable_actor()->set_id("id");
    (*event.mutable_actor()->mutable_attributes())[project::kComponentLabel] = "a";
    return event;
  }

  struct LongLine {
    absl::Time time;
    size_t parts;  // of 16 KiB, which are still to come
  };

  std::mt19937 random_;
  const bool old_;
  std::unique_ptr<LogFollow> follow_;
  absl::Time now_ = absl::FromUnixSeconds(1000);

  FakeLog log_;
  size_t before_ = 0;  // how many parts there were when the last lines were looked for
  bool runs_ = false;
  std::string status_ = "created";
  int run_ = 0, words_ = 0;
  std::optional<LongLine> open_[3];  // by stream
  absl::Time stamps_[3];

  std::deque<docker::Send> requests_;
  std::optional<Stream> stream_;
  std::vector<std::string> shown_;
  bool done_ = false;
};

class LogFidelityTest : public ::testing::TestWithParam<std::tuple<bool, std::optional<int>>> {};

TEST_P(LogFidelityTest, WhatIsFollowedIsWhatIsReadAfterwards) {
  const auto& [old, tail] = GetParam();
  for (unsigned seed = 0; seed < 40; ++seed) {
    Life life(seed, old, tail);
    const std::vector<std::string> followed = life.Follow();
    ASSERT_EQ(followed, life.Read(tail)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Engines, LogFidelityTest,
                         ::testing::Combine(::testing::Bool(), ::testing::Values(std::nullopt, 0, 1, 5)));

}  // namespace
}  // namespace flow::docker
