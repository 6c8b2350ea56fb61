#include "flow/kubernetes/api/response.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace flow::kubernetes::api {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const ObjectName kSink = {Kind::kDeployment, "flow-a", "sink"};

http::Response Says(int status, std::string body) { return {.status = status, .headers = {}, .body = std::move(body)}; }

absl::Status Refused(const Call& call, int status, std::string body) {
  return ReadReply(call, Says(status, std::move(body))).status();
}

TEST(ReadReply, AListHasItsObjectsAndItsVersion) {
  const auto reply = ReadReply(List{.kind = Kind::kPod}, Says(200, R"({"kind":"PodList","apiVersion":"v1",
    "metadata":{"resourceVersion":"830"},"items":[{"metadata":{"name":"a","namespace":"flow-a","uid":"u1",
    "labels":{"x":"y"}},"status":{"phase":"Running"}},{"metadata":{"name":"b","deletionTimestamp":"2026-01-01T00:00:00Z"}}]})"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  const auto& list = std::get<ObjectList>(*reply);
  EXPECT_EQ(list.resource_version, "830");
  ASSERT_EQ(list.objects.size(), 2u);
  EXPECT_EQ(list.objects[0].id(), (ObjectName{Kind::kPod, "flow-a", "a"}));
  EXPECT_EQ(list.objects[0].label("x"), "y");
  EXPECT_EQ(list.objects[0]["status"]["phase"].text(), "Running");
  EXPECT_FALSE(list.objects[0].is_going());
  EXPECT_TRUE(list.objects[1].is_going());
}

TEST(ReadReply, OfObjectsWhoseStateCountsWhatTheyShouldBeIsNotRead) {
  const http::Response says = Says(200, R"({"metadata":{"resourceVersion":"1"},"items":[{"metadata":{
    "managedFields":[{"manager":"flow","fieldsV1":{"f:spec":{}}}],"labels":{"env":"test","template":"a"}},
    "spec":{"replicas":2,"template":{"spec":{}}},"status":{"readyReplicas":1}}]})");
  const auto read = [&](bool whole) {
    return std::get<ObjectList>(*ReadReply(List{.kind = Kind::kDeployment, .whole = whole}, says)).objects[0];
  };
  for (const Object& object : {read(true), read(false)}) {
    EXPECT_EQ(object.label("env"), "test");
    EXPECT_EQ(object.label("template"), "a");
    EXPECT_EQ(object["spec"]["replicas"].number(), 2);
    EXPECT_EQ(object["status"]["readyReplicas"].number(), 1);
  }
  EXPECT_TRUE(read(true)["spec"]["template"]);
  ASSERT_EQ(read(true).metadata()["managedFields"].list().size(), 1u);
  EXPECT_FALSE(text::View(read(true).metadata()["managedFields"].list()[0])["fieldsV1"]);
  EXPECT_FALSE(read(false)["spec"]["template"]);
  EXPECT_FALSE(read(false).metadata()["managedFields"]);
}

TEST(ReadReply, AnEmptyListMayHaveNull) {
  const auto reply =
      ReadReply(List{.kind = Kind::kPod}, Says(200, R"({"metadata":{"resourceVersion":"1"},"items":null})"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_TRUE(std::get<ObjectList>(*reply).objects.empty());
}

TEST(ReadReply, WhatIsRemovedIsGoneOrStillThere) {
  for (const auto& gone : {Says(200, R"({"kind":"Status","status":"Success"})"), Says(404, R"({"kind":"Status"})")}) {
    const auto reply = ReadReply(Delete{.object = kSink}, gone);
    ASSERT_TRUE(reply.ok()) << reply.status();
    EXPECT_TRUE(std::holds_alternative<std::monostate>(*reply));
  }
  const auto reply = ReadReply(Delete{.object = kSink},
                               Says(200, R"({"kind":"Deployment","metadata":{"name":"sink","finalizers":["x"]}})"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  EXPECT_EQ(std::get<Object>(*reply).name(), "sink");
}

TEST(ReadReply, TheVersionOfABuildIsTakenGently) {
  const auto version = [](std::string body) {
    return std::get<ServerVersion>(*ReadReply(GetVersion{}, Says(200, body)));
  };
  EXPECT_EQ(version(R"({"major":"1","minor":"20+","gitVersion":"v1.20.2-eks"})"),
            (ServerVersion{1, 20, "v1.20.2-eks"}));
  EXPECT_EQ(version(R"({"major":"","minor":"","gitVersion":"v0.0.0-master+$Format:%H$"})"),
            (ServerVersion{0, 0, "v0.0.0-master+$Format:%H$"}));
}

TEST(ReadReply, WhatIsNoClusterIsToldApart) {
  for (const auto& other :
       {Says(200, "<html>"), Says(200, R"({"Version":"20.10"})"), Says(404, "page not found"), Says(302, "")}) {
    const absl::Status status = ReadReply(GetVersion{}, other).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_THAT(std::string(status.message()), HasSubstr("is it the API server of a Kubernetes cluster?"));
  }
  EXPECT_EQ(Refused(GetVersion{}, 401, "").code(), absl::StatusCode::kUnauthenticated);
}

TEST(ReadReply, EachRefusalHasItsCode) {
  const Call call = Apply{.object = kSink};
  for (const auto& [status, reason, code] : std::vector<std::tuple<int, const char*, absl::StatusCode>>{
           {400, "BadRequest", absl::StatusCode::kInvalidArgument},
           {403, "Forbidden", absl::StatusCode::kPermissionDenied},
           {404, "NotFound", absl::StatusCode::kNotFound},
           {409, "AlreadyExists", absl::StatusCode::kAlreadyExists},
           {409, "Conflict", absl::StatusCode::kAborted},
           {410, "Expired", absl::StatusCode::kOutOfRange},
           {422, "Invalid", absl::StatusCode::kInvalidArgument},
           {429, "TooManyRequests", absl::StatusCode::kResourceExhausted},
           {500, "InternalError", absl::StatusCode::kInternal},
           {500, "ServerTimeout", absl::StatusCode::kUnavailable},
           {503, "ServiceUnavailable", absl::StatusCode::kUnavailable}}) {
    EXPECT_EQ(Refused(call, status, absl::StrCat(R"({"kind":"Status","message":"m","reason":")", reason, "\"}")).code(),
              code)
        << status << reason;
  }
}

TEST(ReadReply, ARefusalCarriesWhatTheServerSaid) {
  http::Response response = Says(429, R"({"kind":"Status","reason":"TooManyRequests","message":"later",
    "details":{"retryAfterSeconds":1}})");
  response.headers["retry-after"] = "3";
  const std::optional<Refusal> refusal = RefusalOf(ReadReply(Get{kSink}, response).status());
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(refusal->code, 429);
  EXPECT_EQ(refusal->retry_after, absl::Seconds(3));
  EXPECT_EQ(RefusalOf(Refused(Get{kSink}, 502, "<html>Bad Gateway"))->message, "HTTP status 502 <html>Bad Gateway");
}

TEST(ReadReply, AnAnswerThatIsNoneIsAnError) {
  for (const char* body : {"", "{", "[]", "{}", "null", "<html>"}) {
    EXPECT_EQ(Refused(List{.kind = Kind::kPod}, 200, body).code(), absl::StatusCode::kInternal) << body;
    EXPECT_EQ(Refused(Get{kSink}, 200, body).code(), absl::StatusCode::kInternal) << body;
  }
}

TEST(ReadReply, LinesOfALogAreAsTheyAre) {
  const auto lines = [](std::string body) {
    return std::get<LogLines>(*ReadReply(TailLogs{"n", "p", "c", 10, false}, Says(200, body))).lines;
  };
  EXPECT_THAT(lines("a\n\nb\n"), ElementsAre("a", "", "b"));
  EXPECT_THAT(lines("a\nb"), ElementsAre("a", "b"));
  EXPECT_THAT(lines(""), ElementsAre());
}

TEST(ReadReply, EventsAreInTheOrderInWhichTheyHappened) {
  const auto reply = ReadReply(ListEvents{kSink, ""}, Says(200, R"({"metadata":{},"items":[
    {"metadata":{"name":"c"},"lastTimestamp":"2026-01-01T00:00:03Z"},
    {"metadata":{"name":"b"},"lastTimestamp":null,"eventTime":"2026-01-01T00:00:02.000000Z"},
    {"metadata":{"name":"a"},"lastTimestamp":"2026-01-01T00:00:01Z"}]})"));
  ASSERT_TRUE(reply.ok()) << reply.status();
  std::string names;
  for (const Object& event : std::get<ObjectList>(*reply).objects) names += event.name();
  EXPECT_EQ(names, "abc");
}

TEST(CheckVersion, AClusterThatIsTooOldIsToldWhatIsNeeded) {
  EXPECT_TRUE(CheckVersion({1, 20, "v1.20.2"}).ok());
  EXPECT_TRUE(CheckVersion({1, 40, "v1.40.0"}).ok());
  EXPECT_TRUE(CheckVersion({}).ok());
  EXPECT_EQ(CheckVersion({1, 19, "v1.19.16"}).message(),
            "it is Kubernetes v1.19.16, and flow speaks to 1.20 and later ones: update the cluster");
}

}  // namespace
}  // namespace flow::kubernetes::api
