#include "flow/docker/engine/retry.h"

#include <gtest/gtest.h>

namespace flow::docker::engine {
namespace {

std::optional<absl::Duration> RetryAfter(const Call& call, const Setback& setback, int tries, absl::Duration left,
                                         double jitter) {
  return http::PauseAfter(setback, MayBeRepeated(call), tries, left, jitter);
}

TEST(Setback, IsWhatMeansLater) {
  EXPECT_FALSE(SetbackOf({.status = 200, .headers = {}, .body = ""}).has_value());
  EXPECT_FALSE(SetbackOf({.status = 409, .headers = {}, .body = ""}).has_value());
  EXPECT_FALSE(SetbackOf({.status = 500, .headers = {{"retry-after", "1"}}, .body = ""}).has_value());
  for (int status : {502, 503, 504}) {
    const auto setback = SetbackOf({.status = status, .headers = {{"retry-after", "3"}}, .body = ""});
    ASSERT_TRUE(setback.has_value()) << status;
    EXPECT_TRUE(setback->may_be_done);
    EXPECT_EQ(setback->retry_after, absl::Seconds(3));
  }
}

TEST(Setback, OfTooManyRequestsIsTakenAtItsWord) {
  const auto setback = SetbackOf({.status = 429, .headers = {{"retry-after", "7"}}, .body = ""});
  ASSERT_TRUE(setback.has_value());
  EXPECT_FALSE(setback->may_be_done);
  EXPECT_EQ(setback->retry_after, absl::Seconds(7));
  EXPECT_FALSE(SetbackOf({.status = 429, .headers = {}, .body = ""}).has_value());
  EXPECT_FALSE(SetbackOf({.status = 429, .headers = {{"retry-after", "Wed, 1 Jan"}}, .body = ""}).has_value());
  EXPECT_FALSE(SetbackOf({.status = 429, .headers = {{"retry-after", "-1"}}, .body = ""}).has_value());
}

// Two appliers have made a network each, and one of them is about to remove its own.
TEST(Setback, IsASecondNetworkOfTheName) {
  const auto setback =
      SetbackOf({.status = 400, .body = "{\"message\":\"network x is ambiguous (2 matches found on name)\"}"});
  ASSERT_TRUE(setback.has_value());
  EXPECT_FALSE(setback->away);
  EXPECT_TRUE(RetryAfter(StartContainer{"a", true}, *setback, 1, absl::Minutes(1), 0).has_value());
  EXPECT_TRUE(RetryAfter(StartContainer{"a", true}, *setback, 5, absl::Minutes(1), 0).has_value());
  EXPECT_FALSE(RetryAfter(StartContainer{"a", true}, *setback, 8, absl::Minutes(1), 0).has_value());
}

// The container is there until that removal is done, and holds its name, its volumes and its place in the network.
TEST(Setback, IsARemovalBySomeoneElse) {
  const auto setback =
      SetbackOf({.status = 409, .body = R"({"message":"removal of container c1 is already in progress"})"});
  ASSERT_TRUE(setback.has_value());
  EXPECT_FALSE(setback->away);
  EXPECT_TRUE(RetryAfter(RemoveContainer{"c1"}, *setback, 50, absl::Minutes(1), 0).has_value());
  EXPECT_FALSE(RetryAfter(RemoveContainer{"c1"}, *setback, 1, absl::ZeroDuration(), 0).has_value());
}

// One that dies as it starts is renamed between two of its runs.
TEST(Setback, IsAContainerThatHasEndedInThisMoment) {
  const auto setback = SetbackOf({.status = 404, .body = R"({"message":"sandbox 3ac62d not found"})"});
  ASSERT_TRUE(setback.has_value());
  EXPECT_FALSE(setback->away);
  EXPECT_TRUE(RetryAfter(RenameContainer{"c1", "x"}, *setback, 1, absl::Minutes(1), 0).has_value());
  EXPECT_FALSE(RetryAfter(RenameContainer{"c1", "x"}, *setback, 8, absl::Minutes(1), 0).has_value());
  EXPECT_FALSE(SetbackOf({.status = 404, .body = R"({"message":"No such container: c1"})"}).has_value());
}

TEST(Retry, WhatMustNotBeDoneTwiceIsNotWhereItMayHaveBeenDone) {
  const absl::Duration left = absl::Minutes(1);
  for (const Call& call : {Call(CreateNetwork{}), Call(CreateContainer{}), Call(RenameContainer{}),
                           Call(UnpauseContainer{}), Call(StartContainer{"a", true})}) {
    EXPECT_FALSE(RetryAfter(call, {.may_be_done = true}, 1, left, 0).has_value()) << call.index();
    EXPECT_TRUE(RetryAfter(call, {.may_be_done = false}, 1, left, 0).has_value()) << call.index();
  }
  for (const Call& call : {Call(Ping{}), Call(ListContainers{}), Call(InspectImage{}), Call(PullImage{}),
                           Call(CreateVolume{}), Call(StartContainer{"a", false}), Call(StopContainer{}),
                           Call(RemoveContainer{}), Call(RemoveNetwork{}), Call(RemoveVolume{})}) {
    EXPECT_TRUE(RetryAfter(call, {.may_be_done = true}, 1, left, 0).has_value()) << call.index();
  }
}

TEST(Retry, PausesGrowToABoundAndVary) {
  const auto pause = [](int tries, double jitter) { return *RetryAfter(Ping{}, {}, tries, absl::Hours(1), jitter); };
  EXPECT_EQ(pause(1, 0), absl::Milliseconds(50));
  EXPECT_EQ(pause(1, 0.5), absl::Milliseconds(75));
  EXPECT_EQ(pause(3, 0), absl::Milliseconds(200));
  EXPECT_EQ(pause(6, 0), absl::Seconds(1));
  EXPECT_EQ(pause(1000, 0.5), absl::Milliseconds(1500));
}

TEST(Retry, StaysWithinTheTimeAndWaitsAsLongAsAsked) {
  EXPECT_FALSE(RetryAfter(Ping{}, {}, 1, absl::Milliseconds(50), 0).has_value());
  EXPECT_TRUE(RetryAfter(Ping{}, {}, 1, absl::Milliseconds(51), 0).has_value());
  EXPECT_EQ(RetryAfter(Ping{}, {false, absl::Seconds(5)}, 1, absl::Minutes(1), 0), absl::Seconds(5));
  EXPECT_FALSE(RetryAfter(Ping{}, {false, absl::Seconds(5)}, 1, absl::Seconds(5), 0).has_value());
}

}  // namespace
}  // namespace flow::docker::engine
