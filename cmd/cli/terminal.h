// What can be done with a descriptor that people may be looking at.
#ifndef CMD_CLI_TERMINAL_H_
#define CMD_CLI_TERMINAL_H_

#include "cmd/base/environment.h"
#include "flow/text/signs.h"

namespace flow {

struct Terminal {
  bool is_terminal = false;
  // Escape codes for colour may be written: on a terminal, without NO_COLOR (no-color.org) and TERM=dumb.
  bool colour = false;
  // Lines that are already there may be drawn over: as colour, and how wide the terminal is is known.
  bool redraw = false;
  // It is this program's for now: a job in the background has no place of its own there, and would draw over what the
  // shell and others write. What is no terminal is nobody else's.
  bool foreground = true;
  // In columns and lines; what is not known is 80 and 24. COLUMNS and LINES are asked where the terminal does not say.
  int width = 80;
  int height = 24;
};

// As it is now; after SIGWINCH or SIGCONT it may be another (terminal_events.h).
Terminal InspectTerminal(int fd, const Environment& environment);

// Whether what is read and written is UTF-8, as the locale has it: the first of LC_ALL, LC_CTYPE and LANG that is not
// empty says so (POSIX, "Environment Variables"). Without any it is ASCII, and so is what flow writes by itself.
bool LocaleIsUtf8(const Environment& environment);

// Which signs flow's own messages are to have there.
text::Signs SignsOf(const Environment& environment);

}  // namespace flow

#endif  // CMD_CLI_TERMINAL_H_
