#include "flow/kubernetes/reconcile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "flow/deploy/plan.h"
#include "flow/kubernetes/apply.h"
#include "flow/kubernetes/testing/cluster_test.h"

namespace flow::kubernetes {
namespace {

using api::Kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class ReconcileTest : public testing::ClusterTest {
 protected:
  // What an apply would do now: its plan as a person reads it, or why it would do nothing; and its notes.
  std::string PlanOf(const std::vector<std::string>& components) { return PlanOf(MakeInput(components)); }
  std::string PlanOf(ApplyInput input) {
    input.options.dry_run = true;
    ApplyWorld world = Begin(Apply(std::move(input)));
    Run(world);
    EXPECT_TRUE(world.finished.has_value());
    EXPECT_EQ(world.cluster.Names(), cluster_.Names());
    notes_ = world.machine.notes();
    if (world.finished->code != ExitCode::kDone) return world.finished->message;
    return deploy::OrderedPlanText({world.machine.plan()});
  }

  std::vector<std::string> notes_;
};

TEST_F(ReconcileTest, WhatIsNotThereIsCreatedInThePipelinesOrder) {
  EXPECT_EQ(PlanOf({"volume=data", "a check port=8080 mounts=data:/data", "e once", "b reads=e", "c reads=a,b"}),
            "[1]  create namespace flow-x  not there\n"
            "then\n"
            "[2]  create claim data        not there\n"
            "[3]  create service a         not there\n"
            "then\n"
            "[4]  create deployment a      not there\n"
            "[5]  create job e             not there\n"
            "[6]  create deployment b      not there  waits for e completed\n"
            "[7]  create deployment c      not there  waits for a healthy, b running\n");
}

TEST_F(ReconcileTest, WhatIsThereAndTheSameIsLeftAlone) {
  Deploy({"a", "b reads=a"});
  EXPECT_EQ(PlanOf({"a", "b reads=a"}), "");
}

TEST_F(ReconcileTest, AnotherFieldIsTheReasonOfAChange) {
  Deploy({"a", "b reads=a"});
  EXPECT_EQ(PlanOf({"a", "b reads=a image=busybox:1.37 replicas=2"}),
            "[1]  change deployment b  replicas: 1 → 2, image: busybox:1.36 → busybox:1.37  waits for a running\n");
}

TEST_F(ReconcileTest, AJobWhosePodsWouldBeOthersIsReplaced) {
  Deploy({"e once", "b reads=e"});
  EXPECT_EQ(PlanOf({"e once image=busybox:1.37", "b reads=e"}),
            "[1]  remove job e  replaced: image: busybox:1.36 → busybox:1.37\n"
            "[2]  create job e  replaced: image: busybox:1.36 → busybox:1.37  after [1]\n");
}

TEST_F(ReconcileTest, ATaskThatBecomesAServiceIsRemovedBeforeThatComes) {
  Deploy({"e once"});
  EXPECT_EQ(PlanOf({"e"}),
            "[1]  remove job e         its restart policy changed\n"
            "[2]  create deployment e  not there                   after [1]\n");
}

TEST_F(ReconcileTest, WhatLeavesTheFileIsRemovedButForClaims) {
  Deploy({"volume=data", "a mounts=data:/data", "b reads=a port=8080"});
  EXPECT_EQ(PlanOf({"a"}),
            "[1]  remove deployment b  no longer in the file\n"
            "[2]  change deployment a  volumeMounts removed, volumes removed\n"
            "then\n"
            "[3]  remove service b     no longer in the file\n");
  EXPECT_THAT(notes_, ElementsAre("claim data is no longer in the file; it stays, and so does what it holds"));
}

TEST_F(ReconcileTest, WhatSomeoneElseChangedIsToldWithTheirNameAndPutRight) {
  Deploy({"a"});
  cluster_.Edit(Name(Kind::kDeployment, "a"), {"spec", "template", "spec", "containers", "[a]", "image"}, "evil:1",
                "kubectl-edit");
  EXPECT_EQ(PlanOf({"a"}), "[1]  change deployment a  image: evil:1 → busybox:1.36\n");
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], HasSubstr("kubectl-edit"));
  EXPECT_THAT(notes_[0], HasSubstr("image: evil:1 → busybox:1.36"));
}

TEST_F(ReconcileTest, FieldsThatOthersAddAreNoDifference) {
  Deploy({"a"});
  cluster_.Edit(Name(Kind::kDeployment, "a"), {"metadata", "annotations", "their/own"}, "1", "injector");
  EXPECT_EQ(PlanOf({"a"}), "");
  EXPECT_THAT(notes_, IsEmpty());
}

TEST_F(ReconcileTest, AHeldNameIsToldWithItsHolderBeforeAnythingIsChanged) {
  Deploy({"a"});
  cluster_.AddForeign(Name(Kind::kDeployment, "b"), {{"app.kubernetes.io/managed-by", "Helm"}}, "helm");
  EXPECT_EQ(PlanOf({"a image=other:1", "b reads=a"}),
            "b: the name of deployment b is held by something that is not flow's (of Helm); remove that, or give the "
            "component another id");
}

TEST_F(ReconcileTest, ANamespaceOfAnotherPipelineIsRefusedWithItsName) {
  cluster_.AddForeign(Name(Kind::kNamespace, "flow-x"),
                      {{project::kPipelineLabel, "X"}, {project::kNamespaceLabel, "default"}}, "flow");
  EXPECT_THAT(PlanOf({"a"}), StartsWith("the namespace flow-x is held by pipeline \"X\""));
}

TEST_F(ReconcileTest, ANamespaceThatIsOnItsWayOutIsWaitedForByThePerson) {
  Deploy({"a"});
  ASSERT_TRUE(cluster_.Execute(api::Delete{Name(Kind::kNamespace, "flow-x")}).ok());
  EXPECT_EQ(PlanOf({"a"}), "the namespace flow-x is being deleted; apply again when it is gone");
}

TEST_F(ReconcileTest, ANamespaceThatIsToBeThereAndIsNotIsSaidOnceWithWhatMakesIt) {
  ApplyInput input = MakeInput({"a", "b reads=a"});
  input.objects.namespace_ = "team";
  EXPECT_EQ(PlanOf(input), "there is no namespace \"team\" on the cluster; `kubectl create namespace team` makes it");
}

TEST_F(ReconcileTest, AClaimIsNeverReplaced) {
  Deploy({"volume=data", "a mounts=data:/data"});
  EXPECT_EQ(PlanOf({"volume=data", "a mounts=data:/data replicas=2"}), "[1]  change deployment a  replicas: 1 → 2\n");
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], StartsWith("claim data stays as it is, as a claim cannot be changed: accessModes"));
}

TEST_F(ReconcileTest, AFailedJobIsRunAgainAndACompletedOneIsNot) {
  Deploy({"e once"});
  EXPECT_EQ(PlanOf({"e once"}), "");
  cluster_.SetCondition(Name(Kind::kJob, "e"), "Failed", "BackoffLimitExceeded", "too often");
  EXPECT_EQ(PlanOf({"e once"}),
            "[1]  remove job e  replaced: it has failed\n"
            "[2]  create job e  replaced: it has failed  after [1]\n");
}

TEST_F(ReconcileTest, ForceRecreateReplacesEveryWorkload) {
  Deploy({"a"});
  ApplyInput input = MakeInput({"a"});
  input.options.force_recreate = true;
  EXPECT_EQ(PlanOf(input),
            "[1]  remove deployment a  replaced: --force_recreate\n"
            "[2]  create deployment a  replaced: --force_recreate  after [1]\n");
}

TEST_F(ReconcileTest, ASecretThatSaysSomethingElseMakesItsPodsAnewAndIsInNoPlan) {
  secrets_ = {{"a", "token", {{"token", "hunter22"}}}};
  Deploy({"a", "b"});
  secrets_[0].data["token"] = "swordfish";
  const std::string plan = PlanOf({"a", "b"});
  EXPECT_EQ(plan,
            "[1]  change secret a.token  data.token changed\n"
            "then\n"
            "[2]  change deployment a    its secrets changed\n");
}

}  // namespace
}  // namespace flow::kubernetes
