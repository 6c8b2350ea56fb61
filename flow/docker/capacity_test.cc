// What a machine cannot give is told before anything is created, with what was asked for and what there is.
#include "flow/docker/capacity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/testing/projects.h"

namespace flow::docker {
namespace {

using deploy::testing::MakeProject;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CapacityTest : public ::testing::Test {
 protected:
  CapacityTest() { info_.set_cpus(2); }

  // Of a component with these limits, of which one container is to be created (and, with `another`, a second one).
  std::vector<std::string> Judge(double cpus, double memory_bytes, bool another = false) {
    project::Project project = MakeProject("x", {"a"});
    project.mutable_services(0)->mutable_resources()->set_limit_cpus(cpus);
    project.mutable_services(0)->mutable_resources()->set_limit_memory_bytes(memory_bytes);
    Plan plan;
    PlanBuilder builder(&plan);
    for (int number = 1; number <= 1 + another; ++number) {
      builder.Add(OperationKind::kCreateContainer, "flow-x-a", "not there", 0).set_component("a");
    }
    return CapacityConflicts(plan, project, info_);
  }

  engine::Info info_;
};

TEST_F(CapacityTest, WhatTheMachineHasIsNoConflict) {
  EXPECT_THAT(Judge(0, 0), IsEmpty());
  EXPECT_THAT(Judge(2, 6 * 1024 * 1024), IsEmpty());
  EXPECT_THAT(Judge(0.01, 0), IsEmpty());
}

TEST_F(CapacityTest, MoreCpusThanThereAreAreToldOnceForAllReplicas) {
  EXPECT_THAT(Judge(64, 0, /*another=*/true),
              ElementsAre("a: limits.cpu asks for 64 CPUs, and the engine's machine has 2"));
}

TEST_F(CapacityTest, LessThanTheLeastIsTold) {
  EXPECT_THAT(Judge(0.001, 0),
              ElementsAre("a: limits.cpu asks for 0.001 CPUs, and the least that the engine can give is 0.01"));
  EXPECT_THAT(Judge(0, 4 * 1024 * 1024),
              ElementsAre("a: limits.memory asks for 4194304 bytes, and the least that the engine can give is 6Mi"));
}

TEST_F(CapacityTest, AnEngineThatDoesNotTellItsCpusIsLeftToJudge) {
  info_.clear_cpus();
  EXPECT_THAT(Judge(64, 0), IsEmpty());
}

TEST_F(CapacityTest, WhatStaysAsItIsIsNotJudged) {
  project::Project project = MakeProject("x", {"a"});
  project.mutable_services(0)->mutable_resources()->set_limit_cpus(64);
  EXPECT_THAT(CapacityConflicts(Plan(), project, info_), IsEmpty());
}

}  // namespace
}  // namespace flow::docker
