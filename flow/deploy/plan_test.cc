#include "flow/deploy/plan.h"

#include <gtest/gtest.h>

namespace flow::deploy {
namespace {

Operation& Add(const std::string& action, const std::string& object, const std::string& name, uint32_t stage,
               Plan& plan) {
  Operation& operation = *plan.add_operations();
  operation.set_action(action);
  operation.set_object(object);
  operation.set_name(name);
  operation.set_reason("not there");
  operation.set_stage(stage);
  return operation;
}

void AddWait(const std::string& component, Wait::Condition condition, Operation& operation) {
  Wait& wait = *operation.add_wait();
  wait.set_component(component);
  wait.set_condition(condition);
}

TEST(OrderedPlanText, TellsWhatEachOperationComesAfterAndWaitsFor) {
  Plan plan;
  Add("create", "pod", "a", 0, plan);
  Add("create", "pod", "b", 0, plan).add_after(0);
  Operation& start = Add("start", "pod", "c", 0, plan);
  start.add_after(0);
  start.add_after(1);
  AddWait("a", Wait::RUNNING, start);
  AddWait("b", Wait::HEALTHY, start);
  AddWait("d", Wait::COMPLETED, start);
  EXPECT_EQ(OrderedPlanText({plan}),
            "[1]  create pod a  not there\n"
            "[2]  create pod b  not there  after [1]\n"
            "[3]  start pod c   not there  after [1], [2]  waits for a running, b healthy, d completed\n");
}

TEST(OrderedPlanText, SaysWhereAllThatStandsAboveIsFinishedFirst) {
  Plan first, second;
  Add("pull", "image", "i:1", 0, first);
  Add("create", "pod", "a", 1, second);
  Add("create", "pod", "b", 1, second).add_after(0);
  Add("start", "pod", "a", 2, second);
  EXPECT_EQ(OrderedPlanText({first, second}),
            "[1]  pull image i:1  not there\n"
            "then\n"
            "[2]  create pod a    not there\n"
            "[3]  create pod b    not there  after [2]\n"
            "then\n"
            "[4]  start pod a     not there\n");
  EXPECT_EQ(OrderedPlanText({Plan(), first}), "[1]  pull image i:1  not there\n");
  EXPECT_EQ(OrderedPlanText({Plan(), Plan()}), "");
}

TEST(OrderedPlanText, NamesDoNothingToATerminal) {
  Plan plan;
  Add("create", "pod", "a\x1b[2J\nb", 0, plan);
  EXPECT_EQ(OrderedPlanText({plan}), "[1]  create pod a\\x1B[2J\\nb  not there\n");
}

TEST(DoneText, IsInTheTargetsOwnWords) {
  Plan plan;
  Operation& operation = Add("write", "unit", "a", 0, plan);
  operation.set_done("written");
  EXPECT_EQ(OperationText(operation), "write unit a");
  EXPECT_EQ(DoneText(operation), "unit a written");
}

}  // namespace
}  // namespace flow::deploy
