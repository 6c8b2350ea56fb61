// Components that are meant to end, and those whose health is asked for, on a cluster.
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "integration/kubernetes.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

class ClusterRunTest : public ClusterTest {
 protected:
  // A server whose health is whether /www/health is there, which a test makes.
  static std::string Checked(const std::string& id, const std::string& script, const std::string& fields = "") {
    return Shell(
        id, absl::StrCat("trap exit TERM; mkdir -p /www; ", script, "httpd -f -p 8080 -h /www & wait"),
        absl::StrCat("      ports: [{containerPort: 8080}]\n      health_check: /health\n      health_interval: 1s\n"
                     "      health_retries: 2\n",
                     fields));
  }

  std::string UidOf(const std::string& name, const std::string& object) {
    return Text(At(Get(name, object), {"metadata", "uid"}));
  }
};

TEST_F(ClusterRunTest, APipelineOfOneJobThatEndsIsCompletedAndIsRunAgainOnlyWhereItChanges) {
  const std::string name = Owned(Name("job"));
  const auto yaml = [&](const std::string& word) {
    return Pipeline(name,
                    absl::StrCat("  pipelines: [{id: job, image: \"busybox:1.36\", command: [echo, ", word, "]}]\n"));
  };
  const Finished& apply = ApplyThere(yaml("one"));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.out, ContainsRegex("job +pipeline +completed"));
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "completed");
  EXPECT_THAT(status.components, UnorderedElementsAre(Pair("job", "completed")));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 0);

  const std::string first = UidOf(name, "job/job");
  EXPECT_THAT(ApplyThere(yaml("one")).out, HasSubstr("Pipeline unchanged"));
  Kubectl({"delete", "pods", "--all", "-n", NamespaceOf(name)});  // as whatever cleans up after jobs does
  EXPECT_EQ(Status(name).state, "completed");
  EXPECT_THAT(ApplyThere(yaml("one")).out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(UidOf(name, "job/job"), first);

  EXPECT_THAT(ApplyThere(yaml("two"), {"--dry_run"}).out, HasSubstr("replaced: args[1]: one -> two"));
  EXPECT_EQ(ApplyThere(yaml("two")).exit_code, 0);
  EXPECT_EQ(Logs(name, "job/job"), "two\n");
  const std::string second = UidOf(name, "job/job");
  EXPECT_EQ(ApplyThere(yaml("two"), {"--force_recreate"}).exit_code, 0);
  EXPECT_NE(UidOf(name, "job/job"), second);
}

TEST_F(ClusterRunTest, WhatDependsOnAJobStartsAfterItsEnd) {
  const std::string name = Owned(Name("after"));
  // The job waits for the test, so that an early start would be seen.
  Process& apply = StartApplyThere(Pipeline(
      name, "  sources:\n" +
                Shell("schema", "until [ -e /now ]; do sleep 0.1; done", "      restart_policy: on-failure\n") +
                UntilTold("source", "      depends_on: [schema]\n")));
  ASSERT_TRUE(Runs(name, "schema"));
  EXPECT_THAT(Names(name, "deployments"), IsEmpty());
  Exec(name, "job/schema", "touch /now");
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(Status(name).components, UnorderedElementsAre(Pair("schema", "completed"), Pair("source", "running")));
  EXPECT_EQ(Status(name).state, "running");
}

TEST_F(ClusterRunTest, AJobThatFailedIsRunAgainByTheNextApply) {
  const std::string name = Owned(Name("again"));
  const std::string yaml = Pipeline(
      name, "  sources:\n" + Checked("source", "touch /www/health; ") + "  sinks:\n" +
                Shell("job", "wget -qO- source:8080/ready", "      inputs: [source]\n      restart_policy: \"no\"\n"));
  const Finished& first = ApplyThere(yaml, {"--norollback"});
  EXPECT_EQ(first.exit_code, 1) << first.Describe();
  EXPECT_THAT(first.err, HasSubstr("all is left in place for a look (--norollback)"));
  EXPECT_EQ(Status(name).components.at("job"), "failed");
  EXPECT_EQ(Status(name).components.at("source"), "running");
  EXPECT_THAT(Flow("flow-logs", {name, "job"}).out, HasSubstr("404 Not Found"));
  const auto before = Pods(name);

  Exec(name, "deployment/source", "echo now >/www/ready");
  const Finished& again = ApplyThere(yaml);
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_EQ(Status(name).components.at("job"), "completed");
  EXPECT_EQ(Logs(name, "job/job"), "now\n");
  EXPECT_EQ(Pods(name).at("source"), before.at("source"));
}

// The volume keeps how often it has run.
TEST_F(ClusterRunTest, AJobMayFailAsOftenAsItsPolicySays) {
  const std::string name = Owned(Name("retries"));
  const Finished& apply = ApplyThere(Pipeline(
      name, "  pipelines:\n" +
                Shell("job", "echo one >>/data/runs; echo run $(wc -l </data/runs); test $(wc -l </data/runs) -ge 2",
                      "      restart_policy: on-failure:1\n      volumes: [{name: data, mountPath: /data}]\n")));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("job: warning: exited with code 1; it is started again"));
  EXPECT_EQ(Logs(name, "job/job"), "run 2\n");
}

// It is deployed before it is ready, so each word that status has for that is seen; and what waits for it is not there yet.
TEST_F(ClusterRunTest, WhatReadsACheckedComponentStartsWhenThatIsHealthy) {
  const std::string name = Owned(Name("checked"));
  const std::string yaml = Pipeline(name, "  sources:\n" + Checked("source", "", "      health_start_period: 1m\n") +
                                              "  sinks:\n" + UntilTold("sink", "      inputs: [source]\n"));
  Process& apply = StartApplyThere(yaml);
  ASSERT_TRUE(Runs(name, "source"));
  EXPECT_THAT(Status(name).components, UnorderedElementsAre(Pair("source", "starting"), Pair("sink", "missing")));
  EXPECT_EQ(Status(name).state, "applying");
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 1);
  EXPECT_THAT(Names(name, "deployments"), ElementsAre("deployment.apps/source"));
  Exec(name, "deployment/source", "mkdir -p /www; touch /www/health");
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(finished.out, ContainsRegex("source +source +running +healthy +1/1"));
  EXPECT_EQ(Text(At(Status(name).json, {"components", "0", "health"})), "healthy");

  Exec(name, "deployment/source", "rm /www/health");
  ASSERT_TRUE(Eventually([&] { return Status(name).components.at("source") == "unhealthy"; }));
  EXPECT_EQ(Status(name).state, "degraded");
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 1);
  Exec(name, "deployment/source", "mkdir -p /www; touch /www/health");
  EXPECT_TRUE(Eventually([&] { return Status(name).state == "running"; }));
}

// An apply that has nothing to do but to wait ends with what is then there.
TEST_F(ClusterRunTest, AnApplyGoesOnWaitingForWhatOneThatDidNotWaitHasBegun) {
  const std::string name = Owned(Name("nowait"));
  const std::string yaml = Pipeline(name, "  sources:\n" + Checked("source", "", "      health_start_period: 1m\n"));
  const Finished& begun = ApplyThere(yaml, {"--nowait"});
  EXPECT_EQ(begun.exit_code, 0) << begun.Describe();
  ASSERT_TRUE(Runs(name, "source"));
  const auto pods = Pods(name);
  Process& apply = StartApplyThere(yaml);
  Exec(name, "deployment/source", "mkdir -p /www; touch /www/health");
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(finished.out, ContainsRegex("source +source +running +healthy +1/1"));
  EXPECT_EQ(Pods(name), pods);
}

TEST_F(ClusterRunTest, AStartMayTakeAsLongAsTheFileSays) {
  const std::string name = Owned(Name("slow"));
  const Finished& apply = ApplyThere(Pipeline(
      name, "  sources:\n" + Checked("source", "touch /www/health; sleep 5; ", "      health_start_period: 1m\n")));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.out, ContainsRegex("source +source +running +healthy +1/1"));
  EXPECT_GT(apply.took, absl::Seconds(5));
}

// One that ends well where it should go on is told what to write if it is meant to end.
TEST_F(ClusterRunTest, AnEndWithZeroUnderAPolicyThatRestartsIsExplained) {
  const std::string name = Owned(Name("ends"));
  const Finished& apply = ApplyThere(Pipeline(name, "  sources:\n" + Shell("source", "echo done")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("source"), HasSubstr("code 0"), HasSubstr("restart_policy: no"),
                               HasSubstr("on-failure")));
}

// What ends when the apply is over is for status to tell.
TEST_F(ClusterRunTest, AnExitAfterTheApplyIsForStatusToTell) {
  const std::string name = Owned(Name("later"));
  const Finished& apply = ApplyThere(
      Pipeline(name, "  pipelines:\n" + Shell("job", "until [ -e /now ]; do sleep 0.1; done; echo bad flag; exit 3",
                                              "      restart_policy: \"no\"\n")),
      {"--nowait"});
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  ASSERT_TRUE(Runs(name, "job"));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 0);
  Exec(name, "job/job", "touch /now");
  ASSERT_TRUE(Eventually([&] { return Status(name).components.at("job") == "failed"; }));
  const Finished& check = Flow("flow-status", {name, "--check"});
  EXPECT_EQ(check.exit_code, 1) << check.Describe();
  EXPECT_THAT(check.out, HasSubstr("job"));
  EXPECT_EQ(Flow("flow-logs", {name}).out, "job | bad flag\n");
}

}  // namespace
}  // namespace flow::integration
