#include "cmd/base/write_out.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/file.h"
#include "cmd/base/signals.h"

namespace flow {
namespace {

// From a signal on. A terminal that Ctrl-S stopped takes something again a moment after the Ctrl-C that sets it going.
constexpr int kPatienceMilliseconds = 100;
// Where something is to be taken, and is not.
constexpr int kPauseMilliseconds = 10;

// Whether it takes something by then, be it only to say that it cannot.
bool Takes(int fd, int milliseconds) {
  pollfd wanted = {fd, POLLOUT, 0};
  return poll(&wanted, 1, milliseconds) == 1;
}

// Until it takes something, or a signal waits.
void AwaitItOrSignal(int fd) {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : kEndingSignals) sigaddset(&set, signal);
  const Descriptor signals(signalfd(-1, &set, SFD_CLOEXEC));
  pollfd wanted[] = {{fd, POLLOUT, 0}, {signals.get(), POLLIN, 0}};
  poll(wanted, 2, -1);
}

// Until it takes something. False: a signal has come, and it takes nothing.
bool WaitFor(int fd) {
  // What a rollback has to say must not take a moment a line.
  static bool given_up = false;
  while (!Takes(fd, 0)) {
    if (Signals::Came() == 0) {
      AwaitItOrSignal(fd);
      continue;
    }
    given_up = given_up || !Takes(fd, kPatienceMilliseconds);
    if (given_up) return false;
  }
  return true;
}

// A pipe or terminal, opened anew: O_NONBLOCK on `fd` itself would be so for all that share it. -1: it is neither, or
// may not be opened.
int OpenWithoutBlocking(int fd, mode_t mode) {
  if (!S_ISFIFO(mode) && isatty(fd) != 1) return -1;
  // The master of a pseudo-terminal: opened anew it would be another's.
  if (unsigned number = 0; ioctl(fd, TIOCGPTN, &number) == 0) return -1;
  return open(absl::StrCat("/proc/self/fd/", fd).c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

}  // namespace

absl::Status WriteTo(int fd, absl::string_view name, absl::string_view bytes) {
  struct stat found = {};
  (void)fstat(fd, &found);
  const Descriptor own(OpenWithoutBlocking(fd, found.st_mode));
  // Else in pieces that do not block where poll() says that something is taken.
  const size_t most = own.ok() || S_ISREG(found.st_mode) ? bytes.size() : PIPE_BUF;
  while (!bytes.empty()) {
    const int to = own.ok() ? own.get() : fd;
    const absl::StatusOr<size_t> put = WaitFor(fd) ? WriteSome(to, name, bytes.substr(0, most)) : 0;
    if (!put.ok()) return put.status();
    bytes.remove_prefix(*put);
    if (*put > 0) continue;
    if (Signals::Came() != 0) return absl::CancelledError(absl::StrCat("nobody reads ", name));
    // A terminal with room for one byte says that it takes something, but not a line end, which it makes two of.
    poll(nullptr, 0, kPauseMilliseconds);
  }
  return absl::OkStatus();
}

absl::Status WriteOutput(absl::string_view bytes) { return WriteTo(STDOUT_FILENO, "standard output", bytes); }

void WriteError(absl::string_view bytes) { (void)WriteTo(STDERR_FILENO, "standard error", bytes); }

}  // namespace flow
