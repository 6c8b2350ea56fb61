// What a delete on a cluster takes away, in which order, and what it tells.
#include "flow/kubernetes/delete.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flow/deploy/plan.h"
#include "flow/kubernetes/testing/cluster_test.h"

namespace flow::kubernetes {
namespace {

using api::Kind;
using testing::Choice;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class DeleteTest : public testing::ClusterTest {
 protected:
  using DeleteWorld = testing::World<Delete>;

  DeleteInput Input() const {
    DeleteInput input{.namespace_ = "default", .pipeline = "x"};
    if (saved_ != nullptr) input.previous = *saved_;
    input.has_state = saved_ != nullptr;
    return input;
  }
};

TEST_F(DeleteTest, SourcesGoFirstAndTheNamespaceTakesTheRest) {
  Deploy({"volume=data", "a mounts=data:/data", "b reads=a", "c reads=b"});
  DeleteWorld world = Begin(Delete(Input()));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
  EXPECT_EQ(deploy::OrderedPlanText({world.machine.plan()}),
            "[1]  remove deployment a      deleted\n"
            "[2]  remove deployment b      deleted  after [1]\n"
            "[3]  remove deployment c      deleted  after [2]\n"
            "then\n"
            "[4]  remove namespace flow-x  deleted\n");
  EXPECT_THAT(world.cluster.Names(), IsEmpty());
  EXPECT_EQ(world.saved, nullptr);
}

TEST_F(DeleteTest, WithoutTheStateTheLabelsTellTheOrder) {
  Deploy({"a type=source", "b type=sink"});
  saved_ = nullptr;
  DeleteWorld world = Begin(Delete(Input()));
  Run(world);
  EXPECT_THAT(deploy::OrderedPlanText({world.machine.plan()}),
              HasSubstr("[2]  remove deployment b      deleted  after [1]\n"));
  EXPECT_THAT(world.cluster.Names(), IsEmpty());
}

TEST_F(DeleteTest, AReaderIsRemovedWhenWhatItReadsIsGone) {
  Deploy({"a", "b reads=a"});
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return !world.cluster.Going().empty(); });
  EXPECT_THAT(world.cluster.Going(), ElementsAre(Name(Kind::kDeployment, "a")));
}

TEST_F(DeleteTest, WhatIsLeftOfAPodIsRemovedWhenNothingRunsInItAnyMore) {
  Deploy({"a", "b reads=a"});
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return !world.cluster.Going().empty(); });
  EXPECT_THAT(world.requests, IsEmpty());
  const std::string uid = world.cluster.Find(Kind::kPod, "a-1-1")->uid();
  world.Happen({Choice::Kind::kStopped, 0, Name(Kind::kDeployment, "a")});
  ASSERT_EQ(world.requests.size(), 1);
  const auto& removal = std::get<api::Delete>(world.requests.begin()->second->call);
  EXPECT_EQ(removal.object, Pod("a"));
  EXPECT_EQ(removal.only.uid, uid);
  EXPECT_EQ(removal.grace, absl::ZeroDuration());
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
  EXPECT_THAT(world.cluster.Names(), IsEmpty());
}

TEST_F(DeleteTest, WhatWasLeftOfAPodBeforeItsWorkloadGoesIsRemovedWithThat) {
  Deploy({"a"});
  cluster_.Stop(Name(Kind::kDeployment, "a"));
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return world.cluster.IsGoing(Name(Kind::kDeployment, "a")); });
  ASSERT_EQ(world.requests.size(), 1);
  EXPECT_EQ(std::get<api::Delete>(world.requests.begin()->second->call).object, Pod("a"));
}

TEST_F(DeleteTest, WhereAPodMayNotBeRemovedItsNodeDoesThat) {
  Deploy({"a"});
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return !world.cluster.Going().empty(); });
  world.Happen({Choice::Kind::kStopped, 0, Name(Kind::kDeployment, "a")});
  world.Happen({Choice::Kind::kRefuse, static_cast<int>(world.requests.begin()->first)});
  EXPECT_THAT(world.requests, IsEmpty());
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

TEST_F(DeleteTest, KeptVolumesKeepTheNamespace) {
  Deploy({"volume=data", "a mounts=data:/data port=8080"});
  DeleteInput input = Input();
  input.keep_volumes = true;
  DeleteWorld world = Begin(Delete(input));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
  EXPECT_THAT(world.cluster.Names(), ElementsAre("namespace flow-x", "claim data"));
  EXPECT_THAT(world.reports, Contains(": kept claim data"));
}

TEST_F(DeleteTest, ANamespaceInWhichSomebodyElseRunsStays) {
  Deploy({"a"});
  cluster_.AddForeign(Name(Kind::kDeployment, "theirs"), {}, "them");
  DeleteWorld world = Begin(Delete(Input()));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
  EXPECT_THAT(world.cluster.Names(), ElementsAre("namespace flow-x", "deployment theirs"));
  EXPECT_THAT(world.reports, Contains(": kept namespace flow-x, for deployment theirs"));
}

TEST_F(DeleteTest, ANamespaceThatHangsIsToldWithWhatHoldsIt) {
  Deploy({"a"});
  cluster_.Hold(Name(Kind::kNamespace, "flow-x"));
  DeleteWorld world = Begin(Delete(Input()));
  Run(world);
  ASSERT_FALSE(world.finished.has_value());
  LetTimePass(world);
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kFailed);
  EXPECT_EQ(
      world.finished->message,
      "still there: namespace flow-x (held by example.com/held) after 2m (--timeout); deleting again goes on from "
      "here");
  EXPECT_EQ(world.saved->phase(), Deployment::DELETING);
}

TEST_F(DeleteTest, PodsThatDoNotEndAreToldWithTheirNodes) {
  Deploy({"a"});
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return !world.cluster.Going().empty(); });
  LetTimePass(world);
  Run(world);
  EXPECT_EQ(world.finished->message,
            "still there: deployment a (waits for pod a-1-1) after 2m (--timeout); deleting again goes on from here");
}

TEST_F(DeleteTest, OfManyThatAreStillThereAFewAreNamedAndTheRestIsCounted) {
  Deploy(Many(12));
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return world.cluster.Going().size() == 12; });
  LetTimePass(world);
  Run(world);
  EXPECT_THAT(world.finished->message,
              HasSubstr("still there: deployment a1 (waits for pod a1-1-1), deployment a10 ("));
  EXPECT_THAT(world.finished->message, EndsWith(" and 4 more after 2m (--timeout); deleting again goes on from here"));
}

TEST_F(DeleteTest, AClusterThatHasTooMuchToDoIsAskedAgainWhatHappens) {
  Deploy({"a"});
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return world.asked != nullptr; });
  world.asked = nullptr;
  world.Tell(StreamEnded{absl::ResourceExhaustedError("too many requests")});
  EXPECT_FALSE(world.finished.has_value());
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

TEST_F(DeleteTest, WhatIsNotThereIsNoSuchPipeline) {
  DeleteWorld world = Begin(Delete(Input()));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kNoSuchPipeline);
}

// Else the next delete takes the state for one of another cluster.
TEST_F(DeleteTest, WithoutAStateWhatIsCutOffIsKeptAsBeingOnThisCluster) {
  Deploy({"a"});
  saved_ = nullptr;
  DeleteInput input = Input();
  input.engine_host = "https://cluster";
  DeleteWorld world = Begin(Delete(input));
  RunUntil(world, [&] { return world.saved != nullptr; });
  EXPECT_EQ(world.saved->engine_host(), "https://cluster");
  EXPECT_EQ(world.saved->engine_id(), "flow-x");
}

TEST_F(DeleteTest, ASignalStopsWhereItIs) {
  Deploy({"a"});
  DeleteWorld world = Begin(Delete(Input()));
  RunUntil(world, [&] { return !world.cluster.Going().empty(); });
  world.Happen({Choice::Kind::kSignal});
  EXPECT_EQ(world.finished->code, ExitCode::kInterrupted);
  EXPECT_EQ(world.saved->phase(), Deployment::DELETING);
}

}  // namespace
}  // namespace flow::kubernetes
