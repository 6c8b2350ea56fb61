// The value of a secret is in its Secret on the cluster and in the container, and nowhere else; and texts arrive as they are
// written.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "integration/kubernetes.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;

class ClusterSecretsTest : public ClusterTest {
 protected:
  // A value that would stand out, and that needs escapes in YAML, JSON and a shell.
  static constexpr char kValue[] = "s3cret-$HOME-\"q\"-'a'-ü";
  static constexpr char kPart[] = "s3cret-";      // of it, in whatever escapes
  static constexpr char kEncoded[] = "czNjcmV0";  // of it, in Base64

  static std::string Secretive(const std::string& name, const std::string& script) {
    return Pipeline(name,
                    "  sources:\n" +
                        Shell("source", script,
                              "      secrets:\n"
                              "        - {name: db.password, env: DB_PASSWORD, host_path: ./password, required: true}\n"
                              "        - {name: key, type: file, host_path: ./password, required: true}\n") +
                        "  sinks:\n" + UntilTold("sink", "      inputs: [source]\n"));
  }

  void ExpectSilent(const Finished& run) {
    for (const char* const part : {kPart, kEncoded}) {
      EXPECT_THAT(run.out, Not(HasSubstr(part))) << run.command;
      EXPECT_THAT(run.err, Not(HasSubstr(part))) << run.command;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(state_folder())) {
      const std::string text = entry.is_regular_file() ? ReadFile(entry.path()) : "";
      EXPECT_THAT(text, AllOf(Not(HasSubstr(kPart)), Not(HasSubstr(kEncoded)))) << entry.path();
    }
  }
};

TEST_F(ClusterSecretsTest, AValueIsInItsSecretAndInTheContainerAndNowhereElse) {
  const std::string name = Owned(Name("kept")), yaml = Secretive(name, "trap exit TERM; while :; do sleep 0.2; done");
  Write("password", absl::StrCat("\n  ", kValue, "\n"));
  std::filesystem::create_directories(state_folder());
  ExpectSilent(ApplyThere(yaml, {"--dry_run", "--verbose"}));
  for (const char* const progress : {"plain", "json"}) {
    const Finished& apply = ApplyThere(yaml, {"--verbose", absl::StrCat("--progress=", progress)});
    ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
    ExpectSilent(apply);
  }
  EXPECT_EQ(Exec(name, "deployment/source", "echo $DB_PASSWORD"), absl::StrCat(kValue, "\n"));
  EXPECT_EQ(Exec(name, "deployment/source", "cat /secrets/key"), absl::StrCat("\n  ", kValue, "\n"));
  EXPECT_EQ(Exec(name, "deployment/source", "stat -Lc %a /secrets/key"), "400\n");
  ExpectSilent(Kubectl(
      {"get", "deployments,replicasets,pods,services,configmaps,events", "-o", "json", "-n", NamespaceOf(name)}));
  for (const char* const output : {"table", "json", "textproto"}) {
    ExpectSilent(Flow("flow-status", {name, "--verbose", absl::StrCat("--output=", output)}));
  }

  // Another value is another pod; a plan says so, and neither of them.
  const auto before = Pods(name);
  Write("password", absl::StrCat(kValue, "2"));
  const Finished& plan = ApplyThere(yaml, {"--dry_run", "--verbose"});
  ExpectSilent(plan);
  EXPECT_THAT(plan.out, AllOf(HasSubstr("secret source.key"), HasSubstr("deployment source")));
  const Finished& apply = ApplyThere(yaml, {"--verbose"});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  ExpectSilent(apply);
  EXPECT_EQ(Exec(name, "deployment/source", "echo $DB_PASSWORD; cat /secrets/key"),
            absl::StrCat(kValue, "2\n", kValue, "2"));
  EXPECT_NE(Pods(name).at("source"), before.at("source"));
  EXPECT_EQ(Pods(name).at("sink"), before.at("sink"));
  ExpectSilent(Flow("flow-delete", {name, "--verbose"}));
  EXPECT_TRUE(NothingIsLeft(name));
}

// Also where the component itself writes it, and what can be no variable's value.
TEST_F(ClusterSecretsTest, AFailureDoesNotTellItEither) {
  const std::string name = Owned(Name("trouble"));
  std::filesystem::create_directories(state_folder());
  Write("password", kValue);
  const Finished& exits =
      ApplyThere(Secretive(name, "echo \"login as $DB_PASSWORD\"; env; cat /secrets/key; exit 3"), {"--verbose"});
  EXPECT_EQ(exits.exit_code, 1) << exits.Describe();
  EXPECT_THAT(exits.err, HasSubstr("login as"));
  ExpectSilent(exits);
  ExpectSilent(Flow("flow-status", {name, "--output=json", "--verbose"}));

  for (const std::string& tail : {std::string("a\0b", 3), std::string("\xff\xfe"), std::string(1'100'000, 'x')}) {
    Write("password", kPart + tail);
    const Finished& apply = ApplyThere(Secretive(name, "exit 3"), {"--verbose"});
    EXPECT_THAT(apply.exit_code, testing::AnyOf(1, 3)) << apply.Describe();
    EXPECT_THAT(apply.err, HasSubstr("/password"));
    ExpectSilent(apply);
  }
  std::filesystem::remove(folder() + "/password");
  const Finished& missing = ApplyThere(Secretive(name, "exit 3"));
  EXPECT_EQ(missing.exit_code, 1) << missing.Describe();
  EXPECT_THAT(missing.err, HasSubstr("/password"));
  EXPECT_FALSE(absl::StrContains(Kubectl({"get", "namespaces"}).out, NamespaceOf(name)));
}

// What YAML 1.1 readers take for numbers and truths is text, and Kubernetes fills nothing in.
TEST_F(ClusterSecretsTest, TextsArriveAsTheyAreWritten) {
  const std::string name = Owned(Name("text"));
  const Finished& apply = ApplyThere(Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sh, -c, 'trap exit TERM; printf "%s\n" "$0"; while :; do sleep 0.2; done', '$$(A) $HOME $$$$']
      env:
        A: 22:22
        B: 0755
        C: 1e3
        D: yes
        E: 'null'
        F: ""
        G: 'pa$$word $$(A) $5'
        H: '${X:-} ~'
        I: größe → 漢字 😀
        J: "one\n\ttwo\n"
        K: "'\"#: \\"
        L: "\x7f\x85\u2028\ufeff"
)"));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  const std::string environment = Exec(name, "deployment/source", "env -0");
  EXPECT_THAT(std::vector<std::string>(absl::StrSplit(environment, '\0')),
              IsSupersetOf({"A=22:22", "B=0755", "C=1e3", "D=yes", "E=null", "F=", "G=pa$word $(A) $5", "H= ~",
                            "I=größe → 漢字 😀", "J=one\n\ttwo\n", "K='\"#: \\", "L=\x7f\u0085\u2028\ufeff"}));
  EXPECT_EQ(Logs(name, "deployment/source"), "$$(A) $HOME $$$$\n");  // of a command each character is itself
  EXPECT_THAT(ApplyThere(ReadFile(absl::StrCat(folder(), "/", name, ".yaml"))).out, HasSubstr("Pipeline unchanged"));
}

}  // namespace
}  // namespace flow::integration
