// Pipelines that flow-apply deploys on a real Kubernetes cluster: what is there then, what an apply does about what others
// have done, and what a delete leaves.
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "integration/kubernetes.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class DeployTest : public ClusterTest {
 protected:
  // Of each object, the version that it has.
  std::string Versions(const std::string& name) {
    return Kubectl({"get", "services,deployments,jobs,secrets", "-n", NamespaceOf(name), "-l",
                    "app.kubernetes.io/managed-by=flow", "-o",
                    "jsonpath={range .items[*]}{.kind}/{.metadata.name} {.metadata.resourceVersion};{end}"})
        .out;
  }
};

std::string OneThatRuns(const std::string& name, const std::string& more = "") {
  return Pipeline(name, absl::StrCat("\n  sources:\n    - id: a\n      image: busybox:1.36\n      command: ",
                                     kRunsUntilTold, "\n", more));
}

TEST_F(DeployTest, IsDeployedOnceAndLeavesNothing) {
  const std::string name = Owned(Name("deployed"));
  Write("token", "s3cret");
  const std::string yaml = Pipeline(name, R"(
  sources:
    - {id: ids, image: "busybox:1.36", restart_policy: on-failure, command: [echo, done]}
    - {id: source, image: "busybox:1.36", command: [nc, -ll, -p, "8000", -e, echo, hello], ports: [{containerPort: 8000}]}
  sinks:
    - id: sink
      image: busybox:1.36
      inputs: [ids, source]
      command: [sh, -c, 'trap exit TERM; echo "a token of ${#TOKEN}"; while sleep 0.2; do nc source 8000; done']
      secrets: [{name: token, host_path: ./token, env: TOKEN, required: true}]
)");
  const Finished& plan = ApplyThere(yaml, {"--dry_run", "--check"});
  EXPECT_EQ(plan.exit_code, 1) << plan.Describe();
  EXPECT_THAT(plan.out, HasSubstr("create deployment sink: not there"));
  const Finished& first = ApplyThere(yaml);
  ASSERT_EQ(first.exit_code, 0) << first.Describe();
  EXPECT_THAT(first.out, HasSubstr(absl::StrCat("Pipeline deployed successfully: ", name, " (3 components)")));
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(Logs(name, "deployment/sink"), "hello"); }));
  EXPECT_THAT(Logs(name, "deployment/sink"), HasSubstr("a token of 6"));

  const std::string versions = Versions(name);
  const Finished& again = ApplyThere(yaml);
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Versions(name), versions);

  const Finished& deleted = Flow("flow-delete", {name});  // the state says where it is
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_TRUE(NothingIsLeft(name));
}

TEST_F(DeployTest, WhatSomeoneElseChangedIsToldAndPutRight) {
  const std::string name = Owned(Name("edited"));
  const std::string yaml = OneThatRuns(name);
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  ASSERT_EQ(Kubectl({"set", "image", "-n", NamespaceOf(name), "deployment/a", "a=busybox:no-such-tag"}).exit_code, 0);
  const Finished& again = ApplyThere(yaml);
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.err, HasSubstr("kubectl-set"));
  EXPECT_THAT(again.err, HasSubstr("image: busybox:no-such-tag -> busybox:1.36"));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

// A namespace that is there already: what is in it stays, and so does it.
TEST_F(DeployTest, InANamespaceOfOthersItTouchesOnlyWhatIsItsOwn) {
  const std::string name = Name("shared"), namespace_ = MakeNamespace(name);
  const std::string within = absl::StrCat("--kube_namespace=", namespace_);
  const std::string yaml = OneThatRuns(name, "      volumes: [{name: data, mountPath: /data}]\n");
  const auto what_is_there = [&] {
    return Kubectl({"get", "all,persistentvolumeclaims", "-n", namespace_, "-o", "name"}).out;
  };
  ASSERT_EQ(Kubectl({"create", "deployment", "a", "-n", namespace_, "--image=busybox:1.36", "--replicas=0"}).exit_code,
            0);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(what_is_there(), "replicaset"); }));
  const std::string before = what_is_there();
  const Finished& refused = ApplyThere(yaml, {within});
  EXPECT_EQ(refused.exit_code, 1) << refused.Describe();
  EXPECT_THAT(refused.err, HasSubstr("a: the name of deployment a is held by something that is not flow's"));
  EXPECT_EQ(what_is_there(), before);

  ASSERT_EQ(Kubectl({"delete", "deployment", "a", "-n", namespace_}).exit_code, 0);
  ASSERT_TRUE(Eventually([&] { return what_is_there().empty(); }));  // its replica set goes after it
  ASSERT_EQ(
      Kubectl({"create", "deployment", "theirs", "-n", namespace_, "--image=busybox:1.36", "--replicas=0"}).exit_code,
      0);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(what_is_there(), "replicaset.apps/theirs"); }));
  const std::string theirs = what_is_there();
  const Finished& apply = ApplyThere(yaml, {within});
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(what_is_there(), AllOf(HasSubstr("deployment.apps/a\n"), HasSubstr("persistentvolumeclaim/data\n")));
  const Finished& deleted = Flow("flow-delete", {name});  // the state says where it is
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_EQ(what_is_there(), theirs);
}

TEST_F(DeployTest, ANamespaceThatHangsIsToldWithTheFinalizerUntilThatIsGone) {
  const std::string name = Owned(Name("hangs")), yaml = OneThatRuns(name);
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  const auto kubectl = [&](const char* verb, const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {verb, "configmap", "held", "-n", NamespaceOf(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(Kubectl(arguments).exit_code, 0);
  };
  kubectl("create", {});
  kubectl("patch", {"-p", R"({"metadata": {"finalizers": ["example.com/held"]}})"});
  const Finished& hangs = Flow("flow-delete", {name, "--timeout=20s"});
  EXPECT_EQ(hangs.exit_code, 1) << hangs.Describe();
  EXPECT_THAT(hangs.err, AllOf(HasSubstr(absl::StrCat("namespace ", NamespaceOf(name))), HasSubstr("example.com/held"),
                               HasSubstr("deleting again goes on from here")));
  EXPECT_EQ(Flow("flow-status", {name, "-o", "name"}).exit_code, 0);
  const Finished& apply = ApplyThere(yaml);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("is being deleted; apply again when it is gone"));
  kubectl("patch", {"-p", R"({"metadata": {"finalizers": null}})"});
  const Finished& gone = Flow("flow-delete", {name, "--ignore_not_found"});
  EXPECT_EQ(gone.exit_code, 0) << gone.Describe();
  EXPECT_TRUE(NothingIsLeft(name));
}

TEST_F(DeployTest, KeptVolumesAreThereForTheNextApply) {
  const std::string name = Owned(Name("keeps"));
  const std::string yaml = Pipeline(name, R"(
  sources:
    - id: a
      image: busybox:1.36
      command: [sh, -c, 'trap exit TERM; echo one >>/data/runs; wc -l </data/runs; while :; do sleep 0.2; done']
      volumes: [{name: data, mountPath: /data}]
)");
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  const Finished& deleted = Flow("flow-delete", {name, "--keep_volumes"});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_THAT(deleted.err, HasSubstr("kept claim data"));
  EXPECT_EQ(Kubectl({"get", "all", "-n", NamespaceOf(name), "-o", "name"}).out, "");
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  EXPECT_EQ(Logs(name, "deployment/a"), "2\n");
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

// The nodes show what whoever applies is logged in with, also when the next one is not.
TEST_F(DeployTest, APrivateImageIsPulledWithTheLoginOfWhoeverAppliedLast) {
  const std::string name = Owned(Name("login"));
  const std::string registry = absl::StrCat(kHostOfNodes, ":", StartRegistry("", /*with_password=*/true));
  const auto log_in = [&](absl::string_view login) {
    environment()["DOCKER_CONFIG"] = folder();
    Write("config.json", login.empty() ? "{}"
                                       : absl::StrCat(R"({"auths": {")", registry, R"(": {"auth": ")",
                                                      absl::Base64Escape(login), R"("}}})"));
  };
  const std::string yaml = Pipeline(name, absl::StrCat("\n  sources:\n    - {id: a, image: \"", registry,
                                                       "/team/my:1\", command: ", kRunsUntilTold, "}\n"));
  log_in("");
  const Finished& anonymous = ApplyThere(yaml);
  EXPECT_EQ(anonymous.exit_code, 1) << anonymous.Describe();
  EXPECT_THAT(anonymous.err, HasSubstr(registry));
  EXPECT_FALSE(absl::StrContains(Kubectl({"get", "namespaces"}).out, NamespaceOf(name)));

  log_in("user:pa:ss");
  const Finished& first = ApplyThere(yaml);
  ASSERT_EQ(first.exit_code, 0) << first.Describe();
  EXPECT_THAT(absl::StrCat(first.out, first.err), Not(HasSubstr("pa:ss")));
  const std::string versions = Versions(name);
  EXPECT_THAT(versions, HasSubstr("Secret/"));

  log_in("");
  const Finished& again = ApplyThere(yaml);
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Versions(name), versions);

  log_in("user:another");
  const Finished& other = ApplyThere(yaml, {"--dry_run"});
  EXPECT_THAT(other.out, HasSubstr("change secret"));
  EXPECT_THAT(other.out, Not(HasSubstr("another")));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

}  // namespace
}  // namespace flow::integration
