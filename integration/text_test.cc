// What is written in a pipeline file arrives in the container as it is written: every text, from every editor.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsSupersetOf;

class TextTest : public DockerTest {
 protected:
  // The environment of the source's container.
  std::vector<std::string> Environment(const std::string& name) {
    std::vector<std::string> environment;
    for (const Json& variable : List(At(Source(name), {"Config", "Env"}))) {
      // Podman writes down the container's own name, too.
      if (!absl::StartsWith(Text(variable), "HOSTNAME=")) environment.push_back(Text(variable));
    }
    std::sort(environment.begin(), environment.end());  // Podman tells them in any order
    return environment;
  }
  std::vector<std::string> Command(const std::string& name) {
    std::vector<std::string> command;
    for (const Json& word : List(At(Source(name), {"Config", "Cmd"}))) command.push_back(Text(word));
    return command;
  }

 private:
  Json Source(const std::string& name) { return engine().Inspect("flow-" + name + "-source-1"); }
};

// A dollar that would cut a password off is told with its place; written twice it arrives once.
TEST_F(TextTest, ADollarIsAVariableOrIsWrittenTwice) {
  const std::string name = Name("dollar");
  const std::string good = Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sleep]
      args: ['1000', '$HOME']
      env:
        B: 'pa$$word'
        C: 'cost $5'
        D: '${X:-}'
)");
  const Finished& wrong = Apply(absl::StrCat(good, "        A: pa$word\n"));
  EXPECT_EQ(wrong.exit_code, 3) << wrong.Describe();
  EXPECT_THAT(wrong.err, AllOf(HasSubstr(":15:"), HasSubstr("\"word\""), HasSubstr("$$")));

  // What sleeps takes numbers alone: the shell takes anything.
  const Finished& apply =
      Apply(absl::StrReplaceAll(good, {{"[sleep]", "[sh, -c, 'sleep 1000']"}, {"['1000', '$HOME']", "['$HOME']"}}));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(Environment(name), IsSupersetOf({"B=pa$word", "C=cost $5", "D="}));
  EXPECT_THAT(Command(name), testing::ElementsAre("sh", "-c", "sleep 1000", "$HOME"));
}

// What YAML 1.1 readers take for numbers and truths is text here.
TEST_F(TextTest, NumbersAndTruthsArriveAsTheyAreWritten) {
  const std::string name = Name("scalars");
  const Finished& apply = Apply(Pipeline(name, "  sources:\n" + Idle("source", R"(      env:
        A: 22:22
        B: 0755
        C: 1e3
        D: yes
        E: no
        F: 1.10
        G: 0x1F
        H: 2024-01-01
        I: 12345678901234567890
        J: 'null'
        K: ""
)")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(Environment(name), IsSupersetOf({"A=22:22", "B=0755", "C=1e3", "D=yes", "E=no", "F=1.10", "G=0x1F",
                                               "H=2024-01-01", "I=12345678901234567890", "J=null", "K="}));
}

// A file of a Windows editor is the same file.
TEST_F(TextTest, AByteOrderMarkAndCarriageReturnsChangeNothing) {
  const std::string name = Name("windows");
  const std::string yaml = Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sh, -c]
      args:
        - >
          echo folded
          line; sleep 1000
      env:
        TEXT: |
          one
          two
)");
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const std::vector<std::string> environment = Environment(name), command = Command(name);
  const auto ids = Ids(name);
  const Finished& again = Apply(absl::StrCat("\xEF\xBB\xBF", absl::StrReplaceAll(yaml, {{"\n", "\r\n"}})));
  ASSERT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Ids(name), ids);
  EXPECT_EQ(Delete(name).exit_code, 0);

  ASSERT_EQ(Apply(absl::StrCat("\xEF\xBB\xBF", absl::StrReplaceAll(yaml, {{"\n", "\r\n"}}))).exit_code, 0);
  EXPECT_EQ(Environment(name), environment);
  EXPECT_EQ(Command(name), command);
}

}  // namespace
}  // namespace flow::integration
