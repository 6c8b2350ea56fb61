// Two descriptors: what is written into the one can be read from the other.
#ifndef TESTKIT_ENDS_H_
#define TESTKIT_ENDS_H_

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <utility>

#include "cmd/base/descriptor.h"

namespace flow::testkit {

struct Ends {
  Descriptor out, in;
};

inline Ends Pipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) abort();
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

inline Ends SocketPair() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) abort();
  return {Descriptor(fds[0]), Descriptor(fds[1])};
}

// `in` is what a program has of it; `out` is who looks at it.
inline Ends PseudoTerminal(uint16_t columns = 0, uint16_t lines = 0) {
  Descriptor out(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (grantpt(out.get()) != 0 || unlockpt(out.get()) != 0) abort();
  Descriptor in(open(ptsname(out.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  const winsize size = {lines, columns, 0, 0};
  ioctl(in.get(), TIOCSWINSZ, &size);
  return {std::move(out), std::move(in)};
}

// Whether it takes nothing for now: who writes into it waits.
inline bool IsFull(int fd) {
  pollfd wanted = {fd, POLLOUT, 0};
  return poll(&wanted, 1, 0) == 0;
}

}  // namespace flow::testkit

#endif  // TESTKIT_ENDS_H_
