#include "flow/pipeline/env_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace flow::pipeline {
namespace {

using Map = std::map<std::string, std::string>;

Map Read(absl::string_view text) {
  const EnvFileResult result = ParseEnvFile(text, {{"HOME", "/home/me"}, {"A", "process"}});
  EXPECT_TRUE(result.ok()) << RenderDiagnostics(".env", text, result.diagnostics, false);
  return result.variables;
}

TEST(ParseEnvFile, TakesAssignmentsAndComments) {
  EXPECT_EQ(Read("# c\n\nK=v\nexport L=w # c\n  M = x y \nN: z\nO=a#b\nP=\nQ=#c\n"),
            (Map{{"K", "v"}, {"L", "w"}, {"M", "x y"}, {"N", "z"}, {"O", "a#b"}, {"P", ""}, {"Q", ""}}));
}

TEST(ParseEnvFile, TakesCrLfAndAByteOrderMark) {
  EXPECT_EQ(Read("\xEF\xBB\xBFK=v\r\nL='a\r\nb'\r\n"), (Map{{"K", "v"}, {"L", "a\nb"}}));
}

TEST(ParseEnvFile, KeepsSingleQuotesAsTheyStand) {
  EXPECT_EQ(Read("K='$A \\n ${B} #' # c\nL='it\\'s'\n"), (Map{{"K", "$A \\n ${B} #"}, {"L", "it's"}}));
}

TEST(ParseEnvFile, ReplacesEscapesAndVariablesInDoubleQuotes) {
  EXPECT_EQ(Read("K=\"a\\nb\\t\\\"\\\\\\$A $HOME\"\nL=\"two\nlines\"\nM=\"\\q\"\n"),
            (Map{{"K", "a\nb\t\"\\$A /home/me"}, {"L", "two\nlines"}, {"M", "\\q"}}));
}

TEST(ParseEnvFile, ExpandsWithItsOwnVariablesFirst) {
  EXPECT_EQ(Read("A=file\nK=$A\nL=${A}x${NO:-d}$$\n"), (Map{{"A", "file"}, {"K", "file"}, {"L", "filexd$"}}));
}

TEST(ParseEnvFile, TakesKeysWithoutAValueFromTheProcess) { EXPECT_EQ(Read("A\nNOT_SET\n"), (Map{{"A", "process"}})); }

TEST(ParseEnvFile, LetsTheLastOneCount) { EXPECT_EQ(Read("K=1\nK=2"), (Map{{"K", "2"}})); }

TEST(ParseEnvFile, TellsAllMistakesAtTheirPlaces) {
  const absl::string_view text = "K v\n=x\nL=${NO}\nM='a' b\nP=${A!}\nN=\"open\n";
  EXPECT_EQ(RenderDiagnostics(".env", text, ParseEnvFile(text, {}).diagnostics, false),
            ".env:1:3: error: expected KEY=value: a key of letters, digits, \"_\", \".\" and \"-\", then \"=\"\n"
            ".env:2:1: error: expected KEY=value: a key of letters, digits, \"_\", \".\" and \"-\", then \"=\"\n"
            ".env:3:3: error: L: variable \"NO\" is not set; set it, write ${NO:-} where empty is right, or $$ for a "
            "dollar\n"
            ".env:4:7: error: M: after the closing quote only a comment may follow on the line\n"
            ".env:5:3: error: P: \"${\" begins no reference here; write ${VAR}, ${VAR:-default}, ${VAR-default}, "
            "${VAR:+text}, ${VAR+text}, ${VAR:?message} or ${VAR?message}, and $${ where a dollar is meant\n"
            ".env:6:3: error: N: this quote is never closed\n");
}

TEST(ParseEnvFile, ShowsNothingOfAValue) {
  for (absl::string_view text : {
           "K=\"hunter2\n",
           "K='hunter2' hunter2\n",
           "K=pa$hunter2\n",
           "K=\"pa$hunter2\"\n",
           "K=hunter2${\n",
           "K=${hunter2!}\n",
           "hunter2/hunter2+hunter2==\n",
           "hunter2 hunter2\n",
           "K=hunter2\x01\n",
           "K=hunter2\xE4\n",
       }) {
    const EnvFileResult result = ParseEnvFile(text, {});
    EXPECT_FALSE(result.ok()) << text;
    const std::string told = RenderDiagnostics(".env", text, result.diagnostics, false);
    EXPECT_THAT(told, testing::Not(testing::HasSubstr("hunter2"))) << told;
  }
}

TEST(ParseEnvFile, RefusesUtf16) { EXPECT_FALSE(ParseEnvFile(absl::string_view("A\0=\0", 4), {}).ok()); }

}  // namespace
}  // namespace flow::pipeline
