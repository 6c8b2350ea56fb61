// Component references: files without images, as `flowctl init` writes them, and what images say in /metadata.json.
#include <signal.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Le;
using testing::Not;
using testing::SizeIs;

class MetadataTest : public DockerTest {
 protected:
  static std::vector<File> Says(const std::string& metadata) { return {{"/metadata.json", metadata, ""}}; }

  // As `flowctl init` writes it.
  static std::string Initial(const std::string& name, const std::string& source, const std::string& sink) {
    return Pipeline(name,
                    absl::StrCat("  driver: process\n  sources:\n    - id: stellar-live-source\n      type: ", source,
                                 "\n      config:\n        network_passphrase: \"Test SDF Network ; September 2015\"\n"
                                 "        batch_size: 10\n  sinks:\n    - id: duckdb-consumer\n      type: ",
                                 sink,
                                 "\n      inputs: [stellar-live-source]\n      config:\n"
                                 "        database_path: ./data/pipeline.duckdb\n"));
  }

  std::string Variable(const std::string& container, const std::string& name) {
    return engine().Exec(container, {"sh", "-c", "echo $" + name});
  }

  // The containers that were made to read a file: their creation carries no name.
  int Readings() {
    int readings = 0;
    for (const std::string& request : wire().Changes()) {
      readings += absl::EndsWith(request, "/containers/create");
    }
    return readings;
  }

  static bool CreatesToRead(const std::string& request) {
    return absl::StartsWith(request, "POST ") && absl::EndsWith(request, "/containers/create");
  }
};

// The variable that the image's metadata names for it is in the container.
TEST_F(MetadataTest, AFileAsFlowctlInitWritesItDeploys) {
  const std::string name = Name("init"), project = "flow-" + name;
  const std::string source = MakeComponent("source", Says(R"({"output_types": ["ledger"], "port": 50051})"));
  const std::string sink =
      MakeComponent("duckdb", Says(R"({"env_mapping": {"database_path": "DUCKDB_PATH"}, "input_types": ["ledger"]})"));
  const std::string file = Write("init.yaml", Initial(name, source, sink));
  EXPECT_THAT(Flow("flow-translate", {file}).out, AllOf(HasSubstr(" DATABASE_PATH: "), HasSubstr("Nothing is known")));
  const Finished& apply = Apply(Initial(name, source, sink));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  // From now on flow-translate knows it, too.
  EXPECT_THAT(Flow("flow-translate", {file}).out, AllOf(HasSubstr(" DUCKDB_PATH: "), Not(HasSubstr(" DATABASE_PATH: ")),
                                                        Not(HasSubstr("Nothing is known"))));
  EXPECT_EQ(Variable(project + "-duckdb-consumer-1", "DUCKDB_PATH"), "./data/pipeline.duckdb");
  EXPECT_EQ(Variable(project + "-duckdb-consumer-1", "DATABASE_PATH"), "");
  EXPECT_EQ(Variable(project + "-duckdb-consumer-1", "FLOW_CONFIG_DATABASE_PATH"), "./data/pipeline.duckdb");
  EXPECT_EQ(Variable(project + "-duckdb-consumer-1", "FLOW_INPUT_STELLAR_LIVE_SOURCE"), "stellar-live-source:50051");
  EXPECT_EQ(Variable(project + "-stellar-live-source-1", "NETWORK_PASSPHRASE"), "Test SDF Network ; September 2015");
  EXPECT_THAT(engine().Of(name).containers,
              ElementsAre(project + "-duckdb-consumer-1", project + "-stellar-live-source-1"));
  EXPECT_EQ(Readings(), 2);

  // What is remembered is not read again.
  wire().Forget();
  const Finished& again = Apply(Initial(name, source, sink));
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged: "));
  EXPECT_THAT(wire().Requests(), SizeIs(Le(5)));
  EXPECT_THAT(wire().Changes(), IsEmpty());

  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(MetadataTest, AnImageMaySayItInTheFolderOfItsProgram) {
  const std::string name = Name("app");
  const std::string image =
      MakeComponent("app", {{"/app/metadata.json", R"({"env_mapping": {"database_path": "DUCKDB_PATH"}})", ""}});
  const Finished& apply = Apply(Initial(name, image, image));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Variable("flow-" + name + "-duckdb-consumer-1", "DUCKDB_PATH"), "./data/pipeline.duckdb");
}

TEST_F(MetadataTest, AnImageWithoutItIsConfiguredByUpperCaseNames) {
  const std::string name = Name("without");
  const std::string plain = MakeComponent("plain", {});
  const Finished& apply = Apply(Initial(name, plain, plain));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Variable("flow-" + name + "-duckdb-consumer-1", "DATABASE_PATH"), "./data/pipeline.duckdb");
  EXPECT_EQ(Variable("flow-" + name + "-stellar-live-source-1", "BATCH_SIZE"), "10");
  EXPECT_EQ(Readings(), 1);  // both are of one image
  EXPECT_THAT(apply.err, Not(HasSubstr("metadata.json")));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// A new image under the old name is read anew, and its other variable makes another container.
TEST_F(MetadataTest, AnotherImageUnderTheNameIsReadAnew) {
  const std::string name = Name("anew"), container = "flow-" + name + "-only-1";
  const auto apply = [&](const std::string& variable) -> const Finished& {
    const std::string type =
        MakeComponent("moving", Says(absl::StrCat(R"({"config_schema": {"path": {"env": ")", variable, R"("}}})")));
    return Apply(Pipeline(name, absl::StrCat("  sources:\n    - {id: only, type: ", type, ", config: {path: /x}}\n")));
  };
  ASSERT_EQ(apply("FIRST").exit_code, 0);
  EXPECT_EQ(Variable(container, "FIRST"), "/x");
  ASSERT_EQ(apply("SECOND").exit_code, 0);
  EXPECT_EQ(Variable(container, "SECOND"), "/x");
  EXPECT_EQ(Variable(container, "FIRST"), "");
}

struct Wrong {
  const char* title;
  File file;
  const char* told;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.title; }

class WrongMetadataTest : public MetadataTest, public testing::WithParamInterface<Wrong> {};

TEST_P(WrongMetadataTest, IsToldWithImageAndFileAndLeavesNothing) {
  const std::string name = Name("wrong");
  const std::string type = MakeComponent("wrong", {GetParam().file});
  const Finished& apply = Apply(Initial(name, type, type));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("/metadata.json of image docker.io/withobsrvr/flow-" + Name("wrong") + ":v1"),
                               HasSubstr("stellar-live-source"), HasSubstr(GetParam().told)));
  EXPECT_TRUE(Gone(name));
}

INSTANTIATE_TEST_SUITE_P(
    Files, WrongMetadataTest,
    testing::Values(Wrong{"NoJson", {"/metadata.json", "env_mapping: {}", ""}, "not a JSON object"},
                    Wrong{"BadName", {"/metadata.json", R"({"env_mapping": {"a": "A B"}})", ""}, "env_mapping.a: "},
                    Wrong{"TooLarge", {"/metadata.json", std::string(2 << 20, ' '), ""}, "larger than 1 MiB"},
                    Wrong{"Link", {"/metadata.json", "", "/etc/passwd"}, "a link to \"/etc/passwd\""}),
    [](const auto& info) { return std::string(info.param.title); });

// It creates nothing, and says what it cannot know; after an apply it knows.
TEST_F(MetadataTest, ADryRunLooksAndSaysWhatItDoesNotKnow) {
  const std::string name = Name("dry");
  const std::string type = MakeComponent("dry", Says(R"({"env_mapping": {"database_path": "DUCKDB_PATH"}})"));
  const Finished& before = Apply(Initial(name, type, type), {"--dry_run"});
  EXPECT_EQ(before.exit_code, 0) << before.Describe();
  EXPECT_THAT(before.err, AllOf(HasSubstr("warning: "), HasSubstr("/metadata.json of image")));
  EXPECT_THAT(before.out, HasSubstr("create container"));
  EXPECT_THAT(wire().Changes(), IsEmpty());

  ASSERT_EQ(Apply(Initial(name, type, type)).exit_code, 0);
  wire().Forget();
  const Finished& after = Apply(Initial(name, type, type), {"--dry_run", "--check"});
  EXPECT_EQ(after.exit_code, 0) << after.Describe();
  EXPECT_EQ(after.out, "nothing to do\n");
  EXPECT_THAT(after.err, Not(HasSubstr("metadata.json")));
  EXPECT_THAT(wire().Changes(), IsEmpty());
}

TEST_F(MetadataTest, AnImageThatCannotBePulledIsToldBeforeAnythingIsMade) {
  const std::string name = Name("nopull");
  const std::string type = "127.0.0.1:1/none:1";
  const Finished& apply = Apply(Initial(name, type, type));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("stellar-live-source"), HasSubstr("127.0.0.1:1/none:1")));
  const Finished& never = Apply(Initial(name, type, type), {"--pull=never"});
  EXPECT_EQ(never.exit_code, 1) << never.Describe();
  EXPECT_THAT(never.err, HasSubstr("--pull=never"));
  EXPECT_TRUE(Gone(name));
}

// Interrupted while the engine makes the container: its answer is awaited, and the container goes.
TEST_F(MetadataTest, InterruptedWhileItReadsItLeavesNothing) {
  const std::string name = Name("interrupted");
  const std::string type = MakeComponent("interrupted", Says("{}"));
  for (const Wire::Point point : {Wire::Point::kBefore, Wire::Point::kAfter}) {
    wire().Hold(point, CreatesToRead);
    Process& apply = StartApply(Initial(name, type, type));
    ASSERT_TRUE(wire().WaitUntilHeld());
    apply.Signal(SIGINT);
    wire().Release();
    const Finished& finished = apply.Wait();
    EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
    EXPECT_TRUE(Gone(name));
  }
}

// Killed there: status tells, and the next apply or delete takes what is left.
TEST_F(MetadataTest, KilledWhileItReadsTheNextCommandTakesWhatIsLeft) {
  const std::string name = Name("killed"), project = "flow-" + name;
  const std::string type = MakeComponent("killed", Says("{}"));
  const auto kill = [&] {
    wire().Hold(Wire::Point::kAfter, CreatesToRead);
    Process& apply = StartApply(Initial(name, type, type));
    ASSERT_TRUE(wire().WaitUntilHeld());
    apply.Signal(SIGKILL);
    apply.Wait();
    wire().Release();
    EXPECT_TRUE(Eventually([&] { return engine().Of(name).containers.size() == 1; }));
    EXPECT_EQ(Status(name).state, "applying");
  };
  kill();
  const Finished& next = Apply(Initial(name, type, type));
  EXPECT_EQ(next.exit_code, 0) << next.Describe();
  EXPECT_THAT(engine().Of(name).containers,
              ElementsAre(project + "-duckdb-consumer-1", project + "-stellar-live-source-1"));
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));

  kill();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
