#include "flow/kubernetes/readiness.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "flow/deploy/testing/projects.h"
#include "flow/kubernetes/api/object.h"
#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

api::Object Read(api::Kind kind, const std::string& json) { return {kind, text::ReadJson(json).value()}; }

std::string Labels(const std::string& component) {
  return absl::StrCat(R"("labels": {"com.obsrvr.flow.component": ")", component, R"(", "app.kubernetes.io/name": ")",
                      component, R"("})");
}

// A deployment of a component that wants `wanted` replicas.
api::Object Deployment(const std::string& component, int wanted, const std::string& status, int generation = 1) {
  return Read(api::Kind::kDeployment, absl::StrCat(R"({"metadata": {"uid": "u-)", component, R"(", "generation": )",
                                                   generation, ", ", Labels(component), R"(}, "spec": {"replicas": )",
                                                   wanted, R"(}, "status": {)", status, "}}"));
}

api::Object Pod(const std::string& component, const std::string& uid, const std::string& container) {
  return Read(api::Kind::kPod, absl::StrCat(R"({"metadata": {"name": ")", uid, R"(", "uid": ")", uid, R"(", )",
                                            Labels(component), R"(}, "status": {"containerStatuses": [{"name": ")",
                                            component, R"(", )", container, "}]}}"));
}

constexpr char kWell[] =
    R"("observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1)";
constexpr char kReady[] = R"("observedGeneration": 1, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1)";
constexpr char kCrashed[] = R"("restartCount": 1, "state": {"waiting": {"reason": "CrashLoopBackOff"}},
    "lastState": {"terminated": {"exitCode": 3}})";

class ReadinessTest : public ::testing::Test {
 protected:
  void Expect(const std::vector<std::string>& components) {
    readiness_.Expect(deploy::testing::MakeProject("x", components));
  }
  // A component's workload is made.
  void Make(const std::string& component, int wanted = 1) {
    readiness_.Begun(component, /*remade=*/true);
    readiness_.Made(component, Deployment(component, wanted, ""));
  }
  void Tell(const api::Object& object) { readiness_.Take(object, /*deleted=*/false); }
  bool IsStarted(const std::string& component) const {
    Wait wait;
    wait.set_component(component);
    return readiness_.Reached(wait);
  }
  std::vector<std::string> Failures() {
    std::vector<std::string> texts;
    for (const Failure& failure : readiness_.TakeFailures()) texts.push_back(Headline(failure));
    return texts;
  }

  // What is told, besides failures.
  std::vector<std::string> Told() {
    std::vector<std::string> texts;
    for (const Finding& finding : readiness_.TakeFindings()) {
      texts.push_back(absl::StrCat(finding.component, ": ", finding.text));
    }
    return texts;
  }

  Readiness readiness_;
};

TEST_F(ReadinessTest, AStatusOfTheFormerGenerationSaysNothing) {
  Expect({"a"});
  readiness_.Begun("a", true);
  readiness_.Made("a", Deployment("a", 1, kWell, /*generation=*/2));
  EXPECT_FALSE(readiness_.AllUp());
  Tell(Deployment("a", 1, absl::StrCat(R"("observedGeneration": 2, )", std::string(kWell).substr(25)), 2));
  EXPECT_TRUE(readiness_.AllUp());
}

TEST_F(ReadinessTest, PodsOfBeforeDoNotCount) {
  Expect({"a"});
  Make("a");
  Tell(Deployment("a", 1, R"("observedGeneration": 1, "replicas": 1, "readyReplicas": 1, "availableReplicas": 1)"));
  EXPECT_FALSE(readiness_.AllUp());
}

TEST_F(ReadinessTest, TwoOfThreeAreNotUp) {
  Expect({"a replicas=3"});
  Make("a", 3);
  Tell(Deployment("a", 3, R"("observedGeneration": 1, "replicas": 3, "updatedReplicas": 3, "readyReplicas": 2,
      "availableReplicas": 2)"));
  EXPECT_FALSE(readiness_.AllUp());
  EXPECT_EQ(Headline(readiness_.NotUp(" after 1s").front()), "a: is not ready after 1s: 2 of 3");
}

TEST_F(ReadinessTest, WhatRunsAComponentAreItsPodsElseItsWorkload) {
  Expect({"a"});
  EXPECT_THAT(readiness_.ReplicaIds("a"), IsEmpty());
  Make("a");
  EXPECT_THAT(readiness_.ReplicaIds("a"), ElementsAre("u-a"));
  Tell(Pod("a", "p1", R"("state": {"running": {}})"));
  EXPECT_THAT(readiness_.ReplicaIds("a"), ElementsAre("p1"));
  Make("a");  // anew: that pod is of before
  Tell(Pod("a", "p2", R"("state": {"running": {}})"));
  EXPECT_THAT(readiness_.ReplicaIds("a"), ElementsAre("p2"));
  readiness_.Forget("a");
  EXPECT_THAT(readiness_.ReplicaIds("a"), IsEmpty());
}

TEST_F(ReadinessTest, NoReplicasAreUpAtOnce) {
  Expect({"a replicas=0"});
  Make("a", 0);
  Tell(Deployment("a", 0, R"("observedGeneration": 1)"));
  EXPECT_TRUE(readiness_.AllUp());
}

TEST_F(ReadinessTest, WhatHasNoHealthCheckIsStartedWhenItWasReadyForAMoment) {
  Expect({"a", "b reads=a"});
  Make("a");
  Tell(Deployment("a", 1, kReady));
  ASSERT_EQ(readiness_.TakeFindings().size(), 1U);  // that it soon will be
  EXPECT_FALSE(IsStarted("a"));
  readiness_.Steady("a", 1);
  EXPECT_TRUE(IsStarted("a"));
  EXPECT_FALSE(readiness_.AllUp());
}

TEST_F(ReadinessTest, OneThatIsDownAgainMeanwhileIsNot) {
  Expect({"a", "b reads=a"});
  Make("a");
  Tell(Deployment("a", 1, kReady));
  Tell(Deployment("a", 1, R"("observedGeneration": 1, "replicas": 1, "updatedReplicas": 1)"));
  Tell(Deployment("a", 1, kReady));
  readiness_.Steady("a", 1);
  EXPECT_FALSE(IsStarted("a"));
  readiness_.Steady("a", 2);
  EXPECT_TRUE(IsStarted("a"));
}

TEST_F(ReadinessTest, WhatIsHealthyIsStartedAtOnce) {
  Expect({"a check", "b reads=a"});
  Make("a");
  Tell(Deployment("a", 1, kReady));
  EXPECT_TRUE(IsStarted("a"));
}

TEST_F(ReadinessTest, ExitsThatWereSeenTogetherAreTwo) {
  Expect({"a"});
  Make("a");
  Tell(Pod("a", "p", kCrashed));
  EXPECT_THAT(Failures(), ElementsAre("a: exited with code 3 for the second time (pod p)"));
  Tell(Pod("a", "p", kCrashed));
  EXPECT_THAT(Failures(), IsEmpty());  // it was told
}

TEST(ExitHint, OfOneThatWasKilledForItsMemoryIsItsLimit) {
  EXPECT_EQ(ExitHint({.memory_limit = "16Mi", .out_of_memory = true}, /*restarts=*/true),
            "the cluster killed it, out of memory: its limit is 16Mi");
  EXPECT_EQ(ExitHint({.out_of_memory = true}, /*restarts=*/true),
            "the cluster killed it, out of memory: its node has no more");
}

TEST(ProbeHint, OfOneThatTheImageCannotRunIsWhoAsks) {
  EXPECT_EQ(ProbeHint("Startup probe failed: flow: no wget or curl in this image"),
            "a URL of another host is asked from within its image; a path, or a URL of 127.0.0.1, its node asks");
}

TEST_F(ReadinessTest, ExitsOfBeforeTheApplyAreNoConcernOfItButOneThatIsDownHasUsedUpItsChance) {
  Expect({"a"});
  readiness_.Adopt(Deployment("a", 1, ""), {ReadPod(Pod("a", "p", kCrashed))});
  EXPECT_THAT(Failures(), IsEmpty());
  Tell(Pod("a", "p", R"("restartCount": 2, "state": {"running": {}}, "lastState": {"terminated": {"exitCode": 3}})"));
  EXPECT_THAT(Failures(), IsEmpty());
  Tell(Pod("a", "p", R"("restartCount": 2, "state": {"terminated": {"exitCode": 3}})"));
  EXPECT_THAT(Failures(), ElementsAre("a: exited with code 3 for the second time (pod p)"));
}

TEST_F(ReadinessTest, PodsThatWereThereBeforeAreNotJudged) {
  Expect({"a"});
  readiness_.Adopt(Deployment("a", 1, kWell), {ReadPod(Pod("a", "old", R"("state": {"running": {}})"))});
  readiness_.Begun("a", /*remade=*/true);
  Tell(Pod("a", "old", kCrashed));
  EXPECT_THAT(Failures(), IsEmpty());
}

// A workload whose pods are refused in these words: a deployment's status says so, an event of a job.
api::Object RefusedDeployment(const std::string& words) {
  return Deployment("a", 1,
                    absl::StrCat(R"("observedGeneration": 1, "conditions": [
      {"type": "ReplicaFailure", "status": "True", "message": ")",
                                 absl::CEscape(words), R"("}])"));
}
api::Object RefusedJob(const std::string& words) {
  return Read(api::Kind::kEvent, absl::StrCat(R"({"reason": "FailedCreate", "message": ")", absl::CEscape(words),
                                              R"(", "involvedObject": {"kind": "Job", "uid": "u-a"}})"));
}

TEST_F(ReadinessTest, AServiceAccountThatIsNotThereIsToldAtOnceAndWaitedFor) {
  const std::string words =
      R"(pods "a-1" is forbidden: error looking up service account flow-x/reader: serviceaccount "reader" not found)";
  for (const api::Object& refused : {RefusedDeployment(words), RefusedJob(words)}) {
    Expect({"a"});
    Make("a");
    Tell(refused);
    EXPECT_THAT(Told(), ElementsAre("a: waits for its service account: " + words));
    EXPECT_THAT(Failures(), IsEmpty());
    ASSERT_EQ(readiness_.NotUp(" after 5m").size(), 1U);
    EXPECT_EQ(Headline(readiness_.NotUp(" after 5m")[0]), "a: is not ready after 5m; " + words);
    readiness_ = Readiness();
  }
}

TEST_F(ReadinessTest, WhatAClusterMakesByItselfForANewNamespaceIsWaitedForInSilence) {
  for (
      const char* const words :
      {R"(pods "a-1" is forbidden: error looking up service account flow-x/default: serviceaccount "default" not found)",
       R"(No API token found for service account "reader", retry after the token is automatically created)"}) {
    Expect({"a"});
    Make("a");
    Tell(RefusedDeployment(words));
    EXPECT_THAT(Told(), IsEmpty());
    EXPECT_THAT(Failures(), IsEmpty());
  }
}

TEST_F(ReadinessTest, PodsThatAControllerHasNoRightToMakeAreRefused) {
  const std::string words = R"(User "system:serviceaccount:kube-system:job-controller" cannot create resource "pods")";
  for (const api::Object& refused : {RefusedDeployment(words), RefusedJob(words)}) {
    Expect({"a"});
    Make("a");
    Tell(refused);
    EXPECT_THAT(Failures(), ElementsAre("a: its pods are refused: " + words));
    readiness_ = Readiness();
  }
}

TEST_F(ReadinessTest, AWorkloadThatSomeoneElseRemovesIsToldSo) {
  Expect({"a"});
  Make("a");
  readiness_.Take(Deployment("a", 1, kWell), /*deleted=*/true);
  EXPECT_THAT(Failures(), ElementsAre("a: its deployment was removed by someone else"));
}

TEST_F(ReadinessTest, APodThatNoNodeTakesBecauseOfItsVolumesIsToldWithThem) {
  Expect({"volume=data", "a mounts=data:/data"});
  Tell(Read(api::Kind::kClaim, R"({"metadata": {"name": "data"}, "status": {"phase": "Pending"},
                                   "spec": {"accessModes": ["ReadWriteOnce"], "storageClassName": "local"}})"));
  Make("a");
  Tell(Read(api::Kind::kPod,
            absl::StrCat(R"({"metadata": {"name": "p", "uid": "p", )", Labels("a"), R"(}, "status": {"conditions":
    [{"type": "PodScheduled", "status": "False", "message": "2 node(s) didn't find available persistent volumes to bind."}]}})")));
  const std::string words =
      "2 node(s) didn't find available persistent volumes to bind: it mounts claim data (class local, ReadWriteOnce)";
  EXPECT_THAT(Told(), ElementsAre("a: waits for a node: " + words));
  const std::vector<Failure> failures = readiness_.NotUp(" after 5m");
  ASSERT_EQ(failures.size(), 1u);
  EXPECT_EQ(failures[0].what, "is not ready after 5m; " + words);
}

}  // namespace
}  // namespace flow::kubernetes
