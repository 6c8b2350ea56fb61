#include "cmd/base/write_out.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/file.h"
#include "cmd/base/signals.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

// Two descriptors: what is written into one can be read from the other.
struct Ends {
  explicit Ends(const std::string& kind) {
    int fds[2] = {-1, -1};
    if (kind == "terminal") {
      fds[0] = posix_openpt(O_RDWR | O_NOCTTY);
      EXPECT_TRUE(grantpt(fds[0]) == 0 && unlockpt(fds[0]) == 0);
      fds[1] = open(ptsname(fds[0]), O_RDWR | O_NOCTTY);
    } else {
      EXPECT_EQ(kind == "pipe" ? pipe(fds) : socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    }
    out = fds[0];
    in = fds[1];
  }
  ~Ends() {
    CloseIn();
    close(out);
  }
  void CloseIn() {
    if (in >= 0) close(in);
    in = -1;
  }
  bool Full() const {
    pollfd wanted = {in, POLLOUT, 0};
    return poll(&wanted, 1, 0) == 0;
  }
  // What writes into it more than it takes waits then.
  void AwaitFull() const {
    for (const absl::Time end = absl::Now() + absl::Seconds(30); !Full() && absl::Now() < end;) {
      std::this_thread::yield();
    }
    EXPECT_TRUE(Full());
  }

  int out, in;
};

// 1 MiB and more, no two places of it alike.
std::string Much() {
  std::string much;
  for (int line = 0; much.size() < 1 << 20; ++line) absl::StrAppend(&much, line, "\n");
  return much;
}

TEST(WriteOut, ASignalEndsTheWaitingForAStoppedReaderAndStaysToBeTaken) {
  for (const char* kind : {"pipe", "socket"}) {
    SCOPED_TRACE(kind);
    absl::StatusOr<Signals> signals = Signals::Take();
    ASSERT_TRUE(signals.ok()) << signals.status();
    const Ends ends(kind);
    absl::Status status;
    std::thread writer([&] { status = WriteTo(ends.in, kind, Much()); });
    ends.AwaitFull();
    EXPECT_EQ(Signals::Came(), 0);
    kill(getpid(), SIGTERM);
    writer.join();
    EXPECT_TRUE(IsClosedPipe(status)) << status;
    EXPECT_EQ(Signals::Came(), SIGTERM);
    EXPECT_EQ(signals->Next(), SIGTERM);
  }
}

// Which takes a part of what is written, and would wait with the rest, though poll() said that it takes something.
TEST(WriteOut, ASignalEndsTheWaitingForATerminal) {
  for (const bool stopped : {false, true}) {
    absl::StatusOr<Signals> signals = Signals::Take();
    ASSERT_TRUE(signals.ok()) << signals.status();
    const Ends terminal("terminal");
    ASSERT_TRUE(!stopped || tcflow(terminal.in, TCOOFF) == 0);  // Ctrl-S
    kill(getpid(), SIGHUP);
    EXPECT_TRUE(IsClosedPipe(WriteTo(terminal.in, "terminal", Much())));
    EXPECT_EQ(signals->Next(), SIGHUP);
    EXPECT_EQ(fcntl(terminal.in, F_GETFL) & O_NONBLOCK, 0);  // which whoever shares it would see
  }
}

// A rollback goes on after the signal, and has something to say.
TEST(WriteOut, OnceASignalWasTakenOnlyWhatFindsNoPlaceIsLost) {
  absl::StatusOr<Signals> signals = Signals::Take();
  ASSERT_TRUE(signals.ok()) << signals.status();
  kill(getpid(), SIGINT);
  ASSERT_EQ(signals->Next(), SIGINT);
  EXPECT_EQ(Signals::Came(), SIGINT);
  Ends ends("pipe");
  const std::string much = Much();
  EXPECT_TRUE(IsClosedPipe(WriteTo(ends.in, "pipe", much)));
  EXPECT_TRUE(IsClosedPipe(WriteTo(ends.in, "pipe", "no place\n")));
  std::string got(fcntl(ends.out, F_GETPIPE_SZ), ' ');
  ASSERT_EQ(read(ends.out, got.data(), got.size()), static_cast<ssize_t>(got.size()));
  EXPECT_TRUE(got == much.substr(0, got.size()));
  EXPECT_TRUE(WriteTo(ends.in, "pipe", "place again\n").ok());
  ends.CloseIn();
  EXPECT_EQ(*ReadAll(ends.out, "pipe", 1 << 20), "place again\n");
}

// Whatever signals came before, to others.
TEST(WriteOut, AllComesInOrderToOneThatReadsLater) {
  for (const char* kind : {"pipe", "socket"}) {
    SCOPED_TRACE(kind);
    absl::StatusOr<Signals> signals = Signals::Take();
    ASSERT_TRUE(signals.ok()) << signals.status();
    Ends ends(kind);
    const std::string much = Much();
    absl::Status status;
    std::thread writer([&] {
      status = WriteTo(ends.in, kind, much);
      ends.CloseIn();
    });
    ends.AwaitFull();
    const std::string got = *ReadAll(ends.out, kind, 2 << 20);
    writer.join();
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(got == much);
  }
}

TEST(WriteOut, ToAFileAllIsWrittenBehindWhatIsThere) {
  const std::string path = testing::TempDir() + "/file";
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC, 0600);
  ASSERT_GE(fd, 0);
  EXPECT_TRUE(WriteTo(fd, "file", "a\n").ok());
  EXPECT_TRUE(WriteTo(fd, "file", Much()).ok());
  close(fd);
  EXPECT_TRUE(*ReadFile(path, 2 << 20) == "a\n" + Much());
}

TEST(WriteOut, AReaderThatIsGoneIsAClosedPipe) {
  absl::StatusOr<Signals> signals = Signals::Take();
  Ends ends("pipe");
  close(ends.out);
  EXPECT_TRUE(IsClosedPipe(WriteTo(ends.in, "pipe", "x")));
  ends.out = -1;
}

}  // namespace
}  // namespace flow
