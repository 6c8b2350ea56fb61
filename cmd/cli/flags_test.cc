#include "cmd/cli/flags.h"

#include <set>
#include <string>
#include <vector>

#include "cmd/cli/commands.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::ElementsAre;

TEST(Flags, EachHasANameAndAPlaceOfItsOwn) {
  std::set<std::string> names;
  std::vector<Flag::Member> members;
  for (const Flag& flag : AllFlags()) {
    EXPECT_TRUE(names.insert(flag.name).second) << flag.name;
    EXPECT_EQ(FindFlag(flag.name), &flag);
    for (const Flag::Member& member : members) EXPECT_FALSE(flag.member == member) << flag.name;
    members.push_back(flag.member);
    EXPECT_EQ(IsBool(flag), *flag.value == '\0') << flag.name;
  }
  EXPECT_EQ(FindFlag("flagfile"), nullptr);
}

TEST(Flags, EachIsTakenBySomeCommand) {
  std::set<std::string> of_commands;
  for (const Command* command : AllCommands()) {
    for (const FlagGroup& group : command->groups) {
      for (const CommandFlag& flag : group.flags) of_commands.insert(flag.name);
    }
  }
  for (const Flag& flag : AllFlags()) EXPECT_TRUE(of_commands.contains(flag.name)) << flag.name;
}

TEST(Flags, EachDefaultIsAValueThatTheFlagTakes) {
  for (const Command* command : AllCommands()) {
    for (const FlagGroup& group : command->groups) {
      for (const CommandFlag& of_command : group.flags) {
        const Flag flag = FlagOf(of_command);
        if (*flag.default_value == '\0') continue;
        Options options;
        EXPECT_TRUE(SetOption(flag, flag.default_value, options)) << flag.name;
        const std::vector<std::string> words = WordsOf(flag);
        if (!words.empty()) {
          EXPECT_THAT(words, testing::Contains(flag.default_value)) << flag.name;
        }
      }
    }
  }
}

TEST(Flags, AValueIsOfTheTypeOfItsOption) {
  Options options;
  EXPECT_TRUE(SetOption(*FindFlag("timeout"), "1h30m", options));
  EXPECT_EQ(options.timeout, absl::Minutes(90));
  EXPECT_FALSE(SetOption(*FindFlag("timeout"), "5", options));
  EXPECT_FALSE(SetOption(*FindFlag("timeout"), "-5s", options));
  EXPECT_FALSE(SetOption(*FindFlag("wait"), "perhaps", options));
  EXPECT_TRUE(SetOption(*FindFlag("env_file"), "a", options));
  EXPECT_TRUE(SetOption(*FindFlag("env_file"), "b", options));
  EXPECT_THAT(options.env_files, ElementsAre("a", "b"));
  EXPECT_THAT(WordsOf(*FindFlag("pull")), ElementsAre("missing", "always", "never"));
  EXPECT_THAT(WordsOf(*FindFlag("host")), ElementsAre());
}

}  // namespace
}  // namespace flow
