#include "flow/docker/readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flow/deploy/testing/projects.h"

namespace flow::docker {
namespace {

using ::testing::ElementsAre;

Readiness Of(const std::vector<std::string>& components) {
  Readiness readiness;
  readiness.Expect(deploy::testing::MakeProject("x", components),
                   [](const project::Service& service) { return service.has_health_check(); });
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
  EXPECT_EQ(readiness.StartAnswered("a"), Transition::kStarted);
  EXPECT_FALSE(readiness.Reached(Started("a")));
  readiness.Steady("a", 1);
  EXPECT_TRUE(readiness.Reached(Started("a")));
}

TEST(Readiness, OfWhatWasNotStartedEachComponentIsNamedOnce) {
  Readiness readiness = Of({"a", "b reads=a replicas=2", "c reads=b"});
  EXPECT_THAT(readiness.NotStarted(), ElementsAre("a", "b", "c"));
  readiness.StartAnswered("a");
  EXPECT_THAT(readiness.NotStarted(), ElementsAre("b", "c"));
}

TEST(Readiness, AStartThatEndedIsNotSteadyByTheTimerOfThatStart) {
  Readiness readiness = Of({"a", "b reads=a"});
  readiness.StartAnswered("a");
  EXPECT_EQ(readiness.ExitSeen("a", 1), Transition::kForgiven);
  EXPECT_EQ(readiness.StartSeen("a"), Transition::kStarted);
  readiness.Steady("a", 1);
  EXPECT_FALSE(readiness.Reached(Started("a")));
  readiness.Steady("a", 2);
  EXPECT_TRUE(readiness.Reached(Started("a")));
}

Container Exited(const std::string& id, int exit_code) {
  Container container;
  container.id = id;
  container.state = "exited";
  container.exit_code = exit_code;
  return container;
}

// An engine that was killed tells the end of what it left running when it is back: the list may come before that.
TEST(Readiness, AnExitThatTheListToldIsNotCountedAgainByItsEvent) {
  Readiness readiness = Of({"a"});
  readiness.StartAnswered("a");
  readiness.ListAsked();
  EXPECT_EQ(readiness.ListedAgain(Exited("a", 143)), Transition::kForgiven);
  EXPECT_EQ(readiness.ExitSeen("a", 143), Transition::kNothing);
  EXPECT_EQ(readiness.StartSeen("a"), Transition::kStarted);
  EXPECT_EQ(readiness.ExitSeen("a", 1), Transition::kExited);
}

TEST(Readiness, AnExitThatItsEventToldIsNotCountedAgainByTheList) {
  Readiness readiness = Of({"a"});
  readiness.StartAnswered("a");
  readiness.ListAsked();
  EXPECT_EQ(readiness.ExitSeen("a", 143), Transition::kForgiven);
  EXPECT_EQ(readiness.StartSeen("a"), Transition::kStarted);
  EXPECT_EQ(readiness.ListedAgain(Exited("a", 143)), Transition::kNothing);  // made between the two events
  EXPECT_TRUE(readiness.Get("a")->running);
}

TEST(Readiness, ARestartThatNoEventToldIsForgivenOnce) {
  Readiness readiness = Of({"a"});
  readiness.StartAnswered("a");
  readiness.ListAsked();
  EXPECT_EQ(readiness.ListedAgain(Exited("a", 143)), Transition::kForgiven);
  EXPECT_EQ(readiness.StartSeen("a"), Transition::kStarted);
  readiness.ListAsked();
  EXPECT_EQ(readiness.ListedAgain(Exited("a", 143)), Transition::kExited);
}

// Docker 20.10 lists a container as running for some 100 ms after its "die" event.
TEST(Readiness, WhatWasToldToHaveCompletedIsNotShownAsRunning) {
  Readiness readiness = Of({"a once"});
  readiness.StartAnswered("a");
  EXPECT_EQ(readiness.ExitSeen("a", 0), Transition::kCompleted);
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

// Two commands that begin without an end between them: the first was a probe that could not be run.
TEST(Readiness, ACommandThatBeginsBehindOneWithoutAnEndIsNoticed) {
  Readiness readiness = Of({"a check"});
  readiness.StartAnswered("a");
  EXPECT_FALSE(readiness.ExecBegun("a"));
  readiness.ExecEnded("a");
  EXPECT_FALSE(readiness.ExecBegun("a"));
  EXPECT_TRUE(readiness.ExecBegun("a"));
  readiness.ExitSeen("a", 1);
  readiness.StartSeen("a");
  EXPECT_FALSE(readiness.ExecBegun("a"));  // of another run of its program
}

TEST(Readiness, WhatCannotBeProbedIsUpWithoutAVerdictAndShownSo) {
  Readiness readiness = Of({"a check"});
  readiness.StartAnswered("a");
  readiness.Ready("a", 1);
  EXPECT_FALSE(readiness.AllUp());
  EXPECT_EQ(readiness.ProbeCannotRun("a"), Transition::kUp);
  EXPECT_TRUE(readiness.AllUp());
  EXPECT_EQ(readiness.HealthSeen("a", Health::kUnhealthy), Transition::kNothing);
  Container listed;
  listed.id = "a";
  listed.state = "running";
  listed.health = Health::kUnhealthy;
  readiness.BringUpToDate(&listed);
  EXPECT_EQ(listed.health, Health::kUnknown);
}

}  // namespace
}  // namespace flow::docker
