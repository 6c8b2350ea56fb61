#include "flow/kubernetes/api/request.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::kubernetes::api {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const ObjectName kSink = {Kind::kDeployment, "flow-a", "sink"};

text::Mapping Document() {
  return {{"apiVersion", "apps/v1"}, {"kind", "Deployment"}, {"metadata", text::Mapping{{"name", "sink"}}}};
}

TEST(BuildRequest, ListsByLabelsInANamespaceOrInAll) {
  EXPECT_EQ(BuildRequest(List{.kind = Kind::kPod, .namespace_ = "flow-a", .labels = {"a=b", "c"}}).target,
            "/api/v1/namespaces/flow-a/pods?labelSelector=a%3Db%2Cc");
  EXPECT_EQ(BuildRequest(List{.kind = Kind::kEvent, .namespace_ = "flow-a", .limit = 1}).target,
            "/api/v1/namespaces/flow-a/events?limit=1");
  EXPECT_EQ(BuildRequest(List{.kind = Kind::kJob}).target, "/apis/batch/v1/jobs");
  EXPECT_EQ(BuildRequest(List{.kind = Kind::kNamespace, .fields = {"metadata.name=flow-a"}}).target,
            "/api/v1/namespaces?fieldSelector=metadata.name%3Dflow-a");
}

TEST(BuildRequest, AppliesAsTheFieldManagerFlow) {
  const http::Request request = BuildRequest(Apply{.object = kSink, .document = Document()});
  EXPECT_EQ(request.method, "PATCH");
  EXPECT_EQ(request.target, "/apis/apps/v1/namespaces/flow-a/deployments/sink?fieldManager=flow&force=true");
  EXPECT_EQ(request.headers.at("Content-Type"), "application/apply-patch+yaml");
  EXPECT_EQ(request.body, R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"sink"}})");
}

TEST(BuildRequest, ADryRunChangesNothing) {
  for (const Call& call : std::vector<Call>{Apply{.object = kSink, .document = Document(), .dry_run = true},
                                            Create{.object = kSink, .document = Document(), .dry_run = true},
                                            Replace{.object = kSink, .document = Document(), .dry_run = true}}) {
    EXPECT_THAT(BuildRequest(call).target, HasSubstr("dryRun=All"));
  }
  EXPECT_THAT(BuildRequest(Create{.object = kSink}).target, Not(HasSubstr("dryRun")));
}

TEST(BuildRequest, SaysWhichObjectAnApplyIsMeantFor) {
  EXPECT_EQ(BuildRequest(Apply{.object = kSink, .document = Document(), .only = {.uid = "u1"}, .force = false}).body,
            R"({"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"sink","uid":"u1"}})");
}

// Raw, they are refused there, or become spaces.
TEST(BuildRequest, EscapesInAnApplyWhatYamlDoesNotTakeForItself) {
  text::Mapping document = {{"a", "\x7f\u0085\u2028\u2029\uffff\n"}, {"b", "größe → 漢字 😀\ufeff"}};
  EXPECT_EQ(BuildRequest(Apply{.object = kSink, .document = document}).body,
            "{\"a\":\"\\u007f\\u0085\\u2028\\u2029\\uffff\\n\",\"b\":\"größe → 漢字 😀\ufeff\"}");
}

TEST(BuildRequest, CreatesByPostToTheKind) {
  const http::Request request = BuildRequest(Create{.object = kSink, .document = Document()});
  EXPECT_EQ(request.method, "POST");
  EXPECT_EQ(request.target, "/apis/apps/v1/namespaces/flow-a/deployments?fieldManager=flow");
}

// A Job's pods would stay: the default of that kind is to orphan them.
TEST(BuildRequest, AlwaysSaysWhatBecomesOfWhatAnObjectOwns) {
  const http::Request request = BuildRequest(Delete{.object = kSink});
  EXPECT_EQ(request.method, "DELETE");
  EXPECT_EQ(request.body, R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"})");
  EXPECT_EQ(BuildRequest(Delete{.object = kSink,
                                .only = {.uid = "u1", .resource_version = "7"},
                                .propagation = Propagation::kForeground,
                                .grace = absl::Milliseconds(1500)})
                .body,
            R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Foreground",)"
            R"("preconditions":{"uid":"u1","resourceVersion":"7"},"gracePeriodSeconds":2})");
}

TEST(BuildRequest, FindsEventsOfWhatIsInNoNamespaceInDefault) {
  EXPECT_THAT(BuildRequest(ListEvents{{Kind::kVolume, "", "v1"}, ""}).target,
              HasSubstr("/namespaces/default/events?fieldSelector=involvedObject.kind%3DPersistentVolume%2C"));
  EXPECT_THAT(BuildRequest(ListEvents{{Kind::kPod, "flow-a", "p"}, "u1"}).target,
              HasSubstr("involvedObject.name%3Dp%2CinvolvedObject.uid%3Du1"));
}

TEST(BuildRequest, ReadsTheLastLinesOfARunOrOfTheOneBefore) {
  EXPECT_EQ(BuildRequest(TailLogs{"flow-a", "sink-1", "sink", 5, true}).target,
            "/api/v1/namespaces/flow-a/pods/sink-1/log?container=sink&tailLines=5&limitBytes=1048576&previous=true");
}

TEST(BuildLogsRequest, AsksForTimesToBeginWith) {
  LogsQuery query{.namespace_ = "flow-a", .pod = "sink-1", .container = "sink", .follow = true};
  EXPECT_EQ(BuildLogsRequest(query).target,
            "/api/v1/namespaces/flow-a/pods/sink-1/log?container=sink&timestamps=true&follow=true");
  query = {.namespace_ = "a", .pod = "p", .container = "c", .tail = 0, .since = absl::FromUnixSeconds(1700000000)};
  EXPECT_THAT(BuildLogsRequest(query).target, HasSubstr("&tailLines=0&sinceTime=2023-11-14T22%3A13%3A20Z"));
}

TEST(BuildWatchRequest, GoesOnFromAVersionForABoundedTime) {
  EXPECT_EQ(BuildWatchRequest({.kind = Kind::kPod, .namespace_ = "flow-a", .labels = {"a=b"}, .resource_version = "7"},
                              absl::Seconds(40))
                .target,
            "/api/v1/namespaces/flow-a/pods?watch=true&allowWatchBookmarks=true&resourceVersion=7&timeoutSeconds=40"
            "&labelSelector=a%3Db");
}

}  // namespace
}  // namespace flow::kubernetes::api
