// The value of a secret is in the container's environment, and nowhere else.
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

class SecretsTest : public DockerTest {
 protected:
  // A value that would stand out, and that needs escapes in YAML, JSON and a shell.
  static constexpr char kValue[] = "s3cret-$HOME-\"q\"-'a'-ü";
  static constexpr char kPart[] = "s3cret-";  // of it, in whatever escapes

  std::string Secretive(const std::string& name, const std::string& more = "      command: [sleep, '1000']\n") {
    Write("password", absl::StrCat("\n  ", kValue, "\n"));
    std::filesystem::create_directories(state_folder());
    return Pipeline(name, absl::StrCat("  sources:\n    - id: source\n      image: busybox:1.36\n", more,
                                       "      secrets: [{name: db.password, type: env, env: DB_PASSWORD, host_path: ",
                                       folder(), "/password, required: true}]\n"));
  }

  // Whether the secret is in no file below the state folder. The secret's own file is beside it.
  testing::AssertionResult NotInState() {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(state_folder())) {
      if (!entry.is_regular_file()) continue;
      ++files_;
      if (absl::StrContains(ReadFile(entry.path()), kPart))
        return testing::AssertionFailure() << "it is in " << entry.path();
    }
    return testing::AssertionSuccess();
  }

  void ExpectSilent(const Finished& run) {
    EXPECT_THAT(run.out, Not(HasSubstr(kPart))) << run.command;
    EXPECT_THAT(run.err, Not(HasSubstr(kPart))) << run.command;
    EXPECT_TRUE(NotInState()) << run.command;
  }

  int files_ = 0;  // looked into
};

TEST_F(SecretsTest, AValueIsInTheContainersEnvironmentAndNowhereElse) {
  const std::string name = Name("kept"), container = "flow-" + name + "-source-1";
  const std::string yaml = Secretive(name);
  ExpectSilent(Apply(yaml, {"--dry_run", "--verbose"}));
  for (const char* progress : {"plain", "json"}) {
    const Finished& apply = Apply(yaml, {"--verbose", absl::StrCat("--progress=", progress)});
    ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
    ExpectSilent(apply);
  }
  std::vector<std::string> environment;
  for (const Json& variable : List(At(engine().Inspect(container), {"Config", "Env"}))) {
    environment.push_back(Text(variable));
  }
  EXPECT_THAT(environment, Contains(absl::StrCat("DB_PASSWORD=", kValue)));
  for (const docker::engine::ContainerSummary& summary : engine().Containers(name)) {
    EXPECT_THAT(summary.ShortDebugString(), Not(HasSubstr(kPart)));  // its labels, among others
  }

  const std::string file = folder() + "/" + name + ".yaml";
  for (const char* output : {"table", "json", "textproto", "name"}) {
    ExpectSilent(Flow("flow-status", {name, "--verbose", absl::StrCat("--output=", output)}));
  }
  // The variable that stands for it in the Compose file.
  EXPECT_THAT(ReadFile(StateOf(name) + "/compose.yaml"), HasSubstr("${FLOW_SECRET_SOURCE_DB_PASSWORD:?"));
  EXPECT_GE(files_, 3);

  // Another value is another container; a plan says so, and neither of them.
  Write("password", absl::StrCat(kValue, "2"));
  const Finished& plan = Flow("flow-apply", {file, "--dry_run", "--verbose"});
  ExpectSilent(plan);
  EXPECT_THAT(plan.out, HasSubstr("configuration changed"));
  ExpectSilent(Flow("flow-delete", {name, "--verbose"}));
  EXPECT_TRUE(Gone(name));
}

struct Trouble {
  const char* title;
  const char* fields;  // of the component
  int exit_code;
  const char* told;
};

void PrintTo(const Trouble& trouble, std::ostream* out) { *out << trouble.title; }

class SecretsInTroubleTest : public SecretsTest, public testing::WithParamInterface<Trouble> {};

// Also where the component itself writes it, and where the engine refuses what it is in.
TEST_P(SecretsInTroubleTest, AFailureDoesNotTellItEither) {
  const std::string name = Name("trouble");
  const Finished& apply = Apply(Secretive(name, GetParam().fields), {"--verbose", "--timeout=20s"});
  EXPECT_EQ(apply.exit_code, GetParam().exit_code) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr(GetParam().told));
  ExpectSilent(apply);
  ExpectSilent(Flow("flow-status", {name, "--output=json", "--verbose"}));
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, SecretsInTroubleTest,
    testing::Values(
        Trouble{"WrittenBeforeItExits",
                "      command: [sh, -c, 'echo \"login as $DB_PASSWORD\"; env; exit 3']\n      restart_policy: 'no'\n",
                1, "exited with code 3"},
        Trouble{"WrittenByItsProbe",
                "      command: [sh, -c, 'sleep 1000']\n      restart_policy: 'no'\n      health_check: "
                "http://127.0.0.1:1/\n",
                1, "source"},
        Trouble{"RefusedAtCreate", "      command: [sleep, '1000']\n      resources: {limits: {cpu: 4000}}\n", 1,
                "CPUs"},
        Trouble{"RefusedAtStart", "      command: [no-such-program]\n", 1, "no-such-program"},
        Trouble{"NotAValidFile", "      command: [sleep, '1000']\n      no_such_field: 1\n", 3, "no_such_field"}),
    [](const auto& info) { return std::string(info.param.title); });

// What can be no variable's value is told by its path. The engine would quote it.
TEST_F(SecretsTest, AValueThatNoVariableCanHoldIsToldByItsPath) {
  const std::string name = Name("bytes");
  const std::string yaml = Secretive(name);
  for (const std::string& tail : {std::string("a\0b", 3), std::string("\xff\xfe"), std::string(200000, 'x')}) {
    Write("password", kPart + tail);
    const Finished& apply = Apply(yaml, {"--verbose"});
    EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
    EXPECT_THAT(apply.err, HasSubstr("/password"));
    ExpectSilent(apply);
    EXPECT_TRUE(Gone(name));
  }
}

}  // namespace
}  // namespace flow::integration
