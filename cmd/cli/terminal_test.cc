#include "cmd/cli/terminal.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "gtest/gtest.h"

namespace flow {
namespace {

// The program's end of a pseudo-terminal.
class Pseudo {
 public:
  Pseudo(unsigned short columns, unsigned short lines) {
    master_ = posix_openpt(O_RDWR | O_NOCTTY);
    if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) return;
    fd_ = open(ptsname(master_), O_RDWR | O_NOCTTY);
    const winsize size = {lines, columns, 0, 0};
    ioctl(fd_, TIOCSWINSZ, &size);
  }
  ~Pseudo() {
    close(fd_);
    close(master_);
  }
  int fd() const { return fd_; }

 private:
  int master_ = -1;
  int fd_ = -1;
};

TEST(TerminalTest, PipeIsNoTerminalAndGetsNoColour) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const Terminal terminal = InspectTerminal(ends[1], {{"TERM", "xterm"}, {"CLICOLOR_FORCE", "1"}});
  EXPECT_FALSE(terminal.is_terminal);
  EXPECT_FALSE(terminal.colour);
  EXPECT_FALSE(terminal.redraw);
  EXPECT_EQ(terminal.width, 80);
  close(ends[0]);
  close(ends[1]);
}

TEST(TerminalTest, TerminalHasColourUnlessItIsTurnedOff) {
  const Pseudo pseudo(120, 40);
  ASSERT_GE(pseudo.fd(), 0);
  const Terminal terminal = InspectTerminal(pseudo.fd(), {{"TERM", "xterm"}});
  EXPECT_TRUE(terminal.is_terminal);
  EXPECT_TRUE(terminal.colour);
  EXPECT_TRUE(terminal.redraw);
  EXPECT_EQ(terminal.width, 120);
  EXPECT_EQ(terminal.height, 40);
  EXPECT_TRUE(InspectTerminal(pseudo.fd(), {{"TERM", "xterm"}, {"NO_COLOR", ""}}).colour);
  for (const Environment& off :
       {Environment{{"TERM", "dumb"}}, Environment{}, Environment{{"TERM", "xterm"}, {"NO_COLOR", "1"}}}) {
    EXPECT_TRUE(InspectTerminal(pseudo.fd(), off).is_terminal);
    EXPECT_FALSE(InspectTerminal(pseudo.fd(), off).colour);
    EXPECT_FALSE(InspectTerminal(pseudo.fd(), off).redraw);
  }
}

TEST(TerminalTest, P68TerminalOfUnknownWidthIsNotDrawnOver) {
  const Pseudo pseudo(0, 0);
  ASSERT_GE(pseudo.fd(), 0);
  const Terminal unknown = InspectTerminal(pseudo.fd(), {{"TERM", "xterm"}, {"CI", "1"}});
  EXPECT_FALSE(unknown.redraw);
  EXPECT_EQ(unknown.width, 80);
  const Terminal told = InspectTerminal(pseudo.fd(), {{"TERM", "xterm"}, {"COLUMNS", "132"}});
  EXPECT_TRUE(told.redraw);
  EXPECT_EQ(told.width, 132);
  EXPECT_EQ(InspectTerminal(Pseudo(20, 5).fd(), {{"TERM", "xterm"}}).width, 20);
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
