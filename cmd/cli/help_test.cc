#include "cmd/cli/help.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using ::testing::StartsWith;

TEST(HelpTest, PageIsTheWholePage) {
  const Command command = {.name = "flow-x",
                           .summary = "do x",
                           .usage = {"FILE [flags]", "-f FILE"},
                           .description = "One paragraph.\n\nAnother.",
                           .fewest = 0,
                           .most = 1,
                           .groups = {{"Applying", {{"wait"}, {"timeout", "2m"}, {"namespace"}, {"pull"}}}},
                           .verbs = {},
                           .examples = {{"flow-x a.yaml", "Do it."}},
                           .exit_codes = {ExitCode::kDone, ExitCode::kUsage}};
  EXPECT_EQ(HelpPage(command, 80), R"(flow-x: do x

Usage:
  flow-x FILE [flags]
  flow-x -f FILE

One paragraph.

Another.

Applying:
      --wait                  Wait until every component is ready. This is on;
                              --nowait turns it off.
      --timeout=DURATION      Give up after this time. Default: 2m.
  -n, --namespace=NAME        The namespace of the pipeline. Without this flag
                              it is the one that the file names, or "default".
      --pull=missing|always|never
                              Pull images where they are missing, always, or
                              never. Default: missing.

Also:
  -h, --help                  Print this page.
      --version               Print the version.

Examples:
  # Do it.
  flow-x a.yaml

Exit codes:
  0    Done.
  2    The command was used wrongly.
)");
}

TEST(HelpTest, EveryCommandHasAPageWithoutFlagsOfLibraries) {
  for (const Command* command : AllCommands()) {
    const std::string page = HelpPage(*command, 80);
    EXPECT_THAT(page, StartsWith(absl::StrCat(command->name, ": "))) << page;
    EXPECT_THAT(page, HasSubstr("\nExamples:\n"));
    EXPECT_THAT(page, HasSubstr("\nExit codes:\n"));
    EXPECT_THAT(page, Not(HasSubstr("flagfile")));
    EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  }
}

// Whether the text is sentences: it begins with a capital letter and ends with a period.
bool IsSentences(absl::string_view text) {
  return !text.empty() && text[0] >= 'A' && text[0] <= 'Z' && text.back() == '.';
}

TEST(HelpTest, WhatIsSaidOfACommandIsSentences) {
  for (const Command* command : AllCommands()) {
    EXPECT_TRUE(IsSentences(command->description)) << command->description;
    for (const Term& verb : command->verbs) EXPECT_TRUE(IsSentences(verb.meaning)) << verb.meaning;
    for (const Term& example : command->examples) EXPECT_TRUE(IsSentences(example.meaning)) << example.meaning;
    for (const ExitCode code : command->exit_codes) EXPECT_TRUE(IsSentences(MeaningOf(code))) << MeaningOf(code);
    for (const FlagGroup& group : command->groups) {
      for (const CommandFlag& flag : group.flags) {
        EXPECT_TRUE(IsSentences(FlagMeaning(FlagOf(flag)))) << FlagMeaning(FlagOf(flag));
      }
    }
  }
}

TEST(HelpTest, LinesFitTheTerminal) {
  for (const Command* command : AllCommands()) {
    for (const int width : {80, 100}) {
      const std::vector<std::string> lines = absl::StrSplit(HelpPage(*command, width), '\n');
      for (const std::string& line : lines) {
        EXPECT_LE(line.size(), static_cast<size_t>(width)) << line;
      }
    }
    EXPECT_EQ(HelpPage(*command, 300), HelpPage(*command, 100));
    EXPECT_EQ(HelpPage(*command, 0), HelpPage(*command, 50));
  }
}

TEST(HelpTest, EveryFlagOfACommandIsOneAndHasWordsAndComesOnce) {
  for (const Command* command : AllCommands()) {
    std::set<std::string> names;
    std::set<char> letters = {'h'};
    for (const FlagGroup& group : command->groups) {
      for (const CommandFlag& flag : group.flags) {
        const Flag* known = FindFlag(flag.name);
        ASSERT_NE(known, nullptr) << flag.name;
        EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
        if (known->letter != 0) {
          EXPECT_TRUE(letters.insert(known->letter).second) << flag.name;
        }
      }
    }
  }
}

TEST(HelpTest, WhatReadsAFileOrAsksAnEngineListsTheExitCodesOfThat) {
  for (const Command* command : AllCommands()) {
    SCOPED_TRACE(command->name);
    for (const FlagGroup& group : command->groups) {
      for (const CommandFlag& flag : group.flags) {
        if (flag.name == std::string("file")) {
          EXPECT_THAT(command->exit_codes, Contains(ExitCode::kInvalidFile));
        }
        if (flag.name == std::string("host")) {
          EXPECT_THAT(command->exit_codes, IsSupersetOf({ExitCode::kNoEngine, ExitCode::kHungUp, ExitCode::kInterrupted,
                                                         ExitCode::kTerminated}));
        }
      }
    }
  }
}

}  // namespace
}  // namespace flow
