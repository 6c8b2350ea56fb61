#include "flow/docker/status.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/status_text.h"
#include "flow/deploy/testing/projects.h"
#include "flow/text/message.h"

namespace flow::docker {
namespace {

using deploy::Deployment;
using deploy::DescribePipeline;
using deploy::PipelineStatus;

using deploy::testing::MakeProject;
using ::testing::HasSubstr;

Container Make(const std::string& component, const std::string& state, Health health = Health::kNone,
               int exit_code = 0) {
  Container container;
  container.id = "id-" + component;
  container.name = "flow-x-" + component + "-1";
  container.component = component;
  container.type = "processor";
  container.number = 1;
  container.state = state;
  container.health = health;
  container.exit_code = exit_code;
  container.network_ids = {"net"};
  return container;
}

Deployment Applied(const std::vector<std::string>& components) {
  Deployment deployment;
  *deployment.mutable_project() = MakeProject("x", components);
  deployment.set_phase(Deployment::APPLIED);
  deployment.mutable_succeeded()->set_seconds(1);
  return deployment;
}

PipelineStatus Describe(std::optional<Deployment> deployment, std::vector<Container> containers,
                        std::optional<int> holder = std::nullopt) {
  // They are what was applied, where a test does not say otherwise.
  for (Container& container : containers) {
    const project::Service* service =
        deployment.has_value() ? project::FindService(deployment->project(), container.component) : nullptr;
    if (service != nullptr && container.digest.empty()) {
      container.digest = project::Label(service->labels(), project::kDigestLabel);
    }
  }
  deploy::StatusInput input{
      .namespace_ = "default", .pipeline = "x", .deployment = std::move(deployment), .holder = holder};
  AddContainers(containers, {}, &input);
  return DescribePipeline(input);
}

struct Case {
  std::vector<Container> containers;
  const char* pipeline;
  const char* component;  // of `a`
};

TEST(ReadContainer, TakesPodmansWordsForDockers) {
  const auto state = [](const std::string& word) {
    engine::ContainerSummary summary;
    summary.set_state(word);
    return ReadContainer(summary).state;
  };
  EXPECT_EQ(state("stopping"), "running");
  EXPECT_EQ(state("stopped"), "exited");
  EXPECT_EQ(state("initialized"), "created");
  EXPECT_EQ(state("configured"), "created");
  EXPECT_EQ(state("restarting"), "restarting");
}

TEST(DescribePipeline, HasAWordForEverything) {
  const Deployment deployment = Applied({"a", "b"});
  const Container b = Make("b", "running");
  const Case kCases[] = {
      {{Make("a", "running"), b}, "running", "running"},
      {{Make("a", "running", Health::kHealthy), b}, "running", "running"},
      {{Make("a", "running", Health::kStarting), b}, "degraded", "starting"},
      {{Make("a", "running", Health::kUnhealthy), b}, "degraded", "unhealthy"},
      {{Make("a", "restarting"), b}, "degraded", "restarting"},
      {{Make("a", "paused"), b}, "degraded", "paused"},
      {{Make("a", "created"), b}, "degraded", "pending"},
      {{Make("a", "exited", Health::kNone, 3), b}, "degraded", "failed"},
      {{Make("a", "exited", Health::kNone, 0), b}, "degraded", "failed"},  // it should not end
      {{Make("a", "dead"), b}, "degraded", "failed"},
      {{b}, "degraded", "missing"},
      {{}, "failed", "missing"},
      {{Make("a", "exited", Health::kNone, 1), Make("b", "exited", Health::kNone, 1)}, "failed", "failed"},
      {{Make("a", "dead")}, "failed", "failed"},
  };
  for (const Case& c : kCases) {
    const PipelineStatus status = Describe(deployment, c.containers);
    EXPECT_EQ(status.state(), c.pipeline) << status.DebugString();
    EXPECT_EQ(status.components(0).state(), c.component) << status.DebugString();
  }
}

TEST(DescribePipeline, CountsARunOnceThatEndedWellAsCompleted) {
  const Deployment deployment = Applied({"job once", "a"});
  const Container job = Make("job", "exited");
  EXPECT_EQ(Describe(deployment, {job, Make("a", "running")}).state(), "running");
  EXPECT_EQ(Describe(Applied({"job once"}), {job}).state(), "completed");
}

TEST(DescribePipeline, HasFailedWhereNothingLivesButWhatEndedWell) {
  const Deployment deployment = Applied({"job once", "a", "none replicas=0"});
  const Container job = Make("job", "exited");
  EXPECT_EQ(Describe(deployment, {job, Make("a", "exited", Health::kNone, 1)}).state(), "failed");
  EXPECT_EQ(Describe(deployment, {job}).state(), "failed");
  EXPECT_EQ(Describe(deployment, {job, Make("a", "restarting")}).state(), "degraded");
}

TEST(DescribePipeline, IsContentWithNoneWhereNoneIsAskedFor) {
  EXPECT_EQ(Describe(Applied({"a replicas=0", "b"}), {Make("b", "running")}).state(), "running");
}

TEST(DescribePipeline, NamesWhatIsNotWell) {
  const PipelineStatus status = Describe(Applied({"a", "b"}), {Make("a", "exited", Health::kNone, 3)});
  EXPECT_EQ(status.message(), "a is failed (flow-x-a-1 exited with code 3), b is missing (there is no container)");
}

TEST(DescribePipeline, NamesAllReplicasThatAreNotWellOrTellsHowMany) {
  const auto make = [](int number, const std::string& state, int exit_code = 0) {
    Container container = Make("a", state, Health::kNone, exit_code);
    container.name = absl::StrCat("flow-x-a-", number);
    container.number = number;
    return container;
  };
  const Container running = make(1, "running");
  EXPECT_EQ(Describe(Applied({"a replicas=3"}), {running, make(2, "exited", 137), make(3, "exited", 137)}).message(),
            "a is failed (flow-x-a-2, flow-x-a-3 exited with code 137)");
  EXPECT_EQ(Describe(Applied({"a replicas=3"}), {running, make(2, "exited", 1), make(3, "exited", 2)}).message(),
            "a is failed (flow-x-a-2 exited with code 1; flow-x-a-3 exited with code 2)");
  EXPECT_EQ(Describe(Applied({"a replicas=3"}), {running, make(2, "paused"), make(3, "paused")}).message(),
            "a is paused (flow-x-a-2, flow-x-a-3 are paused)");
  EXPECT_EQ(Describe(Applied({"a replicas=5"}),
                     {running, make(2, "paused"), make(3, "paused"), make(4, "paused"), make(5, "paused")})
                .message(),
            "a is paused (4 of 5 containers are paused)");
}

TEST(DescribePipeline, TellsWhatSomeoneHasChangedSince) {
  const Deployment deployment = Applied({"a", "b"});
  const Container b = Make("b", "running");
  Container a = Make("a", "running");
  EXPECT_EQ(Describe(deployment, {a, b}).message(), "");

  a.digest = "another";
  const PipelineStatus status = Describe(deployment, {a, b});
  EXPECT_EQ(status.state(), "running");
  EXPECT_EQ(status.message(), "a: flow-x-a-1 is not configured as it was last applied");
  EXPECT_EQ(status.components(0).message(), "flow-x-a-1 is not configured as it was last applied");

  a = Make("a", "running");
  a.network_ids.clear();
  EXPECT_EQ(Describe(deployment, {a, b}).message(), "a: flow-x-a-1 is not in the pipeline's network");

  a = Make("a", "running");
  EXPECT_EQ(Describe(deployment, {a, a, b}).message(), "a: there are 2 containers, and 1 asked for");
  EXPECT_EQ(Describe(std::nullopt, {a, b}).message(), "");
}

TEST(DescribePipeline, TellsAnApplyThatIsUnderWayFromOneThatWasCutOff) {
  Deployment deployment = Applied({"a"});
  deployment.set_phase(Deployment::APPLYING);
  EXPECT_EQ(Describe(deployment, {}, 77).message(), "is being applied by process 77");
  EXPECT_EQ(Describe(deployment, {}, -1).message(), "is being applied");
  EXPECT_THAT(Describe(deployment, {}).message(), HasSubstr("cut off"));
  EXPECT_EQ(Describe(deployment, {Make("a", "running")}).state(), "applying");
  deployment.set_phase(Deployment::DELETING);
  EXPECT_EQ(Describe(deployment, {Make("a", "running")}).state(), "deleting");
}

TEST(DescribePipeline, StaysFailedAfterAFailedFirstApply) {
  Deployment deployment = Applied({"a"});
  deployment.set_phase(Deployment::FAILED);
  deployment.clear_succeeded();
  deployment.set_error("a: exited with code 3");
  const PipelineStatus status = Describe(deployment, {});
  EXPECT_EQ(status.state(), "failed");
  EXPECT_EQ(status.message(), "the last apply failed: a: exited with code 3");
}

TEST(DescribePipeline, TellsHowThePipelineIsAfterAFailedUpdate) {
  Deployment deployment = Applied({"a"});
  deployment.set_phase(Deployment::FAILED);
  deployment.set_error("no");
  const PipelineStatus status = Describe(deployment, {Make("a", "running")});
  EXPECT_EQ(status.state(), "running");
  EXPECT_EQ(status.message(), "the last apply failed: no");
}

// Its state was lost before: no apply that it knows of ended well, but the pipeline is there.
TEST(DescribePipeline, TellsHowThePipelineIsWhereOnlyTheStateIsNew) {
  Deployment deployment = Applied({"a"});
  deployment.set_phase(Deployment::FAILED);
  deployment.clear_succeeded();
  deployment.set_error("no");
  EXPECT_EQ(Describe(deployment, {Make("a", "running")}).state(), "running");
  deployment.set_first(true);  // what --norollback left of a first apply
  EXPECT_EQ(Describe(deployment, {Make("a", "running")}).state(), "failed");
}

TEST(DescribePipeline, DoesWithoutState) {
  const PipelineStatus status = Describe(std::nullopt, {Make("a", "running"), Make("b", "exited", Health::kNone, 3)});
  EXPECT_EQ(status.state(), "degraded");
  ASSERT_EQ(status.components_size(), 2);
  EXPECT_EQ(status.components(0).type(), "processor");
  EXPECT_EQ(status.components(1).state(), "failed");
}

TEST(DescribePipeline, TakesAProbeThatCannotRunForNoVerdict) {
  deploy::StatusInput input{.namespace_ = "default", .pipeline = "x", .deployment = Applied({"a check"})};
  AddContainers({Make("a", "running", Health::kUnhealthy)}, /*probe_cannot_run=*/{"id-a"}, &input);
  const PipelineStatus status = DescribePipeline(input);
  EXPECT_EQ(status.state(), "running");
  EXPECT_EQ(status.components(0).health(), "unknown");
}

TEST(HealthOf, ReadsTheTextOfAContainersStatus) {
  EXPECT_EQ(HealthOf("Up 5 minutes (healthy)"), Health::kHealthy);
  EXPECT_EQ(HealthOf("Up 5 minutes (unhealthy)"), Health::kUnhealthy);
  EXPECT_EQ(HealthOf("Up 1 second (health: starting)"), Health::kStarting);
  EXPECT_EQ(HealthOf("Up 5 minutes"), Health::kNone);
  EXPECT_EQ(HealthOf("Up 5 minutes (Paused)"), Health::kNone);
}

TEST(ExitCodeOf, ReadsTheTextOfAContainersStatus) {
  EXPECT_EQ(ExitCodeOf("Exited (137) 2 hours ago"), 137);
  EXPECT_EQ(ExitCodeOf("Restarting (1) 3 seconds ago"), 0);
  EXPECT_EQ(ExitCodeOf("Up 2 hours"), 0);
}

TEST(PipelineTable, IsAlignedAndEndsWithWhatIsWrong) {
  PipelineStatus status = Describe(Applied({"source type=source", "b"}), {Make("source", "running", Health::kHealthy)});
  status.mutable_components(0)->add_endpoints("127.0.0.1:8080->80/tcp");
  EXPECT_EQ(deploy::PipelineTable(status),
            "COMPONENT  TYPE       STATE    HEALTH   READY  UP  PORTS\n"
            "source     source     running  healthy  1/1    -   127.0.0.1:8080->80/tcp\n"
            "b          processor  missing  none     0/1    -   -\n"
            "\n"
            "x is degraded: b is missing (there is no container)\n");
}

// Labels are anyone's who may make containers.
TEST(PipelineTable, DoesNothingToATerminalWhateverTheEngineSays) {
  PipelineStatus status = Describe(Applied({"a"}), {Make("a", "running")});
  status.mutable_components(0)->set_id("a\x1b[2J\nb");
  status.mutable_components(0)->set_image(
      "\xC2\x9B"
      "31m");
  status.set_message("said \x1b]0;x\x07");
  deploy::StatusList list;
  *list.add_pipelines() = status;
  for (const std::string& text : {deploy::PipelineTable(status, /*wide=*/true), deploy::PipelinesTable(list)}) {
    EXPECT_THAT(text, ::testing::Not(HasSubstr("\x1b"))) << text;
    EXPECT_THAT(text, ::testing::Not(HasSubstr("\x9B"))) << text;
    EXPECT_THAT(text, HasSubstr("\\x1B]0;x\\x07")) << text;
  }
  EXPECT_THAT(deploy::PipelineTable(status), HasSubstr("\na\\x1B[2J\\nb  "));
}

TEST(StatusAsJson, PrintsFieldsWithAZeroValueToo) {
  EXPECT_THAT(text::MessageJson(Describe(Applied({"a"}), {})), HasSubstr("\"ready\": 0"));
  EXPECT_THAT(text::MessageJson(Describe(Applied({"a"}), {})), HasSubstr("\"endpoints\": []"));
}

TEST(Status, HealthIsAskedForWhereTheListDoesNotTellItThoughTheFileAsksForACheck) {
  const project::Project project = MakeProject("x", {"a check", "b"});
  EXPECT_TRUE(IsHealthUntold(Make("a", "running"), project));
  EXPECT_FALSE(IsHealthUntold(Make("a", "running", Health::kStarting), project));
  EXPECT_FALSE(IsHealthUntold(Make("a", "exited"), project));
  EXPECT_FALSE(IsHealthUntold(Make("b", "running"), project));
  EXPECT_FALSE(IsHealthUntold(Make("gone from the file", "running"), project));
}

}  // namespace
}  // namespace flow::docker
