#include "flow/kubernetes/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/deploy/status_text.h"
#include "flow/deploy/testing/projects.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr char kLabels[] = R"("labels":{"app.kubernetes.io/name":"sink","com.obsrvr.flow.component":"sink",
  "com.obsrvr.flow.type":"sink"})";

api::Object Read(api::Kind kind, const std::string& json) {
  const absl::StatusOr<text::Value> document = text::ReadJson(json);
  EXPECT_TRUE(document.ok()) << document.status() << json;
  return {kind, *document};
}

// A pod of the component "sink".
api::Object Pod(const std::string& status, const std::string& container = "", const std::string& policy = "Always",
                const std::string& name = "sink-1") {
  return Read(api::Kind::kPod,
              absl::StrCat(R"({"metadata":{"name":")", name, R"(","uid":"u-)", name, "\",", kLabels,
                           R"(},"spec":{"nodeName":"node1","restartPolicy":")", policy,
                           R"(","containers":[{"name":"sidecar"},{"name":"sink","image":"busybox:1.36")", container,
                           R"(}]},"status":)", status, "}"));
}
std::string Container(const std::string& fields, const std::string& phase = "Running") {
  return absl::StrCat(R"({"phase":")", phase, R"(","containerStatuses":[{"name":"sink",)", fields, "}]}");
}
api::Object Deployment(int replicas, const std::string& conditions = "") {
  return Read(api::Kind::kDeployment,
              absl::StrCat(R"({"metadata":{"name":"sink",)", kLabels, R"(},"spec":{"replicas":)", replicas,
                           R"(},"status":{"conditions":[)", conditions, "]}}"));
}
api::Object Job(const std::string& conditions) {
  return Read(api::Kind::kJob, absl::StrCat(R"({"metadata":{"name":"sink",)", kLabels,
                                            R"(},"spec":{},"status":{"conditions":[)", conditions, "]}}"));
}

deploy::PipelineStatus Describe(const std::vector<api::Object>& objects, const project::Project& project = {}) {
  deploy::StatusInput input{.namespace_ = "default", .pipeline = "p"};
  if (project.services_size() > 0) {
    input.deployment.emplace().mutable_succeeded();
    *input.deployment->mutable_project() = project;
  }
  AddObjects(objects, absl::FromUnixSeconds(1767225600), &input);  // 2026-01-01
  return deploy::DescribePipeline(input);
}
deploy::ComponentStatus Sink(const std::vector<api::Object>& objects) {
  const deploy::PipelineStatus status = Describe(objects);
  EXPECT_EQ(status.components_size(), 1);
  return status.components_size() == 1 ? status.components(0) : deploy::ComponentStatus();
}

constexpr char kRuns[] = R"("ready":true,"restartCount":2,"state":{"running":{"startedAt":"2025-12-31T23:55:00Z"}})";

TEST(Status, APodThatRunsIsReady) {
  const deploy::ComponentStatus sink = Sink({Deployment(1), Pod(Container(kRuns))});
  EXPECT_EQ(sink.state(), "running");
  EXPECT_EQ(sink.type(), "sink");
  EXPECT_EQ(sink.image(), "busybox:1.36");
  EXPECT_EQ(sink.ready(), 1u);
  EXPECT_EQ(sink.health(), "none");
  EXPECT_EQ(sink.message(), "");
  EXPECT_EQ(sink.containers(0).up(), "5 minutes");
  EXPECT_EQ(sink.containers(0).node(), "node1");
  EXPECT_EQ(sink.containers(0).restart_count(), 2);
  EXPECT_EQ(sink.containers(0).started_at(), "2025-12-31T23:55:00Z");
}

TEST(Status, AProbeIsItsHealth) {
  const auto health = [](const char* fields) {
    return Sink({Pod(Container(absl::StrCat(R"("state":{"running":{}},)", fields)), R"(,"readinessProbe":{})")})
        .health();
  };
  EXPECT_EQ(health(R"("ready":true,"started":true)"), "healthy");
  EXPECT_EQ(health(R"("ready":false,"started":true)"), "unhealthy");
  EXPECT_EQ(health(R"("ready":false,"started":false)"), "starting");
}

TEST(Status, APodOnANodeThatDoesNotAnswerIsNotReady) {
  const api::Object pod = Pod(absl::StrCat(
      R"({"phase":"Running","conditions":[{"type":"Ready","status":"False"},{"type":"ContainersReady","status":"True"}],)",
      R"("containerStatuses":[{"name":"sink",)", kRuns, "}]}"));
  const deploy::ComponentStatus sink = Sink({Deployment(1), pod});
  EXPECT_EQ(sink.state(), "unhealthy");
  EXPECT_EQ(sink.health(), "unknown");
  EXPECT_EQ(sink.ready(), 0u);
  EXPECT_EQ(sink.message(), "sink-1 is on node1, which does not answer");
  EXPECT_EQ(sink.containers(0).state(), "unknown");
}

TEST(Status, WhatAPodWaitsForIsItsMessage) {
  deploy::ComponentStatus sink = Sink({Pod(Container(
      R"("state":{"waiting":{"reason":"ImagePullBackOff","message":"Back-off pulling image"}})", "Pending"))});
  EXPECT_EQ(sink.state(), "pending");
  EXPECT_EQ(sink.message(), "sink-1 waits (ImagePullBackOff: Back-off pulling image)");
  EXPECT_EQ(sink.containers(0).state(), "ImagePullBackOff");

  sink = Sink({Pod(R"({"phase":"Pending","conditions":[{"type":"PodScheduled","status":"False",
    "reason":"Unschedulable","message":"0/2 nodes are available: 2 Insufficient cpu."}]})")});
  EXPECT_EQ(sink.state(), "pending");
  EXPECT_EQ(sink.message(), "sink-1 waits (0/2 nodes are available: 2 Insufficient cpu.)");
}

TEST(Status, WhatSeveralPodsWaitForIsToldInTheClustersWords) {
  const std::string waits = Container(R"("state":{"waiting":{"reason":"Held","message":"this is all"}})", "Pending");
  const deploy::ComponentStatus sink =
      Sink({Deployment(2), Pod(waits), Pod(waits, /*container=*/"", /*policy=*/"Always", "sink-2")});
  EXPECT_EQ(sink.message(), "sink-1, sink-2 wait (Held: this is all)");
}

TEST(Status, BetweenTwoRunsItIsRestarting) {
  const deploy::ComponentStatus sink = Sink({Pod(Container(R"("restartCount":3,
    "state":{"waiting":{"reason":"CrashLoopBackOff","message":"back-off 40s"}},
    "lastState":{"terminated":{"exitCode":3,"reason":"Error"}})"))});
  EXPECT_EQ(sink.state(), "restarting");
  EXPECT_EQ(sink.containers(0).exit_code(), 3);
  EXPECT_THAT(sink.message(), HasSubstr("CrashLoopBackOff"));
}

TEST(Status, AJobIsWhatItsPodsCameTo) {
  const auto ended = [](int code, const char* phase) {
    return Pod(Container(absl::StrCat(R"("state":{"terminated":{"exitCode":)", code, "}}"), phase), "", "Never");
  };
  EXPECT_EQ(Sink({Job(R"({"type":"Complete","status":"True"})"), ended(0, "Succeeded")}).state(), "completed");
  const deploy::ComponentStatus failed = Sink({Job(R"({"type":"Failed","status":"True"})"), ended(7, "Failed")});
  EXPECT_EQ(failed.state(), "failed");
  EXPECT_EQ(failed.message(), "sink-1 exited with code 7");
}

// One whose node went away is tried again on another.
TEST(Status, OfAJobThatWasTriedAgainTheLastTryCounts) {
  const auto pod = [](const char* name, int code, const char* phase) {
    return Pod(Container(absl::StrCat(R"("state":{"terminated":{"exitCode":)", code, "}}"), phase), "", "Never", name);
  };
  const deploy::ComponentStatus sink =
      Sink({Job(R"({"type":"Complete","status":"True"})"), pod("sink-1", 1, "Failed"), pod("sink-2", 0, "Succeeded")});
  EXPECT_EQ(sink.state(), "completed");
  EXPECT_EQ(sink.containers_size(), 1);
}

TEST(Status, AJobStaysWhatItWasWhereItsPodsAreGone) {
  EXPECT_EQ(Sink({Job(R"({"type":"Complete","status":"True"})")}).state(), "completed");
  const deploy::ComponentStatus failed =
      Sink({Job(R"({"type":"Failed","status":"True","reason":"BackoffLimitExceeded"})")});
  EXPECT_EQ(failed.state(), "failed");
  EXPECT_THAT(failed.message(), HasSubstr("BackoffLimitExceeded"));
}

TEST(Status, WhyThereAreNoPodsIsToldInTheClustersWords) {
  const deploy::ComponentStatus sink = Sink({Deployment(
      1, R"({"type":"ReplicaFailure","status":"True","reason":"FailedCreate","message":"exceeded quota: q"})")});
  EXPECT_EQ(sink.state(), "missing");
  EXPECT_EQ(sink.replicas(), 1u);
  EXPECT_EQ(sink.message(), "there is no pod: exceeded quota: q");
}

TEST(Status, WhichVolumesKeepAPodFromANodeIsTold) {
  const project::Project project = deploy::testing::MakeProject("p", {"volume=data", "sink mounts=data:/data"});
  const api::Object claim = Read(api::Kind::kClaim, R"({"metadata":{"name":"data"},"status":{"phase":"Pending"},
    "spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"fast"}})");
  const auto pod = [](const std::string& conditions) {
    return Read(api::Kind::kPod, absl::StrCat(R"({"metadata":{"name":"sink-1",)", kLabels,
                                              R"(},"status":{"phase":"Pending","conditions":[)", conditions, "]}}"));
  };
  const std::string not_bound = "its claim data (class fast, ReadWriteOnce) is not bound";
  EXPECT_EQ(Describe({pod(""), claim}, project).message(),
            absl::StrCat("sink is pending (sink-1 waits (", not_bound, "))"));
  EXPECT_EQ(
      Describe({pod(R"({"type":"PodScheduled","status":"False","message":"no node."})"), claim}, project).message(),
      absl::StrCat("sink is pending (sink-1 waits (", not_bound, ": no node.))"));
}

TEST(Status, WhatHasNoReplicasIsWellAndItsClaimIsTold) {
  const project::Project project =
      deploy::testing::MakeProject("p", {"volume=data", "sink replicas=0 mounts=data:/data"});
  const auto claim = [](const char* phase) {
    return Read(api::Kind::kClaim, absl::StrCat(R"({"metadata":{"name":"data"},"status":{"phase":")", phase,
                                                R"("},"spec":{"accessModes":["ReadWriteOnce"]}})"));
  };
  const deploy::PipelineStatus status = Describe({Deployment(0), claim("Pending")}, project);
  EXPECT_EQ(status.state(), "running");
  EXPECT_EQ(status.message(), "sink: its claim data (no class, ReadWriteOnce) is not bound");
  EXPECT_EQ(Describe({Deployment(0), claim("Bound")}, project).message(), "");
}

TEST(Status, PodsOnTheirWayOutDoNotCount) {
  api::Object going = Pod(Container(kRuns));
  going = Read(api::Kind::kPod, absl::StrCat(R"({"metadata":{"name":"old","deletionTimestamp":"2026-01-01T00:00:00Z",)",
                                             kLabels, R"(},"status":{"phase":"Running"}})"));
  EXPECT_EQ(Sink({Deployment(1), going, Pod(Container(kRuns))}).containers_size(), 1);
  EXPECT_EQ(Sink({Deployment(1), going}).state(), "missing");
}

TEST(Status, ReadyIsCountedAgainstWhatTheClusterIsAskedFor) {
  const deploy::ComponentStatus sink = Sink({Deployment(3), Pod(Container(kRuns))});
  EXPECT_EQ(sink.replicas(), 3u);
  EXPECT_EQ(sink.ready(), 1u);
  EXPECT_EQ(sink.message(), "there are 1 of 3 pods");
  EXPECT_EQ(Sink({Deployment(0)}).state(), "running");
}

TEST(Status, PortsAreTheServices) {
  const api::Object service =
      Read(api::Kind::kService, absl::StrCat(R"({"metadata":{"name":"sink","namespace":"flow-p",)", kLabels,
                                             R"(},"spec":{"ports":[{"port":8080,"protocol":"TCP"},)"
                                             R"({"port":53,"protocol":"UDP","nodePort":30053}]}})"));
  EXPECT_THAT(Sink({Pod(Container(kRuns)), service}).endpoints(),
              ElementsAre("sink.flow-p:8080/tcp", "sink.flow-p:53/udp", "*:30053->53/udp"));
  EXPECT_THAT(Describe({service}).components(), IsEmpty());
}

TEST(Status, TheWideTableHasPodAndNode) {
  const std::string table = deploy::PipelineTable(Describe({Pod(Container(kRuns))}), /*wide=*/true);
  EXPECT_THAT(table, HasSubstr("POD"));
  EXPECT_THAT(table, HasSubstr("node1"));
}

}  // namespace
}  // namespace flow::kubernetes
