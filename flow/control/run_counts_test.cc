#include "flow/control/run_counts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>

#include "flow/control/testing/talk.h"

namespace flow::control {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::Talk;

flowctl::RunMetrics Events(int64_t events) {
  flowctl::RunMetrics metrics;
  metrics.set_events_processed(events);
  return metrics;
}

TEST(RunCounts, OneCallIsUnderWayAndTheNextHasTheNewestCounts) {
  RunCounts counts("cp:8080", "r1");
  counts.Tell(flowctl::RUN_STATUS_RUNNING, Events(1));
  auto calls = counts.out().TakeCalls();
  ASSERT_EQ(calls.size(), 1u);
  counts.Tell(flowctl::RUN_STATUS_RUNNING, Events(2));
  counts.Tell(flowctl::RUN_STATUS_COMPLETED, Events(3));
  EXPECT_THAT(counts.out().TakeCalls(), IsEmpty());
  EXPECT_FALSE(counts.Done());
  counts.On(calls[0].first, Reply());
  calls = counts.out().TakeCalls();
  ASSERT_EQ(calls.size(), 1u);
  const auto& update = std::get<flowctl::UpdatePipelineRunRequest>(calls[0].second);
  EXPECT_EQ(update.metrics().events_processed(), 3);
  EXPECT_EQ(update.status(), flowctl::RUN_STATUS_COMPLETED);
  counts.On(calls[0].first, Reply());
  EXPECT_TRUE(counts.Done());
}

TEST(RunCounts, AControlPlaneThatIsAwayIsOneWarningAndIsToldAgain) {
  RunCounts counts("cp:8080", "r1");
  Talk<RunCounts> talk(counts);
  for (int i = 0; i < 3; ++i) {
    counts.Tell(flowctl::RUN_STATUS_RUNNING, Events(i));
    EXPECT_THAT(talk.Said(), ElementsAre("run r1 is RUNNING"));
    talk.Answer("run r1 is RUNNING", absl::UnavailableError("nothing listens there"));
  }
  EXPECT_THAT(talk.Warned(), ElementsAre(HasSubstr("cp:8080 cannot be told how the events flow: nothing listens")));
  counts.Tell(flowctl::RUN_STATUS_RUNNING, Events(4));
  talk.Said();
  talk.Answer("run r1 is RUNNING");
  EXPECT_THAT(talk.Warned(), IsEmpty());
}

}  // namespace
}  // namespace flow::control
