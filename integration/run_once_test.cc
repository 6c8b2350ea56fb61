// Components that are meant to end.
#include <string>

#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::Pair;
using testing::UnorderedElementsAre;

class RunOnceTest : public DockerTest {
 protected:
  // An engine lists a container as running for a moment after it has told that it ended.
  bool Becomes(const std::string& name, const std::string& component, const std::string& state) {
    return Eventually([&] { return Status(name).components[component] == state; });
  }
};

// What ended well is well, also where it is all there is.
TEST_F(RunOnceTest, APipelineOfOneJobThatEndsIsCompleted) {
  const std::string name = Name("job");
  const std::string yaml = Pipeline(name, "  pipelines: [{id: job, image: 'busybox:1.36', command: ['true']}]\n");
  const Finished& apply = Apply(yaml);
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.out, testing::ContainsRegex("job +pipeline +completed"));
  EXPECT_TRUE(Becomes(name, "job", "completed"));
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "completed");
  EXPECT_THAT(status.components, UnorderedElementsAre(Pair("job", "completed")));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 0);

  // It is not run again unless it has changed.
  const auto started = [&] { return Text(At(engine().Inspect("flow-" + name + "-job-1"), {"State", "StartedAt"})); };
  const std::string first = started();
  EXPECT_EQ(Apply(yaml).exit_code, 0);
  EXPECT_EQ(started(), first);
  EXPECT_EQ(Apply(yaml, {"--force_recreate"}).exit_code, 0);
  EXPECT_NE(started(), first);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// A chain beside a job that nothing depends on.
TEST_F(RunOnceTest, AJobBesideAChainDoesNotMakeItFail) {
  const std::string name = Name("beside");
  const Finished& apply = Apply(Chain(name) + "  pipelines: [{id: job, image: 'busybox:1.36', command: ['true']}]\n");
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "running");
  EXPECT_THAT(status.components, UnorderedElementsAre(Pair("source", "running"), Pair("processor", "running"),
                                                      Pair("sink", "running"), Pair("job", "completed")));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 0);
}

// A dependency that writes a run-once policy is waited for to its end.
TEST_F(RunOnceTest, WhatDependsOnAJobStartsAfterItsEnd) {
  const std::string name = Name("after"), project = "flow-" + name;
  // The job waits for the test, so that an early start would be seen.
  Process& apply = StartApply(Pipeline(name, R"(  sources:
    - id: schema
      image: busybox:1.36
      restart_policy: on-failure
      command: [sh, -c, 'until [ -e /now ]; do sleep 0.1; done']
)" + Idle("source", "      depends_on: [schema]\n")));
  EXPECT_TRUE(Eventually([&] {
    return Text(At(engine().Inspect(project + "-schema-1"), {"State", "Status"})) == "running";
  }));
  EXPECT_EQ(Text(At(engine().Inspect(project + "-source-1"), {"State", "Status"})), "created");
  engine().Exec(project + "-schema-1", {"touch", "/now"});
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(Status(name).components, UnorderedElementsAre(Pair("schema", "completed"), Pair("source", "running")));
}

TEST_F(RunOnceTest, AJobThatFailedIsRunAgainByTheNextApply) {
  const std::string name = Name("again"), project = "flow-" + name;
  const std::string yaml = Pipeline(name, "  sources:\n" + Idle("source") + R"(  pipelines:
    - id: job
      image: busybox:1.36
      volumes: [{name: marks, mountPath: /marks}]
      command: [sh, -c, 'test -e /marks/ready']
)");
  const Finished& first = Apply(yaml, {"--norollback"});
  EXPECT_EQ(first.exit_code, 1) << first.Describe();
  EXPECT_TRUE(Becomes(name, "job", "failed"));

  const std::string helper =
      engine().Run(project + "-helper", R"({"Image": "busybox:1.36", "Cmd": ["touch", "/marks/ready"], "HostConfig":
          {"Mounts": [{"Type": "volume", "Source": ")" +
                                            project + R"(_marks", "Target": "/marks"}]}})");
  engine().Do("POST", "/containers/" + helper + "/wait");
  engine().Remove(helper);
  const Finished& again = Apply(yaml);
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_TRUE(Becomes(name, "job", "completed"));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
