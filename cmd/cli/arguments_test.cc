#include "cmd/cli/arguments.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ArgumentsTest : public ::testing::Test {
 protected:
  Arguments Parse(const std::vector<std::string>& arguments, const Command& command = ApplyCommand()) {
    const absl::StatusOr<Arguments> parsed = ParseArguments(command, arguments);
    EXPECT_TRUE(parsed.ok()) << parsed.status();
    return parsed.ok() ? *parsed : Arguments();
  }

  std::string Error(const std::vector<std::string>& arguments, const Command& command = ApplyCommand()) {
    const absl::StatusOr<Arguments> parsed = ParseArguments(command, arguments);
    EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
    return std::string(parsed.status().message());
  }

 private:
  gflags::FlagSaver saver_;  // every flag back to its default after the test
};

TEST_F(ArgumentsTest, FlagsComeInEverySpelling) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--state_dir=/x", "--timeout", "90s", "--nowait", "-n", "prod", "-o", "json"},
           {"--state-dir", "/x", "-timeout=90s", "--no-wait", "-nprod", "-ojson"},
           {"-state_dir", "/x", "--timeout=90s", "--wait=false", "-n=prod", "-o=json"},
           {"--state-dir=/x", "--timeout=90s", "--no_wait", "--namespace", "prod", "--output=json"}}) {
    const Arguments parsed = Parse(arguments);
    EXPECT_EQ(FLAGS_state_dir, "/x");
    EXPECT_EQ(DurationOf(FLAGS_timeout), absl::Seconds(90));
    EXPECT_FALSE(FLAGS_wait);
    EXPECT_EQ(FLAGS_namespace, "prod");
    EXPECT_EQ(FLAGS_output, "json");
    EXPECT_EQ(parsed.given.count("wait"), 1u);
    EXPECT_EQ(parsed.given.count("host"), 0u);
    EXPECT_THAT(parsed.operands, ElementsAre());
  }
}

TEST_F(ArgumentsTest, ACommandHasWordsOfItsOwnForAChoice) {
  Parse({"x.yaml"}, ValidateCommand());
  EXPECT_EQ(FLAGS_output, "text");
  Parse({"-o", "json", "x.yaml"}, ValidateCommand());
  EXPECT_EQ(FLAGS_output, "json");
  EXPECT_EQ(Error({"-o", "table", "x.yaml"}, ValidateCommand()),
            "--output cannot be \"table\"; it is one of text, json");
}

TEST_F(ArgumentsTest, FlagsStandBeforeBetweenAndBehindOperands) {
  EXPECT_THAT(Parse({"--wait", "a.yaml", "--verbose"}).operands, ElementsAre("a.yaml"));
  EXPECT_TRUE(FLAGS_verbose);
  EXPECT_THAT(Parse({"a", "-n", "x", "b", "--all"}, DeleteCommand()).operands, ElementsAre("a", "b"));
  EXPECT_TRUE(FLAGS_all);
}

TEST_F(ArgumentsTest, DoubleDashEndsFlagsAndDashIsAnOperand) {
  EXPECT_THAT(Parse({"--", "--verbose", "-x"}, DeleteCommand()).operands, ElementsAre("--verbose", "-x"));
  EXPECT_FALSE(FLAGS_verbose);
  EXPECT_THAT(Parse({"-"}).operands, ElementsAre("-"));
  Parse({"-f", "-"});
  EXPECT_EQ(FLAGS_file, "-");
  EXPECT_THAT(Parse({""}, DeleteCommand()).operands, ElementsAre(""));
}

TEST_F(ArgumentsTest, EmptyValueAndEqualsSignsInValuesStay) {
  Parse({"--host=", "--default-image=a=b"});
  EXPECT_EQ(FLAGS_host, "");
  EXPECT_EQ(FLAGS_default_image, "a=b");
}

TEST_F(ArgumentsTest, FlagThatMayComeSeveralTimesKeepsAll) {
  const Arguments parsed = Parse({"--env_file=a", "--env-file", "b", "--allow_host_path=/etc"});
  EXPECT_THAT(parsed.repeated.at("env_file"), ElementsAre("a", "b"));
  EXPECT_THAT(parsed.repeated.at("allow_host_path"), ElementsAre("/etc"));
}

TEST_F(ArgumentsTest, CommandsHaveDefaultsOfTheirOwn) {
  Parse({"a"}, DeleteCommand());
  EXPECT_EQ(FLAGS_timeout, "2m");
  Parse({"--timeout=1s", "a"}, DeleteCommand());
  EXPECT_EQ(FLAGS_timeout, "1s");
}

TEST_F(ArgumentsTest, UnknownFlagIsNamedWithTheNearest) {
  EXPECT_EQ(Error({"--tiemout=5m"}), "there is no flag --tiemout; did you mean --timeout?");
  EXPECT_EQ(Error({"--no-wiat"}), "there is no flag --no-wiat; did you mean --nowait?");
  EXPECT_EQ(Error({"--zzzzzzzz"}), "there is no flag --zzzzzzzz");
  EXPECT_EQ(Error({"-z"}), "there is no flag -z");
  EXPECT_EQ(Error({"--hlep"}), "there is no flag --hlep; did you mean --help?");
}

TEST_F(ArgumentsTest, FlagsOfOtherCommandsAndOfLibrariesAreUnknown) {
  EXPECT_THAT(Error({"--keep_volumes"}), HasSubstr("there is no flag --keep_volumes"));
  EXPECT_THAT(Error({"--flagfile=/etc/passwd"}), HasSubstr("there is no flag --flagfile"));
  EXPECT_THAT(Error({"--undefok=x"}), HasSubstr("there is no flag --undefok"));
  EXPECT_THAT(Error({"--helpfull"}), HasSubstr("there is no flag --helpfull"));
  EXPECT_THAT(Error({"--rollback"}, DeleteCommand()), HasSubstr("there is no flag --rollback"));
  EXPECT_THAT(Error({"--nohost"}), HasSubstr("there is no flag --nohost"));
}

TEST_F(ArgumentsTest, MissingAndUnfitValuesAreSaidWithWhatFits) {
  EXPECT_EQ(Error({"--host"}), "--host needs a value: --host=ADDRESS");
  EXPECT_EQ(Error({"-n", "--verbose"}), "-n needs a value: --namespace=NAME");
  EXPECT_EQ(Error({"--timeout=5"}),
            "--timeout cannot be \"5\"; it is a time with its unit, such as 500ms, 90s, 5m or 1h30m");
  EXPECT_THAT(Error({"--timeout=-5s"}), HasSubstr("cannot be \"-5s\""));
  EXPECT_EQ(Error({"--pull=often"}), "--pull cannot be \"often\"; it is one of missing, always, never");
  EXPECT_EQ(Error({"--wait=perhaps"}), "--wait cannot be \"perhaps\"; it is true or false");
  EXPECT_EQ(Error({"--nowait=true"}), "--nowait takes no value; write --wait=true");
}

TEST_F(ArgumentsTest, OperandsAreCounted) {
  EXPECT_EQ(Error({"a.yaml", "b.yaml"}), "it takes one, and got \"a.yaml\", \"b.yaml\"");
  const Command needy = {.name = "flow-x",
                         .summary = "",
                         .usage = {"FILE [flags]"},
                         .description = "",
                         .fewest = 1,
                         .most = 1,
                         .groups = {},
                         .verbs = {},
                         .examples = {},
                         .exit_codes = {}};
  EXPECT_EQ(Error({}, needy), "it needs FILE");
}

struct Printed {
  int code;
  std::string out, err;
};

// Begin() in a child, whose output is read.
Printed RunBegin(std::vector<std::string> arguments) {
  std::string program = "flow-apply";
  std::vector<char*> argv = {program.data()};
  for (std::string& argument : arguments) argv.push_back(argument.data());
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const auto begun = Begin(ApplyCommand(), static_cast<int>(argv.size()), argv.data());
  Printed printed;
  printed.code = std::holds_alternative<ExitCode>(begun) ? static_cast<int>(std::get<ExitCode>(begun)) : -1;
  printed.out = ::testing::internal::GetCapturedStdout();
  printed.err = ::testing::internal::GetCapturedStderr();
  return printed;
}

TEST_F(ArgumentsTest, HelpAndVersionGoToStandardOutputWhateverElseIsWrong) {
  for (const char* flag : {"--help", "-h", "-help"}) {
    const Printed help = RunBegin({"--nonsense", flag});
    EXPECT_EQ(help.code, 0);
    EXPECT_THAT(help.out, HasSubstr("Usage:\n  flow-apply FILE [flags]"));
    EXPECT_EQ(help.err, "");
  }
  const Printed version = RunBegin({"--version"});
  EXPECT_EQ(version.code, 0);
  EXPECT_EQ(version.out, "flow-apply 0.1.0\n");
}

TEST_F(ArgumentsTest, WrongUsageGoesToStandardErrorWithExitCode2) {
  const Printed wrong = RunBegin({"--tiemout=5m", "x"});
  EXPECT_EQ(wrong.code, 2);
  EXPECT_EQ(wrong.out, "");
  EXPECT_EQ(wrong.err,
            "flow-apply: there is no flag --tiemout; did you mean --timeout?\n"
            "Usage: flow-apply FILE [flags]\n"
            "   or: flow-apply -f FILE [flags]\n"
            "`flow-apply --help` explains them.\n");
  EXPECT_EQ(RunBegin({"x.yaml"}).code, -1);
}

}  // namespace
}  // namespace flow
