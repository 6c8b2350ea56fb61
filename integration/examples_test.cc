// Each pipeline of examples/ deploys as it stands, does what its comment says, and leaves nothing.
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

struct Example {
  const char* name;
  const char* component;          // which writes …
  std::vector<std::string> says;  // … lines that hold these
};

void PrintTo(const Example& example, std::ostream* out) { *out << example.name; }

class ExamplesTest : public DockerTest {
 protected:
  static std::string ReadExample(const std::string& name) { return ReadFile(absl::StrCat("examples/", name, ".yaml")); }

  // What Graphviz makes of a picture in its language, as SVG; it says nothing against it.
  std::string Drawn(const std::string& dot) {
    const Finished& drawn = RunProgram("/usr/bin/dot", {"-Tsvg", Write("picture.dot", dot)});
    EXPECT_EQ(drawn.exit_code, 0) << drawn.Describe();
    EXPECT_EQ(drawn.err, "");
    return drawn.out;
  }
};

class EachExampleTest : public ExamplesTest, public testing::WithParamInterface<Example> {};

TEST_P(EachExampleTest, DoesWhatItSays) {
  const Example& example = GetParam();
  const std::string name = Name(example.name);
  // Files that it names are beside it.
  std::filesystem::copy("examples/secrets", folder() + "/secrets", std::filesystem::copy_options::recursive);
  const std::string path =
      Write("example.yaml", absl::StrReplaceAll(ReadExample(example.name), {{absl::StrCat("name: ", example.name, "\n"),
                                                                             absl::StrCat("name: ", name, "\n")}}));

  const Finished& apply = Flow("flow-apply", {path});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Status(name).state, "running");
  const std::string writer = absl::StrCat("flow-", name, "-", example.component, "-1");
  EXPECT_TRUE(Eventually([&] {
    const std::string log = engine().Logs(writer);
    for (const std::string& words : example.says) {
      if (log.find(words) == std::string::npos) return false;
    }
    return true;
  })) << engine().Logs(writer);
  EXPECT_THAT(Drawn(Flow("flow-status", {name, "--output=dot"}).out), testing::HasSubstr(example.component));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_P(EachExampleTest, IsDrawnByGraphviz) {
  const Finished& translate =
      Flow("flow-translate", {"--output=dot", absl::StrCat("examples/", GetParam().name, ".yaml")});
  ASSERT_EQ(translate.exit_code, 0) << translate.Describe();
  EXPECT_THAT(Drawn(translate.out), testing::HasSubstr(GetParam().component));
}

// The one that needs images of its own: images of that kind, made here.
TEST_F(ExamplesTest, ComponentReferencesDeployWhereTheirImagesAre) {
  const std::string name = Name("references");
  const auto component = [&](const char* suffix, const char* metadata) {
    return MakeComponent(suffix, {{"/metadata.json", metadata, ""}});
  };
  const std::string yaml = absl::StrReplaceAll(
      ReadExample("component-references"),
      {{"name: component-references\n", absl::StrCat("name: ", name, "\n")},
       {"stellar-live-source@v1.0.0", component("live", R"({"output_types": ["ledger"], "port": 50051})")},
       {"contract-events-processor@v1.0.0",
        component("events", R"({"input_types": ["ledger"], "output_types": ["event"]})")},
       {"duckdb-consumer@v1.0.0", component("duckdb", R"({"env_mapping": {"database_path": "DUCKDB_PATH"}})")}});
  const Finished& apply = Apply(yaml);
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(engine().Exec(absl::StrCat("flow-", name, "-duckdb-1"), {"sh", "-c", "echo $DUCKDB_PATH"}),
            "/data/events.duckdb");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// README.md has this as a session.
TEST_F(ExamplesTest, FlowctlRunMovesTheEventsOfComponentsOfTheSdkUntilCtrlCAndLeavesNothing) {
  const std::string name = Name("sdk");
  const std::string path = Write(
      "sdk.yaml", absl::StrReplaceAll(ReadExample("sdk/pipeline"), {{"name: sdk\n", absl::StrCat("name: ", name, "\n")},
                                                                    {"flow-sdk-example:1", MakeSdkImage()}}));
  Process& run = Start("flowctl", {"run", path});
  ASSERT_TRUE(Eventually([&] {
    return absl::StrContains(run.Out(), "all     | source-20\n") &&
           absl::StrContains(run.Out(), "few     | source-20\n");
  })) << run.Out()
      << run.Err();
  run.Signal(SIGINT);
  const Finished& end = run.Wait();
  EXPECT_EQ(end.exit_code, 130) << end.Describe();
  EXPECT_THAT(end.err, testing::HasSubstr(absl::StrCat("Pipeline deleted: ", name)));
  EXPECT_TRUE(Gone(name));
}

INSTANTIATE_TEST_SUITE_P(
    Examples, EachExampleTest,
    testing::Values(Example{"minimal", "sink", {"APPLE letters=5", "CHERRY letters=6"}},
                    Example{"fan-out-and-join", "report", {"price 2 24", "amount 2 3"}},
                    Example{"run-once", "print", {"1 ada", "3 edsger"}},
                    Example{"health-checked-chain", "poll", {"UTC"}},
                    Example{"volumes-and-secrets", "reader", {"token of 11 letters, file 12", "; info"}}),
    [](const testing::TestParamInfo<Example>& info) {
      return absl::StrReplaceAll(info.param.name, {{"-", "_"}});
    });

}  // namespace
}  // namespace flow::integration
