#include "cmd/base/signals.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

#include "gtest/gtest.h"
#include "testkit/ends.h"

namespace flow {
namespace {

bool Readable(int fd) {
  pollfd wanted = {fd, POLLIN, 0};
  return poll(&wanted, 1, 0) == 1;
}

TEST(SignalsTest, EachSignalArrivesOnceAtTheDescriptor) {
  absl::StatusOr<Signals> signals = Signals::Take();
  ASSERT_TRUE(signals.ok()) << signals.status();
  EXPECT_FALSE(Readable(signals->fd()));
  EXPECT_EQ(signals->Next(), std::nullopt);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGINT}) {
    kill(getpid(), signal);
    EXPECT_TRUE(Readable(signals->fd()));
    EXPECT_EQ(signals->Next(), signal);
    EXPECT_EQ(signals->Next(), std::nullopt);
  }
}

TEST(SignalsTest, WhatCameIsKnownWhileItWaitsAndAfterItWasGivenUntilSignalsAreTakenAgain) {
  {
    absl::StatusOr<Signals> signals = Signals::Take();
    EXPECT_EQ(Signals::Came(), 0);
    kill(getpid(), SIGTERM);
    EXPECT_EQ(Signals::Came(), SIGTERM);
    EXPECT_EQ(signals->Next(), SIGTERM);
    EXPECT_EQ(Signals::Came(), SIGTERM);
  }
  EXPECT_EQ(Signals::Came(), SIGTERM);
  absl::StatusOr<Signals> again = Signals::Take();
  EXPECT_EQ(Signals::Came(), 0);
}

TEST(SignalsTest, WritingToAClosedPipeDoesNotKill) {
  absl::StatusOr<Signals> signals = Signals::Take();
  testkit::Ends pipe = testkit::Pipe();
  pipe.out.Close();
  EXPECT_EQ(write(pipe.in.get(), "x", 1), -1);
  EXPECT_EQ(errno, EPIPE);
}

TEST(SignalsTest, NohupStaysInForceAndIgnoredInterruptDoesNot) {
  signal(SIGHUP, SIG_IGN);
  signal(SIGINT, SIG_IGN);
  sigset_t all;
  sigemptyset(&all);
  sigaddset(&all, SIGHUP);
  sigprocmask(SIG_UNBLOCK, &all, nullptr);  // as at a program's start
  absl::StatusOr<Signals> signals = Signals::Take();
  kill(getpid(), SIGHUP);
  EXPECT_EQ(signals->Next(), std::nullopt);
  kill(getpid(), SIGINT);
  EXPECT_EQ(signals->Next(), SIGINT);
}

}  // namespace
}  // namespace flow
