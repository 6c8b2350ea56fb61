#include "cmd/base/standard_streams.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

namespace flow {
namespace {

// The first descriptor that a process gets that began with these closed.
int FirstOpened(const std::vector<int>& closed) {
  const pid_t child = fork();
  if (child == 0) {
    for (const int fd : closed) close(fd);
    OpenClosedStandardStreams();
    _exit(open("/dev/null", O_RDONLY));
  }
  int status = -1;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(StandardStreams, NothingThatIsOpenedLaterTakesTheirNumbers) {
  for (int mask = 0; mask < 8; ++mask) {
    std::vector<int> closed;
    for (int fd = 0; fd < 3; ++fd) {
      if (mask & 1 << fd) closed.push_back(fd);
    }
    EXPECT_GT(FirstOpened(closed), STDERR_FILENO) << mask;
  }
}

TEST(StandardStreams, WhatIsOpenStaysAsItIs) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDOUT_FILENO);
    OpenClosedStandardStreams();
    _exit(write(STDOUT_FILENO, "x", 1) == 1 ? 0 : 1);
  }
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 1);
  EXPECT_EQ(byte, 'x');
  waitpid(child, nullptr, 0);
}

}  // namespace
}  // namespace flow
