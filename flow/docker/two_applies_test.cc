// Two applies of one pipeline at the same time, each with a state folder of its own, in thousands of orders: whatever
// either is answered or told when, one of them at least deploys the pipeline, and what it stands on stays.
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "flow/deploy/testing/projects.h"
#include "flow/docker/apply.h"
#include "flow/docker/testing/fake_engine.h"

namespace flow::docker {
namespace {

using testing::FakeEngine;

// As in cmd/flow_apply.cc.
constexpr int kMostLooks = 10;

// How many orders of each kind are tried.
constexpr int kSeeds = 300;

// An answer may come so late.
constexpr absl::Duration kLate = absl::Seconds(5);

// A command that applies: its machine, again where that wants to look again, and what is under way for it.
class Applier {
 public:
  Applier(project::Project project, uint32_t seed) : jitter_(seed) { input_.project = std::move(project); }

  bool is_over() const { return finished_.has_value(); }
  ExitCode code() const { return finished_->code; }
  const std::string& message() const { return finished_->message; }

  // Something that may happen to it now. It may be over by then: then nothing does.
  using Step = std::function<void()>;

  std::vector<Step> Steps(FakeEngine& engine, std::mt19937& random) {
    std::vector<Step> steps;
    for (const auto& [number, call] : requests_) {
      steps.emplace_back([&, number = number] { Answer(number, engine, random); });
    }
    if (to_save_.has_value()) steps.emplace_back([this] { Saved(); });
    if (stream_ == Stream::kAsked) steps.emplace_back([this] { stream_ = Stream::kOpen, Tell(StreamOpened{}); });
    for (const auto& [id, queue] : events_) steps.emplace_back([this, id = id] { TellEvent(id); });
    return steps;
  }

  // When it next does something by itself.
  absl::Time Due() const {
    absl::Time due = machine_ == nullptr && !is_over() ? begins_ : absl::InfiniteFuture();
    for (const auto& [number, when] : timers_) due = std::min(due, when);
    return due;
  }
  void Wake(absl::Time now) {
    now_ = now;
    if (machine_ == nullptr) return Begin();
    const auto first = std::min_element(timers_.begin(), timers_.end(),
                                        [](const auto& a, const auto& b) { return a.second < b.second; });
    const TimerId number = first->first;
    timers_.erase(first);
    Tell(TimerFired{number});
  }
  void BeginAt(absl::Time when) { begins_ = when; }

  void Hear(const std::string& id, const std::deque<engine::Event>& events) {
    if (stream_ != Stream::kOpen) return;
    events_[id].insert(events_[id].end(), events.begin(), events.end());
  }

  // What it did, for the message of a failure.
  std::vector<std::string> story;

 private:
  enum class Stream { kClosed, kAsked, kOpen };

  void Begin() {
    ++looks_;
    story.push_back("looks");
    input_.previous = saved_;
    machine_ = std::make_unique<Apply>(input_);
    Tell(deploy::Begin{});
  }

  void Tell(const Event& event) {
    if (machine_ == nullptr) return;
    for (Action& action : machine_->Step(now_, event)) {
      std::visit([this](auto& a) { Do(a); }, action);
    }
    if (ended_.has_value()) End(*std::exchange(ended_, std::nullopt));
  }

  void Answer(RequestId number, FakeEngine& engine, std::mt19937& random) {
    const auto found = requests_.find(number);
    if (found == requests_.end()) return;
    const engine::Call call = found->second;
    requests_.erase(found);
    absl::StatusOr<engine::Reply> reply = engine.Execute(call);
    // One that is still being made is listed without its networks.
    if (reply.ok() && std::holds_alternative<engine::ContainerList>(*reply)) {
      for (auto& container : *std::get<engine::ContainerList>(*reply).mutable_containers()) {
        if (container.state() == "created" && random() % 2 == 0) container.clear_network_settings();
      }
    }
    if (const auto* create = std::get_if<engine::CreateContainer>(&call)) {
      story.push_back(absl::StrCat("create ", create->name, reply.ok() ? "" : " refused"));
    } else if (const auto* start = std::get_if<engine::StartContainer>(&call)) {
      story.push_back(absl::StrCat("start ", start->id, reply.ok() ? "" : " refused"));
    } else if (const auto* remove = std::get_if<engine::RemoveContainer>(&call)) {
      story.push_back(absl::StrCat("remove ", remove->id));
    } else if (const auto* network = std::get_if<engine::RemoveNetwork>(&call)) {
      story.push_back(absl::StrCat("remove ", network->id, reply.ok() ? "" : " refused"));
    }
    Tell(docker::Answer{number, std::move(reply)});
  }

  void Saved() {
    saved_ = std::exchange(to_save_, std::nullopt);
    Tell(deploy::Saved{});
  }

  void TellEvent(const std::string& id) {
    const auto found = events_.find(id);
    if (found == events_.end()) return;
    const StreamEvent happened{found->second.front()};
    found->second.pop_front();
    if (found->second.empty()) events_.erase(found);
    Tell(happened);
  }

  void End(Finish finish) {
    story.push_back(
        absl::StrCat("ends with ", static_cast<int>(finish.code), finish.again ? " again " : " ", finish.message));
    input_.left = machine_->left();
    machine_.reset();
    requests_.clear();
    timers_.clear();
    events_.clear();
    stream_ = Stream::kClosed;
    if (!finish.again || looks_ == kMostLooks) {
      finished_ = std::move(finish);
    } else {
      begins_ = now_ + absl::Milliseconds(200 + jitter_() % (1000 * looks_));
    }
  }

  void Do(Send& send) { requests_.emplace(send.request, std::move(send.call)); }
  void Do(Cancel& cancel) { requests_.erase(cancel.request); }
  void Do(OpenStream&) { stream_ = Stream::kAsked; }
  void Do(CloseStream&) {
    stream_ = Stream::kClosed;
    events_.clear();
  }
  void Do(Save& save) { to_save_ = std::move(save.deployment); }
  void Do(Forget&) { saved_.reset(); }
  void Do(StartTimer& timer) { timers_[timer.timer] = now_ + timer.after; }
  void Do(Report&) {}
  void Do(Finish& finish) { ended_ = std::move(finish); }

  ApplyInput input_;
  std::unique_ptr<Apply> machine_;  // null: between two looks
  absl::Time begins_, now_;
  int looks_ = 0;
  std::map<RequestId, engine::Call> requests_;
  std::map<TimerId, absl::Time> timers_;
  Stream stream_ = Stream::kClosed;
  std::map<std::string, std::deque<engine::Event>> events_;
  std::optional<Deployment> saved_, to_save_;
  std::optional<Finish> ended_;     // the machine, in this step
  std::optional<Finish> finished_;  // the command
  std::mt19937 jitter_;
};

// Both, on one engine, in the order that a seed stands for. `late`: of a hundred answers so many come later than a timer
// that runs meanwhile, however long that is.
struct Meeting {
  Applier one, other;
  FakeEngine engine;
  absl::Time now = absl::FromUnixSeconds(1000);

  Meeting(project::Project a, project::Project b, uint32_t seed)
      : one(std::move(a), seed), other(std::move(b), seed + 1), random_(seed) {
    engine.AddImage("busybox:1.36", "sha256:b");
  }

  void DeployBefore(project::Project project) {
    Meeting alone(project, project, 1);
    alone.Run(0);
    engine = alone.engine;
  }

  void Run(int late) {
    std::mt19937& random = random_;
    one.BeginAt(now);
    other.BeginAt(now + absl::Milliseconds(random() % 3000));
    for (int steps = 0; steps < 20000 && !(one.is_over() && other.is_over()); ++steps) {
      std::vector<Applier::Step> all = one.Steps(engine, random);
      for (Applier::Step& step : other.Steps(engine, random)) all.push_back(std::move(step));
      Applier& next = one.Due() < other.Due() ? one : other;
      const bool is_late = next.Due() - now < kLate && static_cast<int>(random() % 100) < late;
      if (all.empty() || is_late) {
        if (next.Due() == absl::InfiniteFuture()) continue;
        now = std::max(now, next.Due());
        next.Wake(now);
      } else {
        all[random() % all.size()]();
      }
      for (const auto& [id, events] : std::exchange(engine.events(), {})) {
        one.Hear(id, events);
        other.Hear(id, events);
      }
    }
  }

  std::string Story() const {
    return absl::StrCat("one:\n  ", absl::StrJoin(one.story, "\n  "), "\nother:\n  ",
                        absl::StrJoin(other.story, "\n  "), "\n", engine.DebugString());
  }

 private:
  std::mt19937 random_;
};

using File = std::vector<std::string>;  // of MakeProject
const File kChain = {"volume=data", "a", "b reads=a", "c reads=b"};

// A component and what it is made from, for each that runs, as both a file and the engine tell it.
std::set<std::string> Running(const project::Project& project) {
  std::set<std::string> running;
  for (const project::Service& service : project.services()) {
    running.insert(absl::StrCat("flow-x-", service.name(), "-1 running ", service.labels().at(project::kDigestLabel)));
  }
  return running;
}
std::set<std::string> Running(const FakeEngine& engine) {
  std::set<std::string> running;
  for (const auto& [id, container] : engine.containers()) {
    if (container.state != "running") continue;
    const auto& labels = container.config->labels();
    running.insert(absl::StrCat(container.name, " running ", project::Label(labels, project::kDigestLabel)));
  }
  return running;
}

// `before`: what runs already; empty: nothing. `seeds`: how many orders are tried.
void ExpectOneDeploys(const File& a, const File& b, const File& before, int seeds, int late) {
  const project::Project one = deploy::testing::MakeProject("x", a), other = deploy::testing::MakeProject("x", b);
  for (int seed = 1; seed <= seeds; ++seed) {
    Meeting meeting(one, other, seed);
    if (!before.empty()) meeting.DeployBefore(deploy::testing::MakeProject("x", before));
    meeting.Run(late);
    SCOPED_TRACE(absl::StrCat("seed ", seed, "\n", meeting.Story()));
    ASSERT_TRUE(meeting.one.is_over() && meeting.other.is_over());
    for (const Applier* applier : {&meeting.one, &meeting.other}) {
      ASSERT_TRUE(applier->code() == ExitCode::kDone || applier->code() == ExitCode::kBusy);
    }
    ASSERT_TRUE(meeting.one.code() == ExitCode::kDone || meeting.other.code() == ExitCode::kDone);
    const std::set<std::string> running = Running(meeting.engine);
    ASSERT_TRUE(running == Running(one) || running == Running(other));
    ASSERT_EQ(meeting.engine.networks().size(), 1u);
    ASSERT_EQ(meeting.engine.volumes().size(), 1u);
  }
}

TEST(TwoApplies, OfOneFileOneDeploysAtLeast) {
  ExpectOneDeploys(kChain, kChain, {}, kSeeds, 2);
  ExpectOneDeploys(kChain, kChain, {}, kSeeds, 30);
}

TEST(TwoApplies, OfFilesThatDifferOneDeploysAtLeast) {
  const File another = {"volume=data", "a digest=2", "b reads=a", "c reads=b digest=2"};
  ExpectOneDeploys(kChain, another, {}, kSeeds, 2);
  ExpectOneDeploys(kChain, another, {}, kSeeds, 30);
}

TEST(TwoApplies, WithoutAComponentThatTheOtherHas) {
  const File fewer = {"volume=data", "a", "b reads=a"};
  ExpectOneDeploys(kChain, fewer, {}, kSeeds, 2);
  ExpectOneDeploys(kChain, fewer, {}, kSeeds, 30);
}

TEST(TwoApplies, ThatUpdateDifferentComponents) {
  const File first = {"volume=data", "a digest=2", "b reads=a", "c reads=b"};
  const File last = {"volume=data", "a", "b reads=a", "c reads=b digest=2"};
  ExpectOneDeploys(first, last, kChain, kSeeds, 2);
  ExpectOneDeploys(first, last, kChain, kSeeds, 30);
}

}  // namespace
}  // namespace flow::docker
