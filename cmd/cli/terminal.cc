#include "cmd/cli/terminal.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"

namespace flow {
namespace {

// The variable as a count of columns or lines; 0 where it is none.
int Count(const Environment& environment, const char* name) {
  int count = 0;
  return absl::SimpleAtoi(Variable(environment, name), &count) && count > 0 ? count : 0;
}

}  // namespace

Terminal InspectTerminal(int fd, const Environment& environment) {
  Terminal terminal;
  terminal.is_terminal = isatty(fd) == 1;
  winsize size = {};
  if (terminal.is_terminal) ioctl(fd, TIOCGWINSZ, &size);
  const int width = size.ws_col > 0 ? size.ws_col : Count(environment, "COLUMNS");
  const int height = size.ws_row > 0 ? size.ws_row : Count(environment, "LINES");
  if (width > 0) terminal.width = width;
  if (height > 0) terminal.height = height;
  const std::string term = Variable(environment, "TERM");
  terminal.colour =
      terminal.is_terminal && !term.empty() && term != "dumb" && Variable(environment, "NO_COLOR").empty();
  terminal.redraw = terminal.colour && width > 0;
  const pid_t owner = terminal.is_terminal ? tcgetpgrp(fd) : -1;  // -1: not the one that controls us
  terminal.foreground = owner <= 0 || owner == getpgrp();
  return terminal;
}

bool LocaleIsUtf8(const Environment& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = absl::AsciiStrToUpper(Variable(environment, name));
    if (!locale.empty()) return absl::StrContains(locale, "UTF-8") || absl::StrContains(locale, "UTF8");
  }
  return false;
}

text::Signs SignsOf(const Environment& environment) {
  return LocaleIsUtf8(environment) ? text::Signs::kUnicode : text::Signs::kAscii;
}

}  // namespace flow
