#include "flow/stream/pump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "flow/stream/testing/world.h"

namespace flow::stream::testing {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const Topology& Chain() {
  static const auto& chain = *new Topology(Wire({"s", "p", "k"}, {{"s", "p"}, {"p", "k"}}));
  return chain;
}

TEST(Pump, AWindowOfOneKeepsTheOrder) {
  World world(Chain(), {{"s", {.events = 200}}, {"k", {.sdk = false}}}, /*window=*/1, 7);
  world.StartAll();
  ASSERT_TRUE(world.Run());
  std::vector<std::string> in_order;
  for (int i = 0; i < 200; ++i) in_order.push_back(absl::StrCat("s-", i));
  EXPECT_EQ(world.OrderAt("k"), in_order);
}

TEST(Pump, ASinkThatDoesNothingHoldsTheSourceBackAndMemoryStaysSmall) {
  const Topology topology = Wire({"s", "k1", "k2"}, {{"s", "k1"}, {"s", "k2"}});
  World world(topology, {{"s", {.events = 1000000000, .per_ledger = 100}}}, 8, 1);
  world.StartAll();
  world.set_slow(1, true);
  EXPECT_FALSE(world.Run(200000));
  size_t waiting_bytes = 0;
  for (const ReplicaFigures& replica : world.pump().figures().replicas) waiting_bytes += replica.waiting * 20;
  EXPECT_LE(waiting_bytes, 2 * Router::kMostWaiting + 4096);
  const auto edges = world.pump().figures().edges;
  EXPECT_EQ(edges[0].events, edges[1].events);
  EXPECT_EQ(static_cast<int64_t>(world.ArrivedAt("k2").size()), edges[1].events) << "the other sink has all there is";
}

TEST(Pump, WhatIsNotThereYetIsWaitedForAndSaidOnce) {
  World world(Chain(), {{"s", {.events = 20}}}, 8, 3);
  world.Start(0);
  world.Start(1);
  world.Start(2, /*tries=*/9);
  ASSERT_TRUE(world.Run());
  EXPECT_THAT(world.ArrivedAt("k"), SizeIs(20));
  EXPECT_TRUE(world.well());
  ASSERT_THAT(world.reports(), SizeIs(2));
  EXPECT_THAT(world.reports()[0], HasSubstr("k at 10.0.0.3:50051 does not serve (nothing listens there)"));
  EXPECT_EQ(world.reports()[1], "k is connected");
}

TEST(Pump, EventsThatAreNotOfASinksTypesAreNotSentToIt) {
  Topology topology = Wire({"s1", "s2", "k"}, {{"s1", "k"}, {"s2", "k"}});
  topology.components[2].types = {"b"};
  World world(topology, {{"s1", {.events = 5, .type = "a"}}, {"s2", {.events = 7, .type = "b"}}}, 8, 3);
  world.StartAll();
  ASSERT_TRUE(world.Run());
  EXPECT_TRUE(world.well());
  EXPECT_THAT(world.ArrivedAt("k"), SizeIs(7));
  EXPECT_EQ(world.pump().figures().edges[0].skipped, 5);
}

TEST(Pump, ASinksOwnWordOnItsTypesHoldsForWhatWaitsAndForWhatComes) {
  const Topology topology = Wire({"s", "k"}, {{"s", "k"}});
  Pump pump(topology);
  const absl::Time now = absl::UnixEpoch() + absl::Hours(1);
  const auto frame = [](const std::string& id, const std::string& type) { return Framed(EventBytes(id, type, 1, 0)); };
  const auto received = [&](LinkId link, const std::string& bytes) { (void)pump.Step(now, Received{link, bytes}); };
  (void)pump.Step(now, Located{0, 1, "a:1", "x"});
  (void)pump.Step(now, Checked{LinkId(1), Handled()});
  received(LinkId(1), frame("0", "a") + frame("1", "b"));
  (void)pump.Step(now, Located{1, 1, "b:1", "y"});
  (void)pump.Step(now, Checked{LinkId(2), Handled(0), {"b"}});
  received(LinkId(1), frame("2", "a") + frame("3", "b"));
  char sent[200];
  const size_t size = pump.Take(now, LinkId(2), sent, sizeof sent);
  EXPECT_EQ(std::string(sent, size), frame("1", "b") + frame("3", "b"));
  EXPECT_EQ(pump.figures().edges[0].skipped, 1) << "of what came when it had told";
}

TEST(Pump, AnEventGoesToOneReplicaAndTheSameCursorToTheSame) {
  Topology topology = Wire({"s", "p", "k"}, {{"s", "p"}, {"p", "k"}});
  topology.components[1].replicas = 3;
  World world(topology, {{"s", {.events = 90, .per_ledger = 3}}}, 8, 3);
  world.StartAll();
  ASSERT_TRUE(world.Run());
  EXPECT_TRUE(world.well());
  EXPECT_THAT(world.ArrivedAt("k"), SizeIs(90));
  for (const auto& [id, times] : world.ArrivedAt("k")) EXPECT_EQ(times, 1) << id;
}

TEST(Pump, StopReadsNoMoreAndLetsWhatIsUnderWayArrive) {
  World world(Chain(), {{"s", {.events = 1000000}}}, 8, 3);
  world.StartAll();
  world.Run(2000);
  world.Stop();
  ASSERT_TRUE(world.Run(100000));
  EXPECT_TRUE(world.well());
  EXPECT_EQ(static_cast<int64_t>(world.ArrivedAt("k").size()), world.pump().figures().edges[0].events);
}

TEST(Pump, StopWaitsForWhatIsAwayForTenSecondsAndTellsWhatIsLost) {
  World world(Chain(), {{"s", {.events = 1000000}}}, 8, 3);
  world.StartAll();
  world.Run(2000);
  world.Kill(2, true);
  world.Run(100);
  world.Stop();
  ASSERT_TRUE(world.Run(100000));
  EXPECT_FALSE(world.well());
}

TEST(Pump, ASourceThatDiesIsReadFromItsLastLedgerOn) {
  World world(Wire({"s", "k"}, {{"s", "k"}}), {{"s", {.events = 100, .per_ledger = 10}}}, 8, 5);
  world.StartAll();
  world.Run(40);
  world.Kill(0, false);
  world.Start(0);
  ASSERT_TRUE(world.Run());
  EXPECT_THAT(world.ArrivedAt("k"), SizeIs(100));
  EXPECT_LT(world.pump().figures().again, 10) << "of one ledger";
  EXPECT_THAT(world.reports(), Contains(HasSubstr("s is lost (the connection was lost)")));
}

TEST(Pump, AnotherPumpGoesOnWhereNothingIsLostWhateverDiesMeanwhile) {
  for (const size_t victim : {0, 1, 2}) {
    World world(Chain(), {{"s", {.events = 100000, .per_ledger = 4}}}, 8, 5);
    world.StartAll();
    world.Run(40000);
    world.Stop(/*for_another=*/true);
    world.Kill(victim, true);
    ASSERT_TRUE(world.Run());
    const Handover left = world.pump().HandOver();
    EXPECT_TRUE(world.well()) << "what the other one reads again is not lost";
    ASSERT_TRUE(left.from.contains("s"));
    const uint64_t from = left.from.at("s");
    EXPECT_GT(from, 1u);
    for (uint64_t i = 0; i < (from - 1) * 4; ++i) {
      EXPECT_TRUE(world.ArrivedAt("k").contains(absl::StrCat("s-", i))) << i << " comes never again";
    }
  }
}

TEST(Pump, WhatAnotherPumpCannotReadAgainIsToldToIt) {
  for (const bool dies : {false, true}) {
    World world(Chain(), {{"s", {.events = 100000, .per_ledger = 0}}}, 8, 5);
    world.StartAll();
    world.Run(40000);
    world.Stop(/*for_another=*/true);
    if (dies) world.Kill(2, true);
    ASSERT_TRUE(world.Run());
    const int64_t missing = world.pump().figures().edges[0].events - static_cast<int64_t>(world.ArrivedAt("k").size());
    EXPECT_EQ(missing > 0, dies);
    const Handover left = world.pump().HandOver();
    EXPECT_GE(left.lost, missing);
    EXPECT_TRUE(left.from.empty());
    EXPECT_EQ(Pump(Chain(), 8, left).figures().lost, left.lost);
  }
}

TEST(Pump, OfThoseThatDoNotServeItIsSaidInOneLine) {
  World world(Chain(), {{"s", {.events = 20}}}, 8, 3);
  for (size_t i = 0; i < 3; ++i) world.Start(i, /*tries=*/9);
  ASSERT_TRUE(world.Run());
  ASSERT_THAT(world.reports(), SizeIs(5));
  EXPECT_EQ(world.reports()[0],
            "s at 10.0.0.1:50051, p at 10.0.0.2:50051, k at 10.0.0.3:50051 do not serve (nothing "
            "listens there); they are tried again");
  EXPECT_EQ(world.reports()[1], "what is not made with flowctl's SDK moves its events itself");
  EXPECT_THAT(world.reports(), Contains("k is connected"));
}

TEST(Pump, ASourceThatNobodyReadsIsLeftAlone) {
  World world(Wire({"s", "s2", "k"}, {{"s", "k"}}), {{"s", {.events = 3}}, {"s2", {.events = 1000000000}}}, 8, 5);
  world.StartAll();
  EXPECT_TRUE(world.Run());
  EXPECT_TRUE(world.well());
}

TEST(Pump, WhatIsAwayIsWaitedForWithoutATick) {
  Pump pump(Chain());
  const absl::Time now = absl::UnixEpoch() + absl::Hours(1);
  (void)pump.Step(now, Located{0, 1, "a:1", "x"});
  (void)pump.Step(now, Checked{LinkId(1), Handled()});
  (void)pump.Step(now, Ended{LinkId(1), absl::UnavailableError("the connection was lost")});
  EXPECT_LT(pump.due(), absl::InfiniteFuture()) << "it is tried again";
  (void)pump.Step(now, Gone{0, 1});
  EXPECT_EQ(pump.due(), absl::InfiniteFuture());
}

TEST(Pump, AStreamThatBringsNonsenseIsOpenedAgain) {
  Pump pump(Chain());
  const absl::Time now = absl::UnixEpoch() + absl::Hours(1);
  (void)pump.Step(now, Located{0, 1, "a:1", "x"});
  (void)pump.Step(now, Checked{LinkId(1), Handled()});
  const std::vector<Action> actions = pump.Step(now, Received{LinkId(1), absl::string_view("\0\0\0\0\1\xff", 6)});
  ASSERT_THAT(actions, SizeIs(2));
  EXPECT_THAT(std::get<Report>(actions[0]).text, HasSubstr("s is lost (it sends what is no event)"));
  EXPECT_EQ(std::get<Close>(actions[1]).link, LinkId(1));
  EXPECT_EQ(pump.due(), now + absl::Milliseconds(100));
}

}  // namespace
}  // namespace flow::stream::testing
