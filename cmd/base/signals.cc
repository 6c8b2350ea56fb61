#include "cmd/base/signals.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>

#include "cmd/base/errno_status.h"

namespace flow {
namespace {

bool IsIgnored(int signal) {
  struct sigaction action;
  return sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

absl::StatusOr<Signals> Signals::Take() {
  given_ = 0;
  for (const int signal : {SIGPIPE, SIGXFSZ}) ::signal(signal, SIG_IGN);
  sigset_t taken;
  sigemptyset(&taken);
  for (const int signal : kEndingSignals) sigaddset(&taken, signal);
  // Blocked, a signal is queued even where it is ignored (signal(7)): what shall stay ignored must not be in the set.
  if (IsIgnored(SIGHUP)) sigdelset(&taken, SIGHUP);
  if (sigprocmask(SIG_BLOCK, &taken, nullptr) != 0) return ErrnoStatus(errno, "cannot block signals");
  Descriptor fd(signalfd(-1, &taken, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd.ok()) return ErrnoStatus(errno, "cannot open a descriptor for signals");
  return Signals(std::move(fd));
}

std::optional<int> Signals::Next() {
  signalfd_siginfo info;
  if (read(fd(), &info, sizeof info) != sizeof info) return std::nullopt;
  return given_ = static_cast<int>(info.ssi_signo);
}

int Signals::Came() {
  if (given_ != 0) return given_;
  sigset_t waiting;
  sigemptyset(&waiting);
  sigpending(&waiting);
  for (const int signal : kEndingSignals) {
    if (sigismember(&waiting, signal) == 1) return signal;
  }
  return 0;
}

}  // namespace flow
