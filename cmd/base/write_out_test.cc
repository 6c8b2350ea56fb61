#include "cmd/base/write_out.h"

#include <fcntl.h>
#include <signal.h>
#include <termios.h>
#include <unistd.h>

#include <string>
#include <thread>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "cmd/base/signals.h"
#include "gtest/gtest.h"
#include "testkit/ends.h"
#include "testkit/eventually.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using testkit::Ends;

Ends Of(const std::string& kind) { return kind == "pipe" ? testkit::Pipe() : testkit::SocketPair(); }

// What writes into it more than it takes waits then.
void AwaitFull(const Ends& ends) {
  EXPECT_TRUE(testkit::Eventually([&] { return testkit::IsFull(ends.in.get()); }));
}

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
    const Ends ends = Of(kind);
    absl::Status status;
    std::thread writer([&] { status = WriteTo(ends.in.get(), kind, Much()); });
    AwaitFull(ends);
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
    const Ends terminal = testkit::PseudoTerminal();
    ASSERT_TRUE(!stopped || tcflow(terminal.in.get(), TCOOFF) == 0);  // Ctrl-S
    kill(getpid(), SIGHUP);
    EXPECT_TRUE(IsClosedPipe(WriteTo(terminal.in.get(), "terminal", Much())));
    EXPECT_EQ(signals->Next(), SIGHUP);
    EXPECT_EQ(fcntl(terminal.in.get(), F_GETFL) & O_NONBLOCK, 0);  // which whoever shares it would see
  }
}

// A rollback goes on after the signal, and has something to say.
TEST(WriteOut, OnceASignalWasTakenOnlyWhatFindsNoPlaceIsLost) {
  absl::StatusOr<Signals> signals = Signals::Take();
  ASSERT_TRUE(signals.ok()) << signals.status();
  kill(getpid(), SIGINT);
  ASSERT_EQ(signals->Next(), SIGINT);
  EXPECT_EQ(Signals::Came(), SIGINT);
  Ends ends = testkit::Pipe();
  const std::string much = Much();
  EXPECT_TRUE(IsClosedPipe(WriteTo(ends.in.get(), "pipe", much)));
  EXPECT_TRUE(IsClosedPipe(WriteTo(ends.in.get(), "pipe", "no place\n")));
  std::string got(fcntl(ends.out.get(), F_GETPIPE_SZ), ' ');
  ASSERT_EQ(read(ends.out.get(), got.data(), got.size()), static_cast<ssize_t>(got.size()));
  EXPECT_TRUE(got == much.substr(0, got.size()));
  EXPECT_TRUE(WriteTo(ends.in.get(), "pipe", "place again\n").ok());
  ends.in.Close();
  EXPECT_EQ(*ReadAll(ends.out.get(), "pipe", 1 << 20), "place again\n");
}

// Whatever signals came before, to others.
TEST(WriteOut, AllComesInOrderToOneThatReadsLater) {
  for (const char* kind : {"pipe", "socket"}) {
    SCOPED_TRACE(kind);
    absl::StatusOr<Signals> signals = Signals::Take();
    ASSERT_TRUE(signals.ok()) << signals.status();
    Ends ends = Of(kind);
    const std::string much = Much();
    absl::Status status;
    std::thread writer([&] {
      status = WriteTo(ends.in.get(), kind, much);
      ends.in.Close();
    });
    AwaitFull(ends);
    const std::string got = *ReadAll(ends.out.get(), kind, 2 << 20);
    writer.join();
    EXPECT_TRUE(status.ok()) << status;
    EXPECT_TRUE(got == much);
  }
}

TEST(WriteOut, ToAFileAllIsWrittenBehindWhatIsThere) {
  const testkit::TemporaryFolder folder;
  const std::string path = folder / "file";
  const Descriptor fd(open(path.c_str(), O_RDWR | O_CREAT, 0600));
  EXPECT_TRUE(WriteTo(fd.get(), "file", "a\n").ok());
  EXPECT_TRUE(WriteTo(fd.get(), "file", Much()).ok());
  EXPECT_TRUE(*ReadFile(path, 2 << 20) == "a\n" + Much());
}

TEST(WriteOut, AReaderThatIsGoneIsAClosedPipe) {
  absl::StatusOr<Signals> signals = Signals::Take();
  Ends ends = testkit::Pipe();
  ends.out.Close();
  EXPECT_TRUE(IsClosedPipe(WriteTo(ends.in.get(), "pipe", "x")));
}

}  // namespace
}  // namespace flow
