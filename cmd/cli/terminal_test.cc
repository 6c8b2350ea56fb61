#include "cmd/cli/terminal.h"

#include "gtest/gtest.h"
#include "testkit/ends.h"

namespace flow {
namespace {

TEST(TerminalTest, PipeIsNoTerminalAndGetsNoColour) {
  const Terminal terminal = InspectTerminal(testkit::Pipe().in.get(), {{"TERM", "xterm"}, {"CLICOLOR_FORCE", "1"}});
  EXPECT_FALSE(terminal.is_terminal);
  EXPECT_FALSE(terminal.colour);
  EXPECT_FALSE(terminal.redraw);
  EXPECT_EQ(terminal.width, 80);
}

TEST(TerminalTest, TerminalHasColourUnlessItIsTurnedOff) {
  const testkit::Ends pseudo = testkit::PseudoTerminal(120, 40);
  const Terminal terminal = InspectTerminal(pseudo.in.get(), {{"TERM", "xterm"}});
  EXPECT_TRUE(terminal.is_terminal);
  EXPECT_TRUE(terminal.colour);
  EXPECT_TRUE(terminal.redraw);
  EXPECT_EQ(terminal.width, 120);
  EXPECT_EQ(terminal.height, 40);
  EXPECT_TRUE(InspectTerminal(pseudo.in.get(), {{"TERM", "xterm"}, {"NO_COLOR", ""}}).colour);
  for (const Environment& off :
       {Environment{{"TERM", "dumb"}}, Environment{}, Environment{{"TERM", "xterm"}, {"NO_COLOR", "1"}}}) {
    EXPECT_TRUE(InspectTerminal(pseudo.in.get(), off).is_terminal);
    EXPECT_FALSE(InspectTerminal(pseudo.in.get(), off).colour);
    EXPECT_FALSE(InspectTerminal(pseudo.in.get(), off).redraw);
  }
}

TEST(TerminalTest, P68TerminalOfUnknownWidthIsNotDrawnOver) {
  const testkit::Ends pseudo = testkit::PseudoTerminal();
  const Terminal unknown = InspectTerminal(pseudo.in.get(), {{"TERM", "xterm"}, {"CI", "1"}});
  EXPECT_FALSE(unknown.redraw);
  EXPECT_EQ(unknown.width, 80);
  const Terminal told = InspectTerminal(pseudo.in.get(), {{"TERM", "xterm"}, {"COLUMNS", "132"}});
  EXPECT_TRUE(told.redraw);
  EXPECT_EQ(told.width, 132);
  EXPECT_EQ(InspectTerminal(testkit::PseudoTerminal(20, 5).in.get(), {{"TERM", "xterm"}}).width, 20);
}

TEST(LocaleTest, TheFirstVariableThatIsNotEmptySaysWhetherItIsUtf8) {
  EXPECT_TRUE(LocaleIsUtf8({{"LANG", "en_US.UTF-8"}}));
  EXPECT_TRUE(LocaleIsUtf8({{"LC_ALL", ""}, {"LC_CTYPE", "C.utf8"}, {"LANG", "C"}}));
  EXPECT_TRUE(LocaleIsUtf8({{"LC_ALL", "de_DE.utf-8@euro"}, {"LANG", "C"}}));
  EXPECT_FALSE(LocaleIsUtf8({{"LC_ALL", "C"}, {"LC_CTYPE", "C.UTF-8"}, {"LANG", "en_US.UTF-8"}}));
  EXPECT_FALSE(LocaleIsUtf8({{"LC_CTYPE", "POSIX"}, {"LANG", "en_US.UTF-8"}}));
  EXPECT_FALSE(LocaleIsUtf8({{"LANG", "de_DE.ISO-8859-1"}, {"LC_MESSAGES", "C.UTF-8"}}));
  EXPECT_FALSE(LocaleIsUtf8({}));
}

}  // namespace
}  // namespace flow
