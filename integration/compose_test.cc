// Docker Compose sees a pipeline as a project of its own.
#include "integration/compose.h"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

class ComposeTest : public WithCompose {
 protected:
  static std::string WithVolume(const std::string& name) {
    return Chain(name, "      volumes: [{name: data, mountPath: /data}]\n");
  }
};

// `docker compose -p PROJECT ps` lists the three containers.
TEST_F(ComposeTest, ComposeListsThePipelineAsAProject) {
  const std::string name = Name("ps"), project = "flow-" + name;
  ASSERT_EQ(Apply(Chain(name)).exit_code, 0);
  EXPECT_THAT(
      Compose({"-p", project, "ps"}).out,
      AllOf(HasSubstr(project + "-source-1"), HasSubstr(project + "-processor-1"), HasSubstr(project + "-sink-1")));
  EXPECT_THAT(Compose({"ls"}).out, HasSubstr(project));
}

// Every file that is translated satisfies the schema that FLOW_COMPOSE_SCHEMA names. As JSON: that the YAML says the
// same is flow/compose's golden_test to hold.
TEST_F(ComposeTest, EveryTranslatedFileSatisfiesTheComposeSpecification) {
  const char* schema = std::getenv("FLOW_COMPOSE_SCHEMA");
  if (schema == nullptr || *schema == '\0') GTEST_SKIP() << "FLOW_COMPOSE_SCHEMA names no schema";
  constexpr char kValidate[] = R"(
import json, sys, jsonschema
validator = jsonschema.Draft7Validator(json.load(open(sys.argv[1])))
for name in sys.argv[2:]:
    for error in validator.iter_errors(json.load(open(name))):
        sys.exit(name + ": " + "/".join(map(str, error.path)) + ": " + error.message)
print(len(sys.argv) - 2, "files")
)";
  std::vector<std::string> arguments = {"-c", kValidate, schema};
  for (const char* folder : {"testdata/pipeline", "testdata/fidelity", "examples"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".yaml" || entry.path().stem() == "compose") continue;
      const Finished& translated = Flow("flow-translate", {"-o", "json", std::filesystem::absolute(entry.path())});
      if (translated.exit_code != 0) continue;  // the wrong ones
      arguments.push_back(Write(absl::StrCat(arguments.size(), ".json"), translated.out));
    }
  }
  ASSERT_GT(arguments.size(), 30u);
  const Finished& validated = RunProgram("/usr/bin/python3", arguments);
  EXPECT_EQ(validated.exit_code, 0) << validated.Describe();
}

// The file that is kept beside the state makes the same containers, to Compose and to flow.
TEST_F(ComposeTest, TheKeptFileIsTrueToComposeAndBack) {
  const std::string name = Name("kept"), project = "flow-" + name, file = StateOf(name) + "/compose.yaml";
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  // Compose keeps a hash of its own of what it made, and makes anew what has another: by name the same comes back.
  Compose({"-f", file, "up", "-d"});
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_THAT(Compose({"-f", file, "ps"}).out, HasSubstr(project + "-sink-1"));
  EXPECT_THAT(Compose({"-f", file, "logs", "source"}).err, Not(HasSubstr("error")));

  // What Compose has made is flow's, and unchanged to it.
  const auto composed = Ids(name);
  const Finished& unchanged = Apply(WithVolume(name));
  EXPECT_EQ(unchanged.exit_code, 0) << unchanged.Describe();
  EXPECT_THAT(unchanged.out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Ids(name), composed);

  Compose({"-f", file, "down", "-v"});
  EXPECT_TRUE(Empty(name));
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "failed");
  EXPECT_THAT(status.components, Each(Pair(testing::_, "missing")));
  EXPECT_EQ(Apply(WithVolume(name)).exit_code, 0);
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
