#include "cmd/cli/terminal_events.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace flow {
namespace {

std::atomic<const char*> before_stop = nullptr;

void Handle(int signal, void (*handler)(int)) {
  struct sigaction action = {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigaction(signal, &action, nullptr);
}

// Gives the terminal back, then stops as if there were no handler. Calls nothing but what a signal handler may
// (signal-safety(7)).
void Stop(int) {
  const int error = errno;
  if (const char* bytes = before_stop) (void)!write(STDOUT_FILENO, bytes, strlen(bytes));
  Handle(SIGTSTP, SIG_DFL);
  sigset_t stop;
  sigemptyset(&stop);
  sigaddset(&stop, SIGTSTP);
  raise(SIGTSTP);
  sigprocmask(SIG_UNBLOCK, &stop, nullptr);  // here it stops
  sigprocmask(SIG_BLOCK, &stop, nullptr);
  Handle(SIGTSTP, Stop);
  raise(SIGCONT);  // a group without a shell is not stopped, and nobody lets it go on
  errno = error;
}

}  // namespace

TerminalEvents::TerminalEvents() {
  sigset_t taken;
  sigemptyset(&taken);
  sigaddset(&taken, SIGWINCH);
  sigaddset(&taken, SIGCONT);
  sigprocmask(SIG_BLOCK, &taken, &before_);
  fd_ = Descriptor(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  sigaction(SIGTSTP, nullptr, &stop_);
  may_be_stopped_ = stop_.sa_handler != SIG_IGN;
  if (may_be_stopped_) Handle(SIGTSTP, Stop);
}

TerminalEvents::~TerminalEvents() {
  before_stop = nullptr;
  if (may_be_stopped_) sigaction(SIGTSTP, &stop_, nullptr);
  sigprocmask(SIG_SETMASK, &before_, nullptr);
}

void TerminalEvents::WriteBeforeStop(const char* bytes) { before_stop = bytes; }

TerminalEvents::Happened TerminalEvents::Take() {
  Happened happened;
  signalfd_siginfo info;
  while (read(fd(), &info, sizeof info) == sizeof info) {
    happened.resized |= info.ssi_signo == SIGWINCH;
    happened.goes_on |= info.ssi_signo == SIGCONT;
  }
  return happened;
}

}  // namespace flow
