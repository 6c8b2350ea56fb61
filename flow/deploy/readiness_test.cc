#include "flow/deploy/readiness.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flow/deploy/testing/projects.h"

namespace flow::deploy {
namespace {

Readiness Of(const std::vector<std::string>& components) {
  Readiness readiness;
  readiness.Expect(testing::MakeProject("x", components),
                   [](const compose::Service& service) { return service.has_health_check(); });
  for (const Instance& instance : readiness.instances()) {
    readiness.Created(instance.component, instance.number, instance.component);
  }
  return readiness;
}

Wait Started(const std::string& component) {
  Wait wait;
  wait.set_component(component);
  return wait;
}

TEST(Readiness, WhatRunsIsStartedForItsReadersWhenItIsSteady) {
  Readiness readiness = Of({"a", "b reads=a"});
  EXPECT_EQ(readiness.StartAnswered("a"), Turn::kStarted);
  EXPECT_FALSE(readiness.Reached(Started("a")));
  readiness.Steady("a", 1);
  EXPECT_TRUE(readiness.Reached(Started("a")));
}

TEST(Readiness, AStartThatEndedIsNotSteadyByTheTimerOfThatStart) {
  Readiness readiness = Of({"a", "b reads=a"});
  readiness.StartAnswered("a");
  EXPECT_EQ(readiness.ExitSeen("a", 1), Turn::kForgiven);
  EXPECT_EQ(readiness.StartSeen("a"), Turn::kStarted);
  readiness.Steady("a", 1);
  EXPECT_FALSE(readiness.Reached(Started("a")));
  readiness.Steady("a", 2);
  EXPECT_TRUE(readiness.Reached(Started("a")));
}

// Docker 20.10 lists a container as running for some 100 ms after its "die" event.
TEST(Readiness, WhatWasToldToHaveCompletedIsNotShownAsRunning) {
  Readiness readiness = Of({"a once"});
  readiness.StartAnswered("a");
  EXPECT_EQ(readiness.ExitSeen("a", 0), Turn::kCompleted);
  Container container;
  container.id = "a";
  container.state = "running";
  readiness.BringUpToDate(&container);
  EXPECT_EQ(container.state, "exited");
  container.id = "unknown";
  container.state = "running";
  readiness.BringUpToDate(&container);
  EXPECT_EQ(container.state, "running");
}

}  // namespace
}  // namespace flow::deploy
