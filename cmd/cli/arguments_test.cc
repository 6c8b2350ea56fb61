#include "cmd/cli/arguments.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/cli/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Arguments Parse(const std::vector<std::string>& arguments, const Command& command = ApplyCommand()) {
  const absl::StatusOr<Arguments> parsed = ParseArguments(command, arguments);
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  return parsed.ok() ? *parsed : Arguments();
}

Options ParseOptions(const std::vector<std::string>& arguments, const Command& command = ApplyCommand()) {
  return Parse(arguments, command).options;
}

std::string Error(const std::vector<std::string>& arguments, const Command& command = ApplyCommand()) {
  const absl::StatusOr<Arguments> parsed = ParseArguments(command, arguments);
  EXPECT_EQ(parsed.status().code(), absl::StatusCode::kInvalidArgument);
  return std::string(parsed.status().message());
}

TEST(ArgumentsTest, FlagsComeInEverySpelling) {
  for (const std::vector<std::string>& arguments : std::vector<std::vector<std::string>>{
           {"--state_dir=/x", "--timeout=90s", "--nowait", "-n", "prod", "-o", "json"},
           {"--state-dir", "/x", "-timeout=90s", "--no-wait", "-nprod", "-ojson"},
           {"-state_dir", "/x", "--timeout=90s", "--wait=false", "-n=prod", "-o=json"},
           {"--state-dir=/x", "--timeout=90s", "--no_wait", "--namespace", "prod", "--output=json"}}) {
    const Arguments parsed = Parse(arguments);
    EXPECT_EQ(parsed.options.state_dir, "/x");
    EXPECT_EQ(parsed.options.timeout, absl::Seconds(90));
    EXPECT_FALSE(parsed.options.wait);
    EXPECT_EQ(parsed.options.namespace_, "prod");
    EXPECT_EQ(parsed.options.output, "json");
    EXPECT_THAT(parsed.operands, ElementsAre());
  }
}

TEST(ArgumentsTest, WhatIsNotGivenIsItsDefault) {
  const Options options = ParseOptions({});
  EXPECT_TRUE(options.wait);
  EXPECT_TRUE(options.strict);
  EXPECT_FALSE(options.verbose);
  EXPECT_EQ(options.timeout, absl::Minutes(5));
  EXPECT_EQ(options.output, "table");
  EXPECT_EQ(options.host, "");
  EXPECT_FALSE(options.control_plane.has_value());
}

TEST(ArgumentsTest, OneCommandLineLeavesNothingToTheNext) {
  EXPECT_EQ(ParseOptions({"--host=tcp://a:1", "--nowait", "--env_file=a"}).host, "tcp://a:1");
  const Options next = ParseOptions({});
  EXPECT_EQ(next.host, "");
  EXPECT_TRUE(next.wait);
  EXPECT_THAT(next.env_files, ElementsAre());
}

TEST(ArgumentsTest, TrueAndFalseAreWrittenAsGflagsTakesThem) {
  for (const char* yes : {"--wait", "--wait=true", "--wait=TRUE", "--wait=t", "--wait=yes", "--wait=1"}) {
    EXPECT_TRUE(ParseOptions({"--nowait", yes}).wait) << yes;
  }
  for (const char* no : {"--nowait", "--wait=false", "--wait=F", "--wait=no", "--wait=0"}) {
    EXPECT_FALSE(ParseOptions({no}).wait) << no;
  }
}

TEST(ArgumentsTest, ACommandHasWordsOfItsOwnForAChoice) {
  EXPECT_EQ(ParseOptions({"x.yaml"}, ValidateCommand()).output, "text");
  EXPECT_EQ(ParseOptions({"-o", "json", "x.yaml"}, ValidateCommand()).output, "json");
  EXPECT_EQ(Error({"-o", "table", "x.yaml"}, ValidateCommand()),
            "--output cannot be \"table\"; it is one of text, json");
}

TEST(ArgumentsTest, FlagsStandBeforeBetweenAndBehindOperands) {
  const Arguments apply = Parse({"--wait", "a.yaml", "--verbose"});
  EXPECT_THAT(apply.operands, ElementsAre("a.yaml"));
  EXPECT_TRUE(apply.options.verbose);
  const Arguments remove = Parse({"a", "-n", "x", "b", "--all"}, DeleteCommand());
  EXPECT_THAT(remove.operands, ElementsAre("a", "b"));
  EXPECT_TRUE(remove.options.all);
}

TEST(ArgumentsTest, DoubleDashEndsFlagsAndDashIsAnOperand) {
  const Arguments after = Parse({"--", "--verbose", "-x"}, DeleteCommand());
  EXPECT_THAT(after.operands, ElementsAre("--verbose", "-x"));
  EXPECT_FALSE(after.options.verbose);
  EXPECT_THAT(Parse({"-"}).operands, ElementsAre("-"));
  EXPECT_EQ(ParseOptions({"-f", "-"}).file, "-");
  EXPECT_THAT(Parse({""}, ApplyCommand()).operands, ElementsAre(""));
}

TEST(ArgumentsTest, EmptyValueAndEqualsSignsInValuesStay) {
  const Options options = ParseOptions({"--host=", "--default-image=a=b", "--control_plane="});
  EXPECT_EQ(options.host, "");
  EXPECT_EQ(options.default_image, "a=b");
  EXPECT_EQ(options.control_plane, "");  // given, and empty
}

TEST(ArgumentsTest, FlagThatMayComeSeveralTimesKeepsAll) {
  const Options options = ParseOptions({"--env_file=a", "--env-file", "b", "--allow_host_path=/etc"});
  EXPECT_THAT(options.env_files, ElementsAre("a", "b"));
  EXPECT_THAT(options.allowed_host_paths, ElementsAre("/etc"));
}

TEST(ArgumentsTest, CommandsHaveDefaultsOfTheirOwn) {
  EXPECT_EQ(ParseOptions({"a"}, DeleteCommand()).timeout, absl::Minutes(2));
  EXPECT_EQ(ParseOptions({"--timeout=1s", "a"}, DeleteCommand()).timeout, absl::Seconds(1));
}

TEST(ArgumentsTest, UnknownFlagIsNamedWithTheNearest) {
  EXPECT_EQ(Error({"--tiemout=5m"}), "there is no flag --tiemout; did you mean --timeout?");
  EXPECT_EQ(Error({"--no-wiat"}), "there is no flag --no-wiat; did you mean --nowait?");
  EXPECT_EQ(Error({"--zzzzzzzz"}), "there is no flag --zzzzzzzz");
  EXPECT_EQ(Error({"-z"}), "there is no flag -z");
  EXPECT_EQ(Error({"--hlep"}), "there is no flag --hlep; did you mean --help?");
}

TEST(ArgumentsTest, FlagsOfOtherCommandsAndOfLibrariesAreUnknown) {
  EXPECT_THAT(Error({"--keep_volumes"}), HasSubstr("there is no flag --keep_volumes"));
  EXPECT_THAT(Error({"--flagfile=/etc/passwd"}), HasSubstr("there is no flag --flagfile"));
  EXPECT_THAT(Error({"--undefok=x"}), HasSubstr("there is no flag --undefok"));
  EXPECT_THAT(Error({"--helpfull"}), HasSubstr("there is no flag --helpfull"));
  EXPECT_THAT(Error({"--rollback"}, DeleteCommand()), HasSubstr("there is no flag --rollback"));
  EXPECT_THAT(Error({"--nohost"}), HasSubstr("there is no flag --nohost"));
}

TEST(ArgumentsTest, MissingAndUnfitValuesAreSaidWithWhatFits) {
  EXPECT_EQ(Error({"--host"}), "--host needs a value: --host=ADDRESS");
  EXPECT_EQ(Error({"-n", "--verbose"}), "-n needs a value: --namespace=NAME");
  EXPECT_EQ(Error({"--timeout=5"}),
            "--timeout cannot be \"5\"; it is a time with its unit, such as 500ms, 90s, 5m or 1h30m");
  EXPECT_THAT(Error({"--timeout=-5s"}), HasSubstr("cannot be \"-5s\""));
  EXPECT_EQ(Error({"--pull=often"}), "--pull cannot be \"often\"; it is one of missing, always, never");
  EXPECT_EQ(Error({"--wait=perhaps"}), "--wait cannot be \"perhaps\"; it is true or false");
  EXPECT_EQ(Error({"--nowait=true"}), "--nowait takes no value; write --wait=true");
}

// Of flow-translate it is a format. Elsewhere it would choose where a pipeline goes.
TEST(ArgumentsTest, OnlyATranslationIsAskedForAsObjectsOfACluster) {
  EXPECT_TRUE(ParseOptions({"--output=kubernetes", "p.yaml"}, TranslateCommand()).for_cluster);
  EXPECT_THAT(Error({"--output=kubernetes", "p.yaml"}), HasSubstr("--output cannot be \"kubernetes\""));
  EXPECT_THAT(Error({"--output=kubernetes"}, StatusCommand()), HasSubstr("--output cannot be \"kubernetes\""));
}

TEST(ArgumentsTest, OperandsAreCounted) {
  EXPECT_EQ(Error({"a.yaml", "b.yaml"}), "it takes one FILE, and got \"a.yaml\", \"b.yaml\"");
  EXPECT_EQ(Error({"a", "b"}, StatusCommand()), "it takes one NAME, and got \"a\", \"b\"");
  EXPECT_EQ(Error({}, StreamCommand()), "it needs NAME");
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

TEST(ArgumentsTest, AFileInThePlaceOfANameIsToldHowItIsGiven) {
  EXPECT_EQ(Error({"payments.yaml"}, DeleteCommand()),
            "\"payments.yaml\" is no pipeline's name; a file is given by -f payments.yaml");
  EXPECT_THAT(Error({"orders", "./payments"}, DeleteCommand()), HasSubstr("by -f ./payments"));
  EXPECT_THAT(Error({"-"}, StatusCommand()), HasSubstr("by -f -"));
  EXPECT_THAT(Error({"p.yaml", "sink"}, LogsCommand()), HasSubstr("by -f p.yaml"));
  EXPECT_EQ(Error({""}, StatusCommand()), "\"\" is no pipeline's name");
  // Ids of components have dots, and flow-stream takes no file.
  EXPECT_THAT(Parse({"payments", "sink.1"}, LogsCommand()).operands, ElementsAre("payments", "sink.1"));
  EXPECT_THAT(Parse({"-f", "p.yaml", "sink.1"}, LogsCommand()).operands, ElementsAre("sink.1"));
  EXPECT_THAT(Parse({"payments.yaml"}, StreamCommand()).operands, ElementsAre("payments.yaml"));
}

TEST(ArgumentsTest, WhatWasSaidToACommandIsForThoseThatItRunsToo) {
  const Arguments run = Parse({"p.yaml", "--host", "tcp://h:1", "--nostrict", "--window=1", "-n", "prod", "--keep"},
                              RunPipelineCommand());
  EXPECT_THAT(FlagsFor(ApplyCommand(), run), ElementsAre("--host=tcp://h:1", "--strict=false", "--namespace=prod"));
  EXPECT_THAT(FlagsFor(StreamCommand(), run), ElementsAre("--host=tcp://h:1", "--window=1", "--namespace=prod"));
}

TEST(ArgumentsTest, AWordThatTheOtherCommandDoesNotTakeIsNotForIt) {
  const Arguments apply = Parse({"p.yaml", "-o", "wide", "--progress=tty", "--verbose"});
  EXPECT_THAT(FlagsFor(StreamCommand(), apply), ElementsAre("--verbose=true"));
}

}  // namespace
}  // namespace flow
