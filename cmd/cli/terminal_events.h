// What happens to a program that draws on a terminal: it gets another size, and Ctrl-Z stops the program, which `fg` or
// `bg` lets go on.
#ifndef CMD_CLI_TERMINAL_EVENTS_H_
#define CMD_CLI_TERMINAL_EVENTS_H_

#include <signal.h>

#include "cmd/base/descriptor.h"

namespace flow {

// SIGWINCH and SIGCONT arrive at fd() for the life of the object, of which there is one at a time.
class TerminalEvents {
 public:
  TerminalEvents();
  ~TerminalEvents();
  TerminalEvents(const TerminalEvents&) = delete;
  TerminalEvents& operator=(const TerminalEvents&) = delete;

  // What Ctrl-Z writes on standard output before it stops the program: a literal, which gives the terminal back.
  // nullptr: nothing.
  void WriteBeforeStop(const char* bytes);

  // Readable when something has happened; -1 where the system has no more descriptors.
  int fd() const { return fd_.get(); }

  struct Happened {
    bool resized = false;
    bool goes_on = false;  // after it was stopped, by whatever: what was drawn may be there no more
  };
  // What has happened since it was asked last. Does not wait.
  Happened Take();

 private:
  Descriptor fd_;
  sigset_t before_;              // what was blocked
  struct sigaction stop_ = {};   // what SIGTSTP did
  bool may_be_stopped_ = false;  // by SIGTSTP, which whoever started it did not turn off
};

}  // namespace flow

#endif  // CMD_CLI_TERMINAL_EVENTS_H_
