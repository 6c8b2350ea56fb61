// The main job: a pipeline comes up, passes data, tells how it is, stays as it is when applied again, and goes.
#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::HasSubstr;
using testing::Pair;
using testing::UnorderedElementsAre;

class DeployTest : public DockerTest {};

// From no containers to data that came through all three, and back.
TEST_F(DeployTest, DataFlowsThroughAllThreeComponentsAndDeleteLeavesNothing) {
  const std::string name = Name("demo"), project = "flow-" + name;
  const std::string file = Write("demo.yaml", Chain(name));

  const Finished& apply = Flow("flowctl", {"apply", file});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.out, HasSubstr("Pipeline deployed successfully: " + name + " (3 components)\n"));
  EXPECT_EQ(engine().Of(name).ToString(),
            Holdings({.containers = {project + "-processor-1", project + "-sink-1", project + "-source-1"},
                      .networks = {project + "_default"},
                      .volumes = {}})
                .ToString());
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(engine().Logs(project + "-sink-1"), "processed line "); }))
      << engine().Logs(project + "-sink-1");

  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "running");
  EXPECT_THAT(status.components,
              UnorderedElementsAre(Pair("source", "running"), Pair("processor", "running"), Pair("sink", "running")));
  EXPECT_THAT(Flow("flowctl", {"get", "pipelines"}).out, testing::ContainsRegex(name + " .*running"));
  EXPECT_THAT(Flow("flowctl", {"get", "pipeline", name}).out, HasSubstr("processor"));

  const auto ids = Ids(name);
  const Finished& again = Flow("flowctl", {"apply", file});
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged: " + name + " (3 components)\n"));
  EXPECT_EQ(Ids(name), ids);

  const Finished& deleted = Flow("flowctl", {"delete", "pipeline", name});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_EQ(deleted.out, "Pipeline deleted: " + name + "\n");
  EXPECT_TRUE(Gone(name));
  EXPECT_EQ(Flow("flow-status", {name}).exit_code, 6);
}

// A component of three is three containers, and one of none is up.
TEST_F(DeployTest, ReplicasAreContainersAndNoneIsReadyToo) {
  const std::string name = Name("replicas"), project = "flow-" + name;
  const Finished& apply =
      Apply(Pipeline(name, "  sources:\n" + Idle("many", "      replicas: 3\n") + Idle("none", "      replicas: 0\n") +
                               "  sinks:\n" + Idle("sink", "      inputs: [many, none]\n")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(engine().Of(name).containers,
              UnorderedElementsAre(project + "-many-1", project + "-many-2", project + "-many-3", project + "-sink-1"));
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// What reads a component with a health check starts when that is healthy, not before.
TEST_F(DeployTest, WhatReadsACheckedComponentStartsWhenThatIsHealthy) {
  const std::string name = Name("checked"), project = "flow-" + name;
  const std::string serve = "[sh, -c, 'mkdir /www; sleep 1; echo ok >/www/health; exec httpd -f -p 8080 -h /www']";
  const std::string checked = "      command: " + serve + "\n      health_check: /health\n      health_port: 8080\n";
  const Finished& apply = Apply(
      Pipeline(name, "  sources:\n    - id: source\n      image: busybox:1.36\n" + checked +
                         "  processors:\n    - id: processor\n      image: busybox:1.36\n      inputs: [source]\n" +
                         checked + "  sinks:\n" + Idle("sink", "      inputs: [processor]\n")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();

  // The first probe that succeeded ended before the next component's start.
  const auto healthy_since = [&](const std::string& id) {
    for (const Json& probe : List(At(engine().Inspect(project + "-" + id + "-1"), {"State", "Health", "Log"}))) {
      if (Number(At(probe, {"ExitCode"})) == 0) return Text(At(probe, {"End"}));
    }
    return std::string("never");
  };
  const auto started = [&](const std::string& id) {
    return Text(At(engine().Inspect(project + "-" + id + "-1"), {"State", "StartedAt"}));
  };
  const auto time = [](const std::string& text) {
    absl::Time result;
    EXPECT_TRUE(absl::ParseTime(absl::RFC3339_full, text, &result, nullptr)) << text;
    return result;
  };
  EXPECT_LT(time(healthy_since("source")), time(started("processor")));
  EXPECT_LT(time(healthy_since("processor")), time(started("sink")));
  EXPECT_EQ(Text(At(Status(name).json, {"components", "0", "health"})), "healthy");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
