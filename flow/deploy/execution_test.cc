#include "flow/deploy/execution.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <variant>

#include "absl/time/time.h"

namespace flow::deploy {
namespace {

struct Target {
  using Call = uint32_t;
  using Reply = std::monostate;
  using Event = std::monostate;
  using Filter = std::monostate;
  using Version = int;
  using Purpose = std::variant<OperationCall>;
  using TimerPurpose = std::monostate;
};

class ExecutionTest : public ::testing::Test {
 protected:
  Operation& Add(uint32_t stage) {
    Operation& operation = *plan_.add_operations();
    operation.set_stage(stage);
    return operation;
  }

  // How many operations begin.
  size_t Pump() {
    const size_t before = out_.requests().size();
    execution_.Pump([](const Wait&) { return true; },
                    [](uint32_t index) {
                      return Execution<Target>::Request{index, absl::Seconds(1)};
                    },
                    out_);
    return out_.requests().size() - before;
  }

  Plan plan_;
  Execution<Target> execution_;
  Outbox<Target> out_;
};

TEST_F(ExecutionTest, OnlyTheEndOfAnOperationLetsOthersBegin) {
  Add(0);
  Add(0);
  Add(1);
  execution_.Start(plan_);
  EXPECT_TRUE(execution_.HasMoved());
  EXPECT_TRUE(execution_.Idle());
  EXPECT_EQ(Pump(), 2);
  EXPECT_FALSE(execution_.HasMoved());
  EXPECT_FALSE(execution_.Idle());
  execution_.Done(0, "", out_);
  EXPECT_TRUE(execution_.HasMoved());
  EXPECT_EQ(Pump(), 0);
  EXPECT_FALSE(execution_.HasMoved());
  execution_.Failed(1, "no", out_);
  EXPECT_TRUE(execution_.Idle());
  EXPECT_EQ(Pump(), 1);
  EXPECT_FALSE(execution_.Finished());
  execution_.Done(2, "", out_);
  EXPECT_TRUE(execution_.Finished());
  EXPECT_TRUE(execution_.Idle());
}

TEST_F(ExecutionTest, WhatIsFreedOfOthersMayBegin) {
  Add(0);
  Add(0).add_after(0);
  execution_.Start(plan_);
  EXPECT_EQ(Pump(), 1);
  EXPECT_FALSE(execution_.HasMoved());
  execution_.Free([](const Operation&) { return true; });
  EXPECT_TRUE(execution_.HasMoved());
  EXPECT_EQ(Pump(), 1);
}

TEST_F(ExecutionTest, WhatIsGivenUpIsOver) {
  Add(0);
  Add(0);
  execution_.Start(plan_);
  EXPECT_EQ(Pump(), 2);
  execution_.GiveUp([](const Operation&) { return true; }, out_);
  EXPECT_TRUE(execution_.Idle());
  EXPECT_TRUE(execution_.Finished());
  EXPECT_TRUE(execution_.IsFailed(0));
}

}  // namespace
}  // namespace flow::deploy
