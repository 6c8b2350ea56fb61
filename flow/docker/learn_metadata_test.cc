#include "flow/docker/learn_metadata.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "flow/deploy/testing/explorer.h"
#include "flow/docker/testing/world.h"

namespace flow::docker {
namespace {

using ::testing::AllOf;
using testing::Choice;
using ::testing::ElementsAre;
using testing::FakeEngine;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::SizeIs;
using World = testing::World<LearnMetadata>;

constexpr char kDuck[] = R"({"env_mapping": {"database_path": "DUCKDB_PATH"}, "port": 9000})";

// Two references: duck@1 of component "sink", and lake@1 of "lake".
LearnInput Input() {
  LearnInput input{.namespace_ = "default", .pipeline = "p"};
  input.references["duck@1"] = {"docker.io/withobsrvr/duck:1", "sink"};
  input.references["lake@1"] = {"docker.io/withobsrvr/lake:1", "lake"};
  return input;
}

FakeEngine EngineWithImages() {
  FakeEngine engine;
  engine.AddImage("withobsrvr/duck:1", "sha256:duck");
  engine.AddImage("withobsrvr/lake:1", "sha256:lake");
  engine.AddFile("sha256:duck", "/metadata.json", kDuck);
  return engine;
}

struct Learning {
  World world;
  std::vector<engine::Call> calls;
};

// In one order, without faults.
Learning Learn(LearnInput input, FakeEngine engine = EngineWithImages()) {
  Learning learning{World{LearnMetadata(std::move(input))}, {}};
  World& world = learning.world;
  world.engine = std::move(engine);
  world.on_action = [&](const Action& action) {
    if (const auto* send = std::get_if<Send>(&action)) learning.calls.push_back(send->call);
  };
  world.Begin();
  while (!world.finished.has_value()) {
    EXPECT_FALSE(world.requests.empty()) << world.DebugString();
    if (world.requests.empty()) break;
    world.Happen({Choice::Kind::kAnswer, static_cast<int>(world.requests.begin()->first), ""});
  }
  world.on_action = nullptr;
  return learning;
}

template <typename Call>
int Count(const std::vector<engine::Call>& calls) {
  return static_cast<int>(std::count_if(calls.begin(), calls.end(),
                                        [](const engine::Call& call) { return std::holds_alternative<Call>(call); }));
}

TEST(LearnMetadata, ReadsWhatImagesSayAndLeavesNothing) {
  const Learning learning = Learn(Input());
  EXPECT_EQ(learning.world.finished->code, ExitCode::kDone) << learning.world.finished->message;
  EXPECT_TRUE(learning.world.engine.Empty());
  const std::vector<deploy::ImageMetadata>& metadata = learning.world.machine.metadata();
  ASSERT_THAT(metadata, SizeIs(2));
  EXPECT_EQ(metadata[0].reference(), "duck@1");
  EXPECT_EQ(metadata[0].image_id(), "sha256:duck");
  EXPECT_EQ(metadata[0].variables().at("database_path"), "DUCKDB_PATH");
  EXPECT_EQ(metadata[0].port(), 9000u);
  // One without the file says nothing, and that is remembered too.
  EXPECT_EQ(metadata[1].image_id(), "sha256:lake");
  EXPECT_THAT(metadata[1].variables(), IsEmpty());
}

TEST(LearnMetadata, LooksInBinAndInAppWhereTheRootHasNone) {
  FakeEngine engine = EngineWithImages();
  engine.AddFile("sha256:lake", "/app/metadata.json", R"({"port": 1})");
  engine.AddFile("sha256:duck", "/bin/metadata.json", R"({"port": 2})");
  const Learning learning = Learn(Input(), engine);
  EXPECT_EQ(learning.world.machine.metadata()[0].port(), 9000u);  // that of the root counts
  EXPECT_EQ(learning.world.machine.metadata()[1].port(), 1u);
  EXPECT_EQ(Count<engine::CreateContainer>(learning.calls), 2);
  EXPECT_EQ(Count<engine::ReadFile>(learning.calls), 1 + 3);
}

TEST(LearnMetadata, StartsNoContainerAndLabelsEach) {
  const Learning learning = Learn(Input());
  EXPECT_EQ(Count<engine::StartContainer>(learning.calls), 0);
  for (const engine::Call& call : learning.calls) {
    const auto* create = std::get_if<engine::CreateContainer>(&call);
    if (create == nullptr) continue;
    EXPECT_TRUE(project::IsOwned(create->config.labels(), "default", "p"));
    EXPECT_EQ(project::Label(create->config.labels(), project::kTypeLabel), project::kMetadataType);
  }
}

TEST(LearnMetadata, ReadsAnImageOnceHoweverManyReferToIt) {
  LearnInput input = Input();
  input.references["withobsrvr/duck@1"] = {"docker.io/withobsrvr/duck:1", "third"};
  input.references["duck@latest"] = {"docker.io/withobsrvr/duck:latest", "fourth"};
  FakeEngine engine = EngineWithImages();
  engine.AddImage("withobsrvr/duck:latest", "sha256:duck");
  const Learning learning = Learn(input, engine);
  EXPECT_EQ(Count<engine::CreateContainer>(learning.calls), 2);
  EXPECT_THAT(learning.world.machine.metadata(), SizeIs(4));
}

TEST(LearnMetadata, AsksNothingMoreWhereEachImageIsRemembered) {
  LearnInput input = Input();
  input.remembered = Learn(Input()).world.machine.metadata();
  const Learning learning = Learn(input);
  EXPECT_THAT(learning.calls, SizeIs(2));
  EXPECT_EQ(learning.world.machine.known().images.images_size(), 2);
  EXPECT_EQ(learning.world.machine.metadata()[0].variables().at("database_path"), "DUCKDB_PATH");

  // Another image under the name is read anew.
  FakeEngine engine = EngineWithImages();
  engine.SetImage("withobsrvr/duck:1", "sha256:new");
  const Learning other = Learn(input, engine);
  EXPECT_EQ(Count<engine::CreateContainer>(other.calls), 1);
  EXPECT_EQ(other.world.machine.metadata()[0].image_id(), "sha256:new");
}

TEST(LearnMetadata, ADryRunOnlyLooksAndTellsWhatItCannotKnow) {
  LearnInput input = Input();
  input.dry_run = true;
  input.references["none@1"] = {"docker.io/withobsrvr/none:1", "none"};
  input.remembered = {Learn(Input()).world.machine.metadata()[0]};
  const Learning learning = Learn(input);
  EXPECT_THAT(learning.calls, SizeIs(2));
  EXPECT_THAT(learning.world.machine.metadata(), SizeIs(1));
  EXPECT_THAT(learning.world.machine.unknown(),
              ElementsAre("docker.io/withobsrvr/lake:1", "docker.io/withobsrvr/none:1"));
}

TEST(LearnMetadata, PullsWhatIsMissingAsThePolicySays) {
  FakeEngine engine = EngineWithImages();
  LearnInput input = Input();
  input.references["none@1"] = {"docker.io/withobsrvr/none:1", "none"};
  const Learning missing = Learn(input, engine);
  EXPECT_EQ(missing.world.finished->code, ExitCode::kDone) << missing.world.finished->message;
  EXPECT_THAT(missing.world.machine.known().pulled, ElementsAre("docker.io/withobsrvr/none:1"));
  EXPECT_EQ(missing.world.machine.known().images.images_size(), 3);

  input.pull = PullPolicy::kAlways;
  EXPECT_EQ(Count<engine::PullImage>(Learn(input, engine).calls), 3);

  input.pull = PullPolicy::kNever;
  const Learning never = Learn(input, engine);
  EXPECT_EQ(never.world.finished->code, ExitCode::kFailed);
  EXPECT_THAT(never.world.finished->message, AllOf(HasSubstr("none: "), HasSubstr("--pull=never")));
}

TEST(LearnMetadata, TellsEveryImageWhoseFileIsWrong) {
  FakeEngine engine = EngineWithImages();
  engine.AddFile("sha256:duck", "/metadata.json", R"({"port": "x"})");
  engine.AddFile("sha256:lake", "/metadata.json", "no JSON");
  const Learning learning = Learn(Input(), engine);
  EXPECT_EQ(learning.world.finished->code, ExitCode::kFailed);
  EXPECT_THAT(learning.world.finished->message,
              AllOf(HasSubstr("sink: /metadata.json of image docker.io/withobsrvr/duck:1: port: "),
                    HasSubstr("lake: /metadata.json of image docker.io/withobsrvr/lake:1: it is not a JSON object")));
  EXPECT_TRUE(learning.world.engine.Empty());
}

std::vector<Choice> Answers(World& world) {
  std::vector<Choice> choices;
  for (const auto& [number, send] : world.requests) {
    choices.push_back({Choice::Kind::kAnswer, static_cast<int>(number), ""});
  }
  return choices;
}

// A fault, a signal or the end of time.
std::vector<Choice> Faults(World& world) {
  std::vector<Choice> faults = {{Choice::Kind::kSignal, 0, ""}};
  for (const auto& [number, send] : world.requests) {
    for (const auto kind : {Choice::Kind::kRefuse, Choice::Kind::kLoseRequest, Choice::Kind::kLoseAnswer}) {
      faults.push_back({kind, static_cast<int>(number), ""});
    }
  }
  for (const auto& [number, after] : world.timers) {
    faults.push_back({Choice::Kind::kTimer, static_cast<int>(number), ""});
  }
  return faults;
}

// Nothing is left, or that is told, with the labels by which a delete finds it.
void CheckEnd(const World& world, const std::string& path) {
  const Finish& finish = *world.finished;
  EXPECT_EQ(world.machine.metadata().size(), finish.code == ExitCode::kDone ? 2u : 0u) << path;
  bool told = absl::StrContains(finish.message, "may be left");
  for (const std::string& report : world.reports) told |= absl::StrContains(report, "may be left");
  EXPECT_TRUE(told || world.engine.Empty()) << "left after " << path << ": " << finish.message;
  for (const auto& [id, container] : world.engine.containers()) {
    EXPECT_TRUE(project::IsOwned(container.config->labels(), "default", "p")) << path;
    EXPECT_FALSE(container.was_started) << path;
  }
}

TEST(LearnMetadata, EndsWellInEveryOrderWithTwoFaultsAtEveryPoint) {
  World world{LearnMetadata(Input())};
  world.engine = EngineWithImages();
  world.Begin();
  deploy::testing::Explorer<World, Choice> explorer(Answers, Faults);
  const auto nothing = [](const World&, const auto&) {};
  explorer.Explore(world, /*faults=*/2, CheckEnd, nothing);
  EXPECT_GT(explorer.states(), 300);
}

TEST(WhatToLearn, IsEachReferenceOnce) {
  pipeline::Pipeline pipeline;
  ASSERT_TRUE(google::protobuf::TextFormat::ParseFromString(R"pb(
                                                              name: "p"
                                                              namespace: "n"
                                                              components { id: "a" image: "i/x:1" reference: "x@1" }
                                                              components { id: "b" image: "i/x:1" reference: "x@1" }
                                                              components { id: "c" image: "i/y:1" }
                                                            )pb",
                                                            &pipeline));
  const LearnInput input = WhatToLearn(pipeline, std::nullopt);
  EXPECT_EQ(input.namespace_, "n");
  ASSERT_THAT(input.references, SizeIs(1));
  EXPECT_EQ(input.references.at("x@1").component, "a");
  EXPECT_THAT(input.remembered, IsEmpty());
}

TEST(ForParser, GivesWhatWasRemembered) {
  const auto metadata = ForParser(Learn(Input()).world.machine.metadata());
  EXPECT_THAT(metadata.at("duck@1").env_mapping, ElementsAre(Pair("database_path", "DUCKDB_PATH")));
  EXPECT_EQ(metadata.at("duck@1").port, 9000u);
  EXPECT_EQ(metadata.count("lake@1"), 1u);
}

}  // namespace
}  // namespace flow::docker
