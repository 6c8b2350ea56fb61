// Every state that the apply of a pipeline of five components can reach, over each order of completions that differs,
// with a fault at every request, event and wait; and from each state a crash, after which another apply or delete must
// do.
//
//        e (run once) ─▶ b ─┐
//                           ├─▶ c ─▶ d
//        a (health check) ──┘
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "flow/deploy/testing/explorer.h"
#include "flow/deploy/testing/projects.h"
#include "flow/docker/apply.h"
#include "flow/docker/delete.h"
#include "flow/docker/testing/world.h"

namespace flow::docker {
namespace {

using deploy::testing::Explorer;
using deploy::testing::RunToEnd;
using testing::Choice;
using testing::FakeEngine;
using ApplyWorld = testing::World<Apply>;
using DeleteWorld = testing::World<Delete>;

project::Project Five() {
  return deploy::testing::MakeProject("five",
                                      {"volume=data", "a check", "e once", "b reads=e", "c reads=a,b", "d reads=c"});
}

ApplyInput Input(project::Project project, std::optional<Deployment> previous = std::nullopt) {
  ApplyInput input;
  input.project = std::move(project);
  input.previous = std::move(previous);
  return input;
}

// Holds every change against the engine's own truth: the intent is saved by then, and what a container reads is there.
void ExpectInOrder(const ApplyWorld& world, const engine::Call& call) {
  const bool changes = call.index() >= engine::Call(engine::CreateNetwork()).index();
  EXPECT_TRUE(!changes || world.saved != nullptr) << "changed before the intent was saved";
  const auto* start = std::get_if<engine::StartContainer>(&call);
  if (start == nullptr || !world.engine.containers().contains(start->id)) return;
  struct Order {
    const char* reader;
    const char* input;
    bool FakeEngine::FakeContainer::*input_was;
  };
  static constexpr Order kOrders[] = {{"b", "e", &FakeEngine::FakeContainer::was_completed},
                                      {"c", "a", &FakeEngine::FakeContainer::was_healthy},
                                      {"c", "b", &FakeEngine::FakeContainer::was_started},
                                      {"d", "c", &FakeEngine::FakeContainer::was_started}};
  const auto name = [](const char* component) { return absl::StrCat("flow-five-", component, "-1"); };
  for (const Order& order : kOrders) {
    if (world.engine.containers().at(start->id).name != name(order.reader)) continue;
    const FakeEngine::FakeContainer* input = world.engine.Find(name(order.input));
    ASSERT_NE(input, nullptr);
    EXPECT_TRUE(input->*order.input_was) << order.reader << " was started before " << order.input;
  }
}

// What can happen without anything going wrong.
template <typename W>
std::vector<Choice> Choices(W& world) {
  std::vector<Choice> choices;
  for (const auto& [number, send] : world.requests)
    choices.push_back({Choice::Kind::kAnswer, static_cast<int>(number), ""});
  if (world.save_asked) choices.push_back({Choice::Kind::kSave, 0, ""});
  if (world.stream_asked) choices.push_back({Choice::Kind::kStreamOpens, 0, ""});
  for (const auto& [id, queue] : world.engine.events()) choices.push_back({Choice::Kind::kEvent, 0, id});
  // Time only goes forward: a timer that was set before another and is no longer fires before it.
  absl::Duration shortest = absl::Seconds(5);
  for (const auto& [number, after] : world.timers) {
    if (after < shortest) choices.push_back({Choice::Kind::kTimer, static_cast<int>(number), ""});
    shortest = std::min(shortest, after);
  }
  for (const auto& [id, container] : world.engine.containers()) {
    if (container.health == "starting") choices.push_back({Choice::Kind::kHealthy, 0, id});
    if (container.name == "flow-five-e-1" && container.state == "running")
      choices.push_back({Choice::Kind::kEnd, 0, id});
  }
  return choices;
}

// What can go wrong.
std::vector<Choice> Faults(ApplyWorld& world) {
  std::vector<Choice> faults;
  for (const auto& [number, send] : world.requests) {
    faults.push_back({Choice::Kind::kRefuse, static_cast<int>(number), ""});
    if (std::holds_alternative<engine::StartContainer>(send->call)) {
      faults.push_back({Choice::Kind::kStartAndCrash, static_cast<int>(number), ""});
    }
    faults.push_back({Choice::Kind::kLoseRequest, static_cast<int>(number), ""});
    faults.push_back({Choice::Kind::kLoseAnswer, static_cast<int>(number), ""});
  }
  if (world.save_asked) faults.push_back({Choice::Kind::kFailToSave, 0, ""});
  if (world.stream_open) faults.push_back({Choice::Kind::kStreamEnds, 0, ""});
  for (const auto& [number, after] : world.timers) {
    if (after >= absl::Seconds(5)) faults.push_back({Choice::Kind::kTimer, static_cast<int>(number), ""});
  }
  for (const auto& [id, container] : world.engine.containers()) {
    if (container.state == "running") faults.push_back({Choice::Kind::kCrash, 0, id});
    if (container.health == "starting") faults.push_back({Choice::Kind::kUnhealthy, 0, id});
  }
  faults.push_back({Choice::Kind::kSignal, 0, ""});
  return faults;
}

FakeEngine EngineWithImage() {
  FakeEngine engine;
  engine.AddImage("busybox:1.36", "sha256:b");
  engine.SetLog("a", "boom");
  return engine;
}

void ExpectAllRuns(const ApplyWorld& world, const std::string& path) {
  for (const std::string component : {"a", "b", "c", "d"}) {
    const FakeEngine::FakeContainer* container = world.engine.Find("flow-five-" + component + "-1");
    ASSERT_NE(container, nullptr) << path;
    EXPECT_EQ(container->state, "running") << component << " after " << path;
  }
  ASSERT_NE(world.engine.Find("flow-five-e-1"), nullptr) << path;
  // After a crash in a rollback, e may have been started again beside a b that ran on.
  EXPECT_NE(world.engine.Find("flow-five-e-1")->state, "created") << path;
  EXPECT_EQ(world.engine.Find("flow-five-e-1")->exit_code, 0) << path;
  EXPECT_EQ(world.engine.containers().size(), 5u) << path;
}

// A crash here: what the engine and the disk have must do for another apply, and for a delete.
class CrashCheck {
 public:
  template <typename Path>
  void operator()(const ApplyWorld& world, const Path& path) {
    FakeEngine engine = world.engine;
    engine.events().clear();
    if (!seen_.insert(testing::Fingerprint().Add(engine).Add(world.saved).value()).second) return;
    ApplyWorld again{Apply(Input(Five(), world.Previous()))};
    again.engine = engine;
    again.saved = world.saved;
    again.Begin();
    RunToEnd<Choice>(again, Choices);
    ASSERT_TRUE(again.finished.has_value()) << path();
    const FakeEngine::FakeContainer* a = world.engine.Find("flow-five-a-1");
    if (a != nullptr && a->health == "unhealthy") {
      EXPECT_EQ(again.finished->code, ExitCode::kFailed);  // nothing heals it
    } else {
      EXPECT_EQ(again.finished->code, ExitCode::kDone) << again.finished->message << " after " << path();
      ExpectAllRuns(again, "a crash and another apply");
    }

    DeleteInput input{.namespace_ = "default",
                      .pipeline = "five",
                      .previous = world.Previous(),
                      .has_state = world.saved != nullptr,
                      .ignore_not_found = true};
    DeleteWorld gone{Delete(std::move(input))};
    gone.engine = engine;
    gone.saved = world.saved;
    gone.Begin();
    RunToEnd<Choice>(gone, Choices);
    EXPECT_EQ(gone.finished->code, ExitCode::kDone) << gone.finished->message << " after " << path();
    EXPECT_TRUE(gone.engine.Empty()) << "left by a delete after a crash: " << gone.engine.DebugString();
    EXPECT_EQ(gone.saved, nullptr);
  }

 private:
  std::unordered_set<uint64_t> seen_;
};

TEST(ApplyStates, EveryOrderOfAFirstApplyWithAFaultAtEveryPoint) {
  ApplyWorld world{Apply(Input(Five()))};
  world.engine = EngineWithImage();
  world.before = ExpectInOrder;
  world.Begin();
  Explorer<ApplyWorld, Choice> explorer(Choices, Faults);
  CrashCheck crash;
  explorer.Explore(
      world, /*faults=*/1,
      [](const ApplyWorld& end, const std::string& path) {
        if (end.finished->code == ExitCode::kDone) {
          ExpectAllRuns(end, path);
          ASSERT_NE(end.saved, nullptr) << path;
          EXPECT_FALSE(end.disk_full) << path;
          EXPECT_EQ(end.saved->phase(), Deployment::APPLIED) << path;
          for (const deploy::Component& component : end.saved->components()) {
            ASSERT_EQ(component.container_ids_size(), 1) << path;
            EXPECT_TRUE(end.engine.containers().contains(component.container_ids(0))) << path;
          }
          return;
        }
        EXPECT_FALSE(end.finished->message.empty()) << path;
        const bool told = absl::StrContains(end.finished->message, "could not be removed") ||
                          absl::StrContains(end.finished->message, "the state cannot be written");
        EXPECT_TRUE(end.engine.Empty() || told) << "left after " << path << ": " << end.engine.DebugString();
        if (end.saved == nullptr) return;
        EXPECT_FALSE(end.saved->has_succeeded()) << path;
        EXPECT_NE(end.saved->phase(), Deployment::APPLIED) << path;
      },
      crash);
  RecordProperty("states", explorer.states());
  RecordProperty("ends", explorer.ends());
  std::cout << explorer.states() << " states, " << explorer.ends() << " ends\n";
  EXPECT_GT(explorer.states(), 1000);
}

}  // namespace
}  // namespace flow::docker
