// What an apply on a cluster does and tells, by what comes up.
#include "flow/kubernetes/apply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/kubernetes/delete.h"
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
using ::testing::Not;
using ::testing::StartsWith;

class ApplyTest : public testing::ClusterTest {
 protected:
  // An apply of these, until the pod of a component is there.
  ApplyWorld Until(const std::string& component, const std::vector<std::string>& components) {
    ApplyWorld world = Begin(Apply(MakeInput(components)));
    RunUntil(world, [&] { return world.cluster.Find(Kind::kPod, Pod(component).name) != nullptr; });
    return world;
  }

  // Goes on to its end, which is a failure after which nothing is left, and returns what it said.
  static std::string Failed(ApplyWorld& world) {
    world.TellEvents();
    Run(world);
    EXPECT_TRUE(world.finished.has_value()) << "it waits: " << world.DebugString();
    if (!world.finished.has_value()) return "";
    EXPECT_EQ(world.finished->code, ExitCode::kFailed);
    EXPECT_THAT(world.cluster.Names(), IsEmpty());
    return world.finished->message;
  }
};

constexpr char kNothingLeft[] = "\nrolled back: nothing of the pipeline is left on the cluster";

TEST_F(ApplyTest, IsUpWhenAllReplicasOfTheNewestChangeAreAvailable) {
  ApplyWorld world = Begin(Apply(MakeInput({"a replicas=2", "b reads=a"})));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone);
  EXPECT_THAT(world.reports, Contains("a: running"));
  EXPECT_EQ(world.saved->phase(), Deployment::APPLIED);
  EXPECT_EQ(world.saved->engine_id(), "flow-x");
}

TEST_F(ApplyTest, ASecondApplyOfTheSameFileChangesNothing) {
  Deploy({"a", "e once"});
  ApplyInput input = MakeInput({"a", "e once"});
  input.previous = *saved_;
  ApplyWorld world = Begin(Apply(std::move(input)));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone);
  EXPECT_TRUE(world.finished->unchanged);
  EXPECT_EQ(world.to_save, nullptr);
  EXPECT_EQ(world.cluster.VersionOf(Name(Kind::kDeployment, "a")), cluster_.VersionOf(Name(Kind::kDeployment, "a")));
}

TEST_F(ApplyTest, TheSecretOfARegistryStaysUntilTheFileNamesTheRegistryNoLonger) {
  const auto apply = [&](const std::string& image, const std::map<std::string, registry::Login>& logins) {
    ApplyInput input = MakeInput({"a"});
    input.project.mutable_services(0)->set_image(image);
    input.logins = logins;
    if (saved_ != nullptr) input.previous = *saved_;
    ApplyWorld world = Begin(Apply(std::move(input)));
    Run(world);
    EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
    cluster_ = world.cluster;
    if (world.saved != nullptr) saved_ = world.saved;
    return world;
  };
  const auto is_there = [&] { return cluster_.Find(Kind::kSecret, "flow-x-ghcr-io") != nullptr; };
  apply("ghcr.io/a:1", {{"ghcr.io", {"user", "pass"}}});
  EXPECT_TRUE(is_there());
  EXPECT_TRUE(apply("ghcr.io/a:1", {}).finished->unchanged);
  EXPECT_TRUE(is_there());
  EXPECT_FALSE(apply("ghcr.io/a:1", {{"ghcr.io", {"user", "another"}}}).finished->unchanged);
  apply("quay.io/a:1", {});
  EXPECT_FALSE(is_there());
}

TEST_F(ApplyTest, TheSecondExitOfWhatRestartsFailsWithItsLastLines) {
  ApplyWorld world = Until("a", {"a check", "b reads=a"});
  world.cluster.Run(Pod("a"));
  world.cluster.Exit(Pod("a"), 3);
  world.TellEvents();
  EXPECT_THAT(world.reports, Contains("a: exited with code 3; it is started again, a second exit fails the apply"));
  world.cluster.Exit(Pod("a"), 3);
  EXPECT_EQ(Failed(world),
            std::string("a: exited with code 3 for the second time (pod a-1-1)\n  what it wrote last:\n    boom\n"
                        "not started because of it: b") +
                kNothingLeft);
}

TEST_F(ApplyTest, TheFirstExitOfATaskFails) {
  ApplyWorld world = Until("e", {"e once"});
  world.cluster.Run(Pod("e"));
  world.cluster.Exit(Pod("e"), 1);
  EXPECT_EQ(Failed(world),
            std::string("e: exited with code 1 (pod e-1-1)\n  what it wrote last:\n    boom") + kNothingLeft);
}

TEST_F(ApplyTest, AContainerThatCannotBeStartedFailsAtOnceInTheClustersWords) {
  ApplyWorld world = Until("a", {"a"});
  world.cluster.Wait(Pod("a"), "RunContainerError", "exec: \"no-such-program\": not found in $PATH");
  EXPECT_THAT(Failed(world), HasSubstr("a: cannot be started: RunContainerError: exec: \"no-such-program\""));
}

TEST_F(ApplyTest, AnImageIsAskedForTwiceBeforeThatFailsWithTheRegistrysWords) {
  ApplyWorld world = Until("a", {"a"});
  world.cluster.Wait(Pod("a"), "ErrImagePull", "manifest unknown");
  world.TellEvents();
  EXPECT_FALSE(world.finished.has_value());
  EXPECT_THAT(world.reports,
              Contains("a: its image busybox:1.36 was not pulled: manifest unknown; it is tried once more"));
  world.cluster.Wait(Pod("a"), "ImagePullBackOff", "back-off");
  world.TellEvents();
  world.cluster.Wait(Pod("a"), "ErrImagePull", "manifest unknown");
  EXPECT_THAT(Failed(world), HasSubstr("a: its image busybox:1.36 cannot be pulled: manifest unknown (pod a-1-1)"));
}

TEST_F(ApplyTest, PodsThatAreRefusedFailWithTheReason) {
  ApplyWorld world = Until("a", {"a"});
  world.cluster.SetCondition(Name(Kind::kDeployment, "a"), "ReplicaFailure", "FailedCreate", "exceeded quota: pods=0");
  EXPECT_THAT(Failed(world), HasSubstr("a: its pods are refused: exceeded quota: pods=0"));
}

TEST_F(ApplyTest, APodOfATaskThatIsRefusedFailsWithTheReason) {
  ApplyWorld world = Until("e", {"e once"});
  world.cluster.TellOf(Name(Kind::kJob, "e"), "FailedCreate", "exceeded quota: pods=0");
  EXPECT_THAT(Failed(world), HasSubstr("e: its pods are refused: exceeded quota: pods=0"));
}

TEST_F(ApplyTest, WhatFailsIsToldOnceAndBeforeAnythingIsTakenAway) {
  const std::string words = "storageclass.storage.k8s.io \"fast\" not found";
  const struct {
    std::vector<std::string> components;
    std::function<void(testing::FakeCluster&)> happens;
    std::string told;
  } troubles[] = {
      {{"a"},
       [](auto& cluster) {
         cluster.SetCondition(Name(Kind::kDeployment, "a"), "ReplicaFailure", "FailedCreate", "full");
       },
       "a: its pods are refused: full"},
      {{"a once"},
       [](auto& cluster) { cluster.TellOf(Name(Kind::kJob, "a"), "FailedCreate", "full"); },
       "a: its pods are refused: full"},
      {{"volume=data", "a mounts=data:/data"},
       [&](auto& cluster) { cluster.TellOf(Name(Kind::kClaim, "data"), "ProvisioningFailed", words); },
       "a: its claim data (no class, ReadWriteOnce) is not bound: " + words},
      {{"a"},
       [](auto& cluster) { cluster.Wait(Pod("a"), "RunContainerError", "no such program"); },
       "a: cannot be started: RunContainerError: no such program"},
  };
  for (const auto& trouble : troubles) {
    ApplyWorld world = Until("a", trouble.components);
    const std::vector<std::string> there = world.cluster.Names();
    trouble.happens(world.cluster);
    world.TellEvents();
    EXPECT_THAT(world.reports, Contains(trouble.told));
    EXPECT_EQ(world.cluster.Names(), there);
    Failed(world);
    EXPECT_THAT(world.reports, Contains(trouble.told).Times(1));
  }
}

TEST_F(ApplyTest, AnOperationThatIsRefusedIsToldOnce) {
  ApplyWorld world = Begin(Apply(MakeInput({"a"})));
  RunUntil(world, [&] { return !world.requests.empty() && world.cluster.Find(Kind::kNamespace, "flow-x") != nullptr; });
  world.Happen({Choice::Kind::kRefuse, world.Answerable().front()});
  Failed(world);
  EXPECT_THAT(world.reports, Contains(HasSubstr("the cluster says no")).Times(1));
}

TEST_F(ApplyTest, AnUnschedulablePodIsToldAtOnceAndWaitedForUntilTheTimeout) {
  ApplyWorld world = Until("a", {"a"});
  world.cluster.SetUnschedulable(Pod("a"), "0/2 nodes are available: 2 Insufficient cpu.");
  world.TellEvents();
  EXPECT_THAT(world.reports, Contains("a: waits for a node: 0/2 nodes are available: 2 Insufficient cpu."));
  EXPECT_FALSE(world.finished.has_value());
  LetTimePass(world);
  EXPECT_THAT(Failed(world),
              HasSubstr("a: is not ready after 5m (--timeout); 0/2 nodes are available: 2 Insufficient cpu."));
}

TEST_F(ApplyTest, OfManyThatAreNotReadyInTimeAFewAreAskedAfterAndTheRestIsCounted) {
  ApplyWorld world = Begin(Apply(MakeInput(Many(12, "check"))));
  for (int number = 1; number <= 12; ++number) {
    const api::ObjectName pod = Pod(absl::StrCat("a", number));
    RunUntil(world, [&] { return world.cluster.Find(Kind::kPod, pod.name) != nullptr; });
    world.cluster.Run(pod);
  }
  world.TellEvents();
  int logs = 0;
  world.on_action = [&](const Action& action) {
    const auto* const send = std::get_if<Send>(&action);
    if (send != nullptr && std::holds_alternative<api::TailLogs>(send->call)) ++logs;
  };
  LetTimePass(world);
  const std::string message = Failed(world);
  EXPECT_EQ(logs, 8);
  EXPECT_THAT(message, HasSubstr("a1: is not ready after 5m (--timeout)"));
  EXPECT_THAT(message, EndsWith(absl::StrCat("\nand 4 more", kNothingLeft)));
}

TEST_F(ApplyTest, APodThatANodeTakesInTheEndComesUp) {
  ApplyWorld world = Until("a", {"a"});
  world.cluster.SetUnschedulable(Pod("a"), "0/2 nodes are available: 2 node(s) were unschedulable.");
  world.TellEvents();
  world.cluster.Run(Pod("a"));
  world.TellEvents();
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

// kube-controller-manager calls it so after 600 s, whatever --timeout is; pods go on as before.
TEST_F(ApplyTest, ADeploymentThatTheClusterCallsTooSlowIsWaitedFor) {
  ApplyWorld world = Until("a", {"a check"});
  world.cluster.Run(Pod("a"));
  world.cluster.SetCondition(Name(Kind::kDeployment, "a"), "Progressing", "ProgressDeadlineExceeded", "timed out");
  world.TellEvents();
  ASSERT_FALSE(world.finished.has_value());
  world.cluster.SetReady(Pod("a"), true);
  world.TellEvents();
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

TEST_F(ApplyTest, WhatReadsAComponentWithoutReplicasWaitsForNothing) {
  ApplyWorld world = Until("b", {"a replicas=0", "b reads=a"});
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

// Who makes volumes may take a while to do so; what is said of it again is why it is waited.
TEST_F(ApplyTest, AClaimWhoseProvisionerIsAtWorkIsToldAndWaitedFor) {
  ApplyWorld world = Until("a", {"volume=data", "a mounts=data:/data"});
  const std::string words = "waiting for a volume to be created by external provisioner \"example.com/slow\"";
  world.cluster.TellOf(Name(Kind::kClaim, "data"), "Provisioning", "External provisioner is provisioning volume");
  for (const int seconds : {0, 15, 30, 120}) {
    world.cluster.TellOf(Name(Kind::kClaim, "data"), "ExternalProvisioning", words, 1 + seconds / 15,
                         absl::Seconds(seconds));
    world.TellEvents();
    EXPECT_FALSE(world.finished.has_value());
  }
  const std::string what = "its claim data (no class, ReadWriteOnce) is not bound: " + words;
  EXPECT_THAT(world.reports, Contains("a: " + what).Times(1));
  LetTimePass(world);
  EXPECT_THAT(Failed(world), HasSubstr("a: is not ready after 5m (--timeout); " + what));
}

TEST_F(ApplyTest, AClaimWhoseProvisionerNobodyRunsFailsBeforeTheTimeout) {
  ApplyWorld world = Until("a", {"volume=data", "a mounts=data:/data"});
  const std::string words = "waiting for a volume to be created by external provisioner \"example.com/nobody\"";
  for (const int seconds : {0, 15, 45}) {
    ASSERT_FALSE(world.finished.has_value());
    world.cluster.TellOf(Name(Kind::kClaim, "data"), "ExternalProvisioning", words, 1 + seconds / 15,
                         absl::Seconds(seconds));
    world.TellEvents();
  }
  EXPECT_THAT(Failed(world), HasSubstr("a: its claim data (no class, ReadWriteOnce) is not bound: " + words +
                                       "; in 45s nobody has begun to make it\n  hint: see that the provisioner"));
}

TEST_F(ApplyTest, WhatTurnsUnhealthyFailsWithWhatTheProbeGotAndAHint) {
  ApplyWorld world = Until("a", {"a check", "b reads=a replicas=2"});
  world.cluster.Run(Pod("a"));
  world.cluster.SetReady(Pod("a"), true);
  world.TellEvents();
  world.cluster.TellOf(Pod("a"), "Unhealthy", "Readiness probe failed: dial tcp 10.1.0.4:8080: connection refused");
  world.cluster.SetReady(Pod("a"), false);
  const std::string message = Failed(world);
  EXPECT_THAT(message, HasSubstr("a: is unhealthy; its last health probe: Readiness probe failed: dial tcp"));
  EXPECT_THAT(message, HasSubstr("hint: a cluster asks the pod's address, not 127.0.0.1"));
  EXPECT_THAT(message, HasSubstr("gets more time by `health_start_period`"));
}

TEST_F(ApplyTest, AStartThatTheKubeletGivesUpOnIsUnhealthy) {
  ApplyWorld world = Until("a", {"a check"});
  world.cluster.Run(Pod("a"));
  world.cluster.TellOf(Pod("a"), "Unhealthy", "Startup probe failed: HTTP probe failed with statuscode: 503");
  world.cluster.TellOf(Pod("a"), "Killing", "Container a failed startup probe, will be restarted");
  const std::string message = Failed(world);
  EXPECT_THAT(message, HasSubstr("a: is unhealthy; its last health probe: Startup probe failed"));
  EXPECT_THAT(message, HasSubstr("`health_start_period`"));
}

TEST_F(ApplyTest, AReaderIsMadeWhenWhatItReadsHasBeenReadyForAMoment) {
  ApplyWorld world = Until("a", {"a", "b reads=a"});
  world.cluster.Run(Pod("a"));
  world.TellEvents();
  // It is available at once on this cluster; with minReadySeconds it takes until then.
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone);
}

TEST_F(ApplyTest, OldPodsThatCrashDoNotFailTheUpdateThatReplacesThem) {
  Deploy({"a"});
  cluster_.Exit(Pod("a"), 1);
  cluster_.Exit(Pod("a"), 1);
  cluster_.events().clear();
  ApplyInput input = MakeInput({"a image=better:1"});
  input.previous = *saved_;
  ApplyWorld world = Begin(Apply(std::move(input)));
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

TEST_F(ApplyTest, AnUpdateThatFailsTakesAwayWhatItCreatedAndSaysWhatItChanged) {
  Deploy({"a"});
  ApplyInput input = MakeInput({"a image=other:1", "b reads=a"});
  input.previous = *saved_;
  ApplyWorld world = Begin(Apply(std::move(input)));
  RunUntil(world, [&] { return world.cluster.Find(Kind::kPod, Pod("b").name) != nullptr; });
  world.cluster.Wait(Pod("b"), "InvalidImageName", "bad");
  world.TellEvents();
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kFailed);
  EXPECT_THAT(world.finished->message, HasSubstr("deployment a is changed: image: busybox:1.36 → other:1"));
  EXPECT_EQ(world.cluster.Find(Kind::kDeployment, "b"), nullptr);
  EXPECT_NE(world.cluster.Find(Kind::kDeployment, "a"), nullptr);
  EXPECT_NE(world.cluster.Find(Kind::kNamespace, "flow-x"), nullptr);
}

// Nothing runs that it could have left alone.
TEST_F(ApplyTest, AFirstApplyThatFindsAKeptVolumeLeavesThatAndNothingElse) {
  Deploy({"volume=data", "a mounts=data:/data"});
  testing::World<Delete> deletion = Begin(Delete({.namespace_ = "default", .pipeline = "x", .keep_volumes = true}));
  Run(deletion);
  cluster_ = deletion.cluster;
  ApplyWorld world = Until("a", {"volume=data", "a mounts=data:/data"});
  world.cluster.Wait(Pod("a"), "InvalidImageName", "bad");
  world.TellEvents();
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kFailed);
  EXPECT_THAT(world.finished->message, HasSubstr(std::string(kNothingLeft) + " but claim data"));
  EXPECT_THAT(world.cluster.Names(), ElementsAre("namespace flow-x", "claim data"));
}

TEST_F(ApplyTest, NorollbackLeavesAllInPlace) {
  ApplyInput input = MakeInput({"a"});
  input.options.rollback = false;
  ApplyWorld world = Begin(Apply(std::move(input)));
  RunUntil(world, [&] { return world.cluster.Find(Kind::kPod, Pod("a").name) != nullptr; });
  world.cluster.Wait(Pod("a"), "InvalidImageName", "bad");
  world.TellEvents();
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kFailed);
  EXPECT_NE(world.cluster.Find(Kind::kDeployment, "a"), nullptr);
}

TEST_F(ApplyTest, ASignalTakesAwayWhatWasMade) {
  ApplyWorld world = Until("a", {"a"});
  world.Happen({Choice::Kind::kSignal});
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kInterrupted);
  EXPECT_THAT(world.cluster.Names(), IsEmpty());
}

TEST_F(ApplyTest, ASecondSignalLeavesAtOnceAndSaysWhatMayBeLeft) {
  ApplyWorld world = Until("a", {"a"});
  world.Happen({Choice::Kind::kSignal});
  world.Happen({Choice::Kind::kSignal});
  EXPECT_EQ(world.finished->code, ExitCode::kInterrupted);
  EXPECT_THAT(world.finished->message, HasSubstr("`flow-delete --driver=kubernetes x` removes what is left"));
}

TEST_F(ApplyTest, WhatTheClusterWouldNotTellOfAfterAFailureIsToldToBeLeft) {
  ApplyWorld world = Until("a", {"a"});
  world.Happen({Choice::Kind::kSignal});
  const auto asked = world.requests.begin();
  ASSERT_TRUE(std::holds_alternative<api::GetVersion>(asked->second->call) ||
              std::holds_alternative<api::List>(asked->second->call));
  world.Happen({Choice::Kind::kLoseRequest, static_cast<int>(std::next(asked)->first)});
  Run(world);
  EXPECT_THAT(world.finished->message, HasSubstr("could not be removed: what the cluster would not tell of"));
  EXPECT_THAT(world.finished->message, HasSubstr("`flow-delete --driver=kubernetes x` removes what is left"));
}

TEST_F(ApplyTest, AChangeGoesOnPastANewStatusAndStopsAtANewWill) {
  Deploy({"a"});
  for (const bool by_another : {false, true}) {
    ApplyInput input = MakeInput({"a image=other:1"});
    input.previous = *saved_;
    ApplyWorld world = Begin(Apply(std::move(input)));
    RunUntil(world, [&] { return world.save_asked; });
    world.Happen({Choice::Kind::kSave});
    world.Happen({Choice::Kind::kStreamOpens});
    if (by_another) {
      world.cluster.Edit(Name(Kind::kDeployment, "a"), {"spec", "template", "spec", "containers", "[a]", "image"},
                         "third:1", "flow");
    } else {
      world.cluster.SetCondition(Name(Kind::kDeployment, "a"), "Available", "MinimumReplicasAvailable", "");
    }
    Run(world);
    ASSERT_TRUE(world.finished.has_value()) << by_another;
    EXPECT_EQ(world.finished->code, by_another ? ExitCode::kBusy : ExitCode::kDone) << world.finished->message;
    EXPECT_EQ(world.finished->again, by_another);
  }
}

TEST_F(ApplyTest, OfTwoFirstAppliesTheOneThatLosesTheNamespaceLeavesAllToTheOther) {
  ApplyWorld world = Begin(Apply(MakeInput({"a"})));
  RunUntil(world, [&] { return world.save_asked; });
  Deploy({"a"});
  world.cluster = cluster_;
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kBusy) << world.finished->message;
  EXPECT_TRUE(world.finished->again);
  EXPECT_EQ(world.cluster.Names(), cluster_.Names());
  EXPECT_THAT(world.reports,
              Contains(": create namespace flow-x: someone else has made, changed or removed it meanwhile"));
}

TEST_F(ApplyTest, AStreamThatIsTooOldIsMadeUpForByOneList) {
  ApplyWorld world = Until("a", {"a"});
  world.cluster.Run(Pod("a"));
  world.Happen({Choice::Kind::kStreamTooOld});
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kDone) << world.finished->message;
}

TEST_F(ApplyTest, AClusterThatStaysAwayUntilTheTimeoutIsWhy) {
  ApplyWorld world = Until("a", {"a"});
  world.Happen({Choice::Kind::kStreamEnds});
  const auto deaf = std::find_if(world.timers.begin(), world.timers.end(),
                                 [](const auto& timer) { return timer.second == kDeafFor; });
  ASSERT_NE(deaf, world.timers.end());
  world.Happen({Choice::Kind::kTimer, static_cast<int>(deaf->first)});
  EXPECT_THAT(world.reports, Contains(HasSubstr("the cluster broke off what it tells")));
  LetTimePass(world);
  Run(world);
  ASSERT_TRUE(world.finished.has_value());
  EXPECT_EQ(world.finished->code, ExitCode::kFailed);
  EXPECT_THAT(world.finished->message,
              StartsWith("the cluster broke off what it tells, and does not answer after 5m (--timeout)\n"));
}

TEST_F(ApplyTest, AClusterThatCannotBeReachedIsNoEngine) {
  ApplyWorld world = Begin(Apply(MakeInput({"a"})));
  world.Happen({Choice::Kind::kLoseRequest, static_cast<int>(world.requests.begin()->first)});
  EXPECT_EQ(world.finished->code, ExitCode::kNoEngine);
}

TEST_F(ApplyTest, AClusterThatIsTooOldIsToldSoBeforeAnythingIsDone) {
  ApplyWorld world = Begin(Apply(MakeInput({"a"})));
  const RequestId version = world.requests.begin()->first;
  world.requests.erase(version);
  world.Tell(Answer{version, api::Reply(api::ServerVersion{1, 19, "v1.19.3"})});
  ASSERT_TRUE(world.finished.has_value());
  EXPECT_EQ(world.finished->code, ExitCode::kNoEngine);
  EXPECT_THAT(world.finished->message, HasSubstr("v1.19.3"));
}

TEST_F(ApplyTest, InANamespaceThatIsThereNothingElseIsTouched) {
  cluster_.AddForeign({Kind::kNamespace, "", "team"}, {}, "them");
  cluster_.AddForeign({Kind::kConfigMap, "team", "theirs"}, {}, "them");
  ApplyInput input = MakeInput({"a"});
  input.objects.namespace_ = "team";
  ApplyWorld world = Begin(Apply(input));
  RunUntil(world, [&] { return !world.cluster.Pods().empty(); });
  world.cluster.Wait(world.cluster.Pods().front(), "InvalidImageName", "bad");
  world.TellEvents();
  Run(world);
  EXPECT_EQ(world.finished->code, ExitCode::kFailed);
  EXPECT_THAT(world.cluster.Names(), ElementsAre("namespace team", "config map theirs"));
}

TEST_F(ApplyTest, NoSecretIsInAMessage) {
  secrets_ = {{"a", "token", {{"token", "hunter22"}}}};
  cluster_.SetLog("my token is hunter22");
  ApplyWorld world = Until("a", {"a check"});
  world.cluster.Run(Pod("a"));
  world.cluster.Exit(Pod("a"), 3);
  world.cluster.Exit(Pod("a"), 3);
  const std::string message = Failed(world);
  EXPECT_THAT(message, HasSubstr("my token is ***"));
  EXPECT_THAT(message, Not(HasSubstr("hunter22")));
  EXPECT_THAT(world.saved->error(), Not(HasSubstr("hunter22")));
}

}  // namespace
}  // namespace flow::kubernetes
