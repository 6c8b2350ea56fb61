// What flow-status shows besides states: times, restarts, and what containers use.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::SizeIs;

class StatusTest : public DockerTest {};

TEST_F(StatusTest, TheWideTableHasWhatAnInspectionTells) {
  const std::string name = Name("wide"), container = "flow-" + name + "-source-1";
  ASSERT_EQ(
      Apply(Pipeline(name, "  sources:\n" + Idle("source", "      ports: [{containerPort: 8080, hostPort: 0}]\n")))
          .exit_code,
      0);
  // The engine counts only the restarts that it makes itself.
  engine().Exec(container, {"kill", "1"});
  ASSERT_TRUE(Eventually([&] { return Number(At(engine().Inspect(container), {"RestartCount"})) == 1; }));
  ASSERT_TRUE(Eventually([&] { return Text(At(engine().Inspect(container), {"State", "Status"})) == "running"; }));
  const std::string started = Text(At(engine().Inspect(container), {"State", "StartedAt"})).substr(0, 19);

  EXPECT_THAT(Flow("flow-status", {name}).out,
              ContainsRegex("source +source +running +none +1/1 +[A-Z0-9].* 127.0.0.1:"));
  const Finished& wide = Flow("flow-status", {name, "-o", "wide"});
  EXPECT_THAT(wide.out, AllOf(HasSubstr("RESTARTS"), HasSubstr(started + "Z"), HasSubstr("busybox:1.36")));
  EXPECT_THAT(Flow("flow-status", {name, "-o", "yaml"}).out,
              AllOf(HasSubstr("state: running\n"), HasSubstr("restartCount: 1\n"), HasSubstr(started)));
  EXPECT_EQ(Flow("flow-status", {name, "-o", "name"}).out, "source\n");
}

TEST_F(StatusTest, APictureHasEachComponentsState) {
  const std::string name = Name("picture");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  engine().Do("DELETE", "/containers/flow-" + name + "-source-1?force=1");
  EXPECT_THAT(Flow("flow-status", {name, "-o", "mermaid"}).out,
              AllOf(HasSubstr("c1([\"source<br/>missing\"]):::bad"), HasSubstr("c2[(\"sink<br/>running\")]:::well"),
                    HasSubstr("c1 --> c2")));
  EXPECT_THAT(Flow("flow-status", {name, "-o", "dot"}).out, HasSubstr(" is degraded\" {"));
}

TEST_F(StatusTest, StatsAreOneSampleOfEachContainer) {
  const std::string name = Name("stats");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  wire().Forget();
  const Finished& table = Flow("flow-status", {name, "--stats"});
  EXPECT_EQ(table.exit_code, 0) << table.Describe();
  EXPECT_THAT(wire().Requests(), SizeIs(4));
  EXPECT_THAT(Flow("flow-status", {name, "--stats", "-o", "wide"}).out,
              AllOf(HasSubstr("RESTARTS"), HasSubstr("NET OUT"), HasSubstr("flow-" + name + "-sink-1")));
  const Json json = ParseJson(Flow("flow-status", {name, "--stats", "-o", "json"}).out);
  // An engine that does not find its containers' cgroups has no sample, and says so by this time.
  const Json sample = engine().Do("GET", absl::StrCat("/containers/flow-", name, "-sink-1/stats?stream=false"));
  if (absl::StartsWith(Text(At(sample, {"read"})), "0001-")) {
    EXPECT_THAT(table.out, ContainsRegex(absl::StrCat("flow-", name, "-sink-1 +- +- +-")));
    return;
  }
  EXPECT_THAT(table.out, ContainsRegex(absl::StrCat("flow-", name, "-sink-1 +[0-9.]+% +[0-9.]+[KMG]?i?B")));
  EXPECT_GT(Number(At(json, {"components", "0", "containers", "0", "usage", "memoryBytes"})), 0);
  EXPECT_GT(Number(At(json, {"components", "0", "containers", "0", "usage", "memoryLimitBytes"})), 0);
}

// Drift: what someone did with the engine's own tools is told, and the plan undoes it.
TEST_F(StatusTest, WhatSomeoneChangedByHandIsTold) {
  const std::string name = Name("drift"), network = "flow-" + name + "_default";
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  engine().Do("POST", absl::StrCat("/networks/", network, "/disconnect"),
              absl::StrCat(R"({"Container": "flow-)", name, R"(-source-1", "Force": true})"));
  engine().Stop(absl::StrCat("flow-", name, "-sink-1"), 1);
  const PipelineState state = Status(name);
  EXPECT_EQ(state.state, "degraded");
  EXPECT_EQ(state.components.at("source"), "running");
  EXPECT_EQ(state.components.at("sink"), "failed");
  EXPECT_THAT(state.message, AllOf(HasSubstr("source-1 is not in the pipeline's network"), HasSubstr("sink-1 exited")));
  const Finished& plan = Apply(IdlePair(name), {"--dry_run"});
  EXPECT_THAT(plan.out, AllOf(HasSubstr("not in the pipeline's network"), HasSubstr("not running")));
  EXPECT_EQ(Apply(IdlePair(name)).exit_code, 0);
  EXPECT_EQ(Status(name).message, "");
}

// What needs no more of a file than the pipeline's name takes one that is not valid, or whose variables are not set.
TEST_F(StatusTest, APipelineIsFoundByItsFile) {
  const std::string name = Name("file");
  const std::string yaml = Pipeline(name, "  sources:\n" + Idle("source", "      env: {A: '${UNSET_HERE}'}\n"));
  const std::string variables = Write("variables", "UNSET_HERE=1\n");
  ASSERT_EQ(Apply(yaml, {"--env_file=" + variables}).exit_code, 0);
  const std::string file = Write("broken.yaml", absl::StrCat(yaml, "      imagee: typo\n"));
  const Finished& status = Flow("flow-status", {"-f", file, "-o", "name"});
  EXPECT_EQ(status.exit_code, 0) << status.Describe();
  EXPECT_THAT(status.out, HasSubstr("source"));
  EXPECT_EQ(Flow("flow-logs", {"-f", file, "source"}).exit_code, 0);
  EXPECT_EQ(Flow("flow-status", {"-f", file, name}).exit_code, 2);
  EXPECT_EQ(Flow("flow-logs", {}).exit_code, 2);
  const Finished& unnamed = Flow("flow-delete", {"-f", Write("unnamed.yaml", "kind: Pipeline\n")});
  EXPECT_EQ(unnamed.exit_code, 3) << unnamed.Describe();
  EXPECT_EQ(Flow("flow-delete", {"-f", file}).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
