#include "cmd/output/show.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/testing/statuses.h"

namespace flow {
namespace {

using deploy::PipelineStatus;
using deploy::testing::OneContainer;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(ShowPipeline, WritesEveryFieldInYamlUnderItsNameInJson) {
  EXPECT_EQ(ShowPipeline(OneContainer(), "yaml"),
            R"(name: x
namespace: ""
state: running
message: ""
components:
  - id: a
    type: source
    state: running
    health: "none"
    image: busybox:1.36
    replicas: 1
    ready: 1
    message: ""
    endpoints: []
    containers:
      - id: ""
        name: flow-x-a-1
        state: ""
        health: ""
        exitCode: 0
        up: "5 minutes"
        startedAt: "2026-11-26T08:00:00.123456789Z"
        restartCount: 2
        node: ""
)");
}

deploy::Plan CreateAndStart() {
  deploy::Plan plan;
  for (const char* action : {"create", "start"}) {
    deploy::Operation& operation = *plan.add_operations();
    operation.set_action(action);
    operation.set_object("container");
    operation.set_name("flow-x-a-1");
    operation.set_component("a");
    operation.set_reason("not there");
  }
  plan.mutable_operations(1)->add_after(0);
  return plan;
}

TEST(ShowPlan, IsALineAnOperationWithItsReason) {
  EXPECT_EQ(ShowPlan({CreateAndStart()}, {}, "table", /*with_order=*/false),
            "create container flow-x-a-1: not there\nstart container flow-x-a-1: not there\n");
}

TEST(ShowPlan, TellsTheOrderWhereThatIsWanted) {
  EXPECT_EQ(ShowPlan({CreateAndStart()}, {}, "table", /*with_order=*/true),
            "[1]  create container flow-x-a-1  not there\n"
            "[2]  start container flow-x-a-1   not there  after [1]\n");
}

TEST(ShowPlan, AsDataHasNoOrder) {
  for (const char* output : {"json", "yaml", "textproto"}) {
    EXPECT_EQ(ShowPlan({CreateAndStart()}, {}, output, /*with_order=*/true),
              ShowPlan({CreateAndStart()}, {}, output, /*with_order=*/false));
  }
}

TEST(ShowPlan, SaysWhereThereIsNothingToDo) {
  EXPECT_EQ(ShowPlan({deploy::Plan(), deploy::Plan()}, {}, "table", /*with_order=*/false), "nothing to do\n");
  EXPECT_EQ(ShowPlan({deploy::Plan(), deploy::Plan()}, {}, "table", /*with_order=*/true), "nothing to do\n");
}

TEST(ShowPipeline, NumbersAreTheSameInJsonAndYaml) {
  PipelineStatus status = OneContainer();
  deploy::Usage& usage = *status.mutable_components(0)->mutable_containers(0)->mutable_usage();
  usage.set_cpu_percent(12.345678);
  usage.set_memory_bytes(20000000);
  usage.set_memory_limit_bytes(8123456789);
  EXPECT_THAT(ShowPipeline(status, "json"),
              AllOf(HasSubstr("\"cpuPercent\": 12.345678,"), HasSubstr("\"memoryBytes\": 20000000,"),
                    HasSubstr("\"memoryLimitBytes\": 8123456789\n")));
  EXPECT_THAT(ShowPipeline(status, "yaml"),
              AllOf(HasSubstr("cpuPercent: 12.345678\n"), HasSubstr("memoryBytes: 20000000\n"),
                    HasSubstr("memoryLimitBytes: 8123456789\n")));
}

TEST(ShowPipeline, WhatATargetDoesNotTellIsLeftOut) {
  PipelineStatus status = OneContainer();
  status.mutable_components(0)->mutable_containers(0)->mutable_usage()->set_network_sent_bytes(0);
  for (const char* output : {"json", "yaml"}) {
    EXPECT_THAT(ShowPipeline(status, output),
                AllOf(HasSubstr("networkSentBytes"), HasSubstr("memoryBytes"), Not(HasSubstr("networkReceivedBytes"))));
  }
}

}  // namespace
}  // namespace flow
