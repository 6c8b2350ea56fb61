#include "flow/kubernetes/api/retry.h"

#include <gtest/gtest.h>

namespace flow::kubernetes::api {
namespace {

const ObjectName kSink = {Kind::kDeployment, "flow-a", "sink"};

std::optional<Setback> Of(int status, std::string body = "") {
  return SetbackOf({.status = status, .headers = {}, .body = std::move(body)});
}

TEST(Setback, IsWhatMeansLater) {
  for (const int status : {502, 503, 504}) {
    ASSERT_TRUE(Of(status).has_value()) << status;
    EXPECT_TRUE(Of(status)->may_be_done);
    EXPECT_TRUE(Of(status)->away);
  }
  const auto busy = Of(429, R"({"kind":"Status","details":{"retryAfterSeconds":7}})");
  ASSERT_TRUE(busy.has_value());
  EXPECT_FALSE(busy->may_be_done);
  EXPECT_EQ(busy->retry_after, absl::Seconds(7));
}

TEST(Setback, IsAStorageThatIsChoosingALeader) {
  EXPECT_TRUE(Of(500, R"({"kind":"Status","reason":"ServerTimeout","message":"x"})").has_value());
  const auto leader = Of(500, R"({"kind":"Status","message":"etcdserver: leader changed"})");
  ASSERT_TRUE(leader.has_value());
  EXPECT_TRUE(leader->may_be_done);
  EXPECT_FALSE(leader->away);
}

TEST(Setback, IsNoAnswerThatStaysSo) {
  for (const int status : {200, 201, 400, 401, 403, 404, 409, 410, 413, 415, 422, 500, 501}) {
    EXPECT_FALSE(Of(status, R"({"kind":"Status","message":".spec.x: field not declared in schema"})").has_value())
        << status;
  }
}

TEST(RetryAfter, RepeatsWhatMayBeDoneOnlyWhereTwiceIsOnce) {
  const Setback lost{.may_be_done = true}, refused{.may_be_done = false};
  const auto again = [](const Call& call, const Setback& setback) {
    return RetryAfter(call, setback, 1, absl::Minutes(1), 0).has_value();
  };
  for (const Call& call :
       std::vector<Call>{GetVersion{}, List{}, Get{}, TailLogs{}, ListEvents{}, Apply{.object = kSink},
                         Apply{.object = kSink, .only = {.uid = "u"}}, Delete{.object = kSink, .only = {.uid = "u"}},
                         Create{.object = kSink, .dry_run = true}}) {
    EXPECT_TRUE(again(call, lost)) << call.index();
  }
  for (const Call& call : std::vector<Call>{Create{.object = kSink}, Replace{.object = kSink}, Delete{.object = kSink},
                                            Apply{.object = kSink, .only = {.resource_version = "7"}}}) {
    EXPECT_FALSE(again(call, lost)) << call.index();
    EXPECT_TRUE(again(call, refused)) << call.index();
  }
}

}  // namespace
}  // namespace flow::kubernetes::api
