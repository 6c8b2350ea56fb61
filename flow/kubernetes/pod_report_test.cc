#include "flow/kubernetes/pod_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/kubernetes/api/object.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;

// A pod whose container "a" has this status.
PodReport Read(const std::string& container, const std::string& more = "") {
  return ReadPod(
      {api::Kind::kPod,
       text::ReadJson(
           absl::StrCat(
               R"({"metadata": {"name": "a-1", "labels": {"app.kubernetes.io/name": "a"}},)",
               R"("spec": {"nodeName": "node1", "containers": [{"name": "proxy"}, {"name": "a",)",
               R"( "image": "busybox:1.36", "resources": {"limits": {"memory": "16Mi"}}}]}, "status": {"containerStatuses": [)",
               R"({"name": "proxy", "restartCount": 9}, {"name": "a", )", container, "}]", more, "}}"))
           .value()});
}

TEST(PodReport, OneThatRunsForTheFirstTimeHasNotEnded) {
  const PodReport report = Read(R"("ready": true, "restartCount": 0, "state": {"running": {}})");
  EXPECT_TRUE(report.running && report.ready);
  EXPECT_EQ(report.exits, 0);
  EXPECT_EQ(report.node, "node1");
}

TEST(PodReport, OneThatRunsAgainHasEndedAsOftenAsItWasStartedAgain) {
  const PodReport report = Read(R"("restartCount": 1, "state": {"running": {}},
      "lastState": {"terminated": {"exitCode": 3, "message": "one\ntwo\n"}})");
  EXPECT_EQ(report.exits, 1);
  EXPECT_EQ(report.exit_code, 3);
  EXPECT_THAT(report.last_lines, ElementsAre("one", "two"));
}

TEST(PodReport, OneThatIsHeldBackHasEndedOnceMore) {
  const PodReport report = Read(R"("restartCount": 1, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
      "lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}})");
  EXPECT_EQ(report.exits, 2);
  EXPECT_TRUE(report.out_of_memory);
  EXPECT_EQ(report.image, "busybox:1.36");
  EXPECT_EQ(report.memory_limit, "16Mi");
}

TEST(PodReport, WhatANodeWasToldIsToldWithoutTheWayThatItTook) {
  const PodReport report = Read(R"("state": {"waiting": {"reason": "ErrImagePull",
      "message": "rpc error: code = Unknown desc = Error response from daemon: manifest unknown"}})");
  EXPECT_EQ(report.words, "Error response from daemon: manifest unknown");
  EXPECT_EQ(CauseIn("Failed to pull image \"a:1\": rpc error: code = NotFound desc = not found"),
            "Failed to pull image \"a:1\": not found");
  EXPECT_EQ(CauseIn("rpc error: code = Unknown"), "rpc error: code = Unknown");
  EXPECT_EQ(CauseIn("back-off 10s"), "back-off 10s");
}

TEST(PodReport, AProgramThatIsNotThereIsNoEnd) {
  for (const char* reason : {"ContainerCannotRun", "StartError"}) {
    const PodReport report = Read(absl::StrCat(R"("restartCount": 0, "state": {"terminated": {"exitCode": 127,)",
                                               R"( "reason": ")", reason, R"(", "message": "no such file"}})"));
    EXPECT_TRUE(IsFinal(report.waits_for, report.words)) << reason;
    EXPECT_EQ(report.words, "no such file");
  }
}

TEST(PodReport, TheSchedulersWordsAreToldWhereNoNodeTakesIt) {
  const PodReport report =
      Read(R"("state": {"waiting": {}})",
           R"(, "conditions": [{"type": "PodScheduled", "status": "False", "message": "no cpu"}])");
  EXPECT_EQ(report.unschedulable, "no cpu");
}

TEST(PodReport, AContainerThatTheClusterPutBeforeItKeepsItFromStarting) {
  const PodReport report =
      Read(R"("state": {"waiting": {"reason": "PodInitializing"}})",
           R"(, "initContainerStatuses": [{"name": "i", "state": {"waiting": {"reason": "InvalidImageName"}}}])");
  EXPECT_EQ(report.waits_for, "InvalidImageName");
}

TEST(PodReport, WhatMayPassIsNotFinal) {
  EXPECT_FALSE(IsFinal("ContainerCreating", ""));
  EXPECT_FALSE(IsFinal("ErrImagePull", "manifest unknown"));
  EXPECT_FALSE(IsFinal("CreateContainerConfigError", "failed to sync secret cache: timed out"));
  EXPECT_TRUE(IsFinal("CreateContainerConfigError", "secret \"a.token\" not found"));
}

// A pod that is on its way out, or not, with this status.
bool AtRest(const std::string& status, bool going = true) {
  return IsAtRest({api::Kind::kPod, text::ReadJson(absl::StrCat(R"({"metadata": {"name": "a-1")",
                                                                going ? R"(, "deletionTimestamp": "1")" : "",
                                                                R"(}, "status": {)", status, "}}"))
                                        .value()});
}

TEST(PodAtRest, OneThatIsOnItsWayOutIsWhenItsNodeHasToldThatAllInItHasEnded) {
  constexpr char kEnded[] = R"("phase": "Running", "containerStatuses": [{"state": {"terminated": {}}}])";
  EXPECT_TRUE(AtRest(kEnded));
  EXPECT_FALSE(AtRest(kEnded, /*going=*/false)) << "it is started again";
  EXPECT_FALSE(AtRest(R"("phase": "Running", "containerStatuses": [{"state": {"running": {}}}])"));
  EXPECT_FALSE(AtRest(
      R"("phase": "Running", "containerStatuses": [{"state": {"terminated": {}}}, {"state": {"running": {}}}])"));
  EXPECT_FALSE(AtRest(R"("phase": "Running", "containerStatuses": [{"state": {"terminated": {}}}],
                         "initContainerStatuses": [{"state": {"running": {}}}])"));
  EXPECT_FALSE(AtRest("")) << "its node has not looked at it";
}

TEST(PodAtRest, AContainerThatIsBeingMadeMayRunYetAndOneThatWasCleanedUpNoMore) {
  const auto waits = [](const std::string& phase, const std::string& why) {
    return AtRest(absl::StrCat(R"("phase": ")", phase, R"(", "containerStatuses": [{"state": {"waiting": {"reason": ")",
                               why, R"("}}}])"));
  };
  EXPECT_FALSE(waits("Pending", "ContainerCreating"));
  EXPECT_FALSE(waits("Pending", "PodInitializing"));
  EXPECT_TRUE(waits("Running", "ContainerCreating"));
  EXPECT_TRUE(waits("Pending", "ImagePullBackOff"));
  EXPECT_TRUE(waits("Running", "CrashLoopBackOff"));
}

TEST(PodAtRest, OneThatIsOverIs) {
  EXPECT_TRUE(AtRest(R"("phase": "Succeeded")", /*going=*/false));
  EXPECT_TRUE(AtRest(R"("phase": "Failed")", /*going=*/false));
}

}  // namespace
}  // namespace flow::kubernetes
