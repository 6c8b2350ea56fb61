#include "cmd/base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/ends.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

using testkit::TemporaryFolder;

TEST(FileTest, WhatWasWrittenIsReadWithNulBytes) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(WriteFileDurably(path, bytes, 0600).ok());
  EXPECT_EQ(*ReadFile(path, 100), bytes);
}

TEST(FileTest, ModeIsTheGivenOneWhateverTheUmask) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const mode_t before = umask(0);
  ASSERT_TRUE(WriteFileDurably(path, "x", 0600).ok());
  umask(0777);
  ASSERT_TRUE(WriteFileDurably(path + "2", "x", 0600).ok());
  umask(before);
  struct stat found;
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
  ASSERT_EQ(stat((path + "2").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0600u);
}

TEST(FileTest, FailedWriteLeavesTheOldFileAndNoTemporaryOne) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "taken");
  EXPECT_FALSE(WriteFileDurably(folder / "taken", "x", 0600).ok());
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder.path())) ++entries;
  EXPECT_EQ(entries, 1);
}

TEST(FileTest, FullDiskIsSaidInWords) {
  const int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
  if (fd < 0) GTEST_SKIP() << "no /dev/full";
  const absl::Status status = WriteAll(fd, "standard output", "x");
  close(fd);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot write standard output: the disk is full"));
  EXPECT_FALSE(IsClosedPipe(status));
}

TEST(FileTest, ReaderGoneIsAClosedPipe) {
  signal(SIGPIPE, SIG_IGN);
  testkit::Ends pipe = testkit::Pipe();
  pipe.out.Close();
  EXPECT_TRUE(IsClosedPipe(WriteAll(pipe.in.get(), "standard output", "x")));
}

TEST(FileTest, NonBlockingPipeIsWaitedFor) {
  testkit::Ends pipe = testkit::Pipe();
  fcntl(pipe.in.get(), F_SETFL, O_NONBLOCK);
  const std::string much(1 << 20, 'x');
  std::string got;
  std::thread reader([&] { got = *ReadAll(pipe.out.get(), "pipe", 2 << 20); });
  EXPECT_TRUE(WriteAll(pipe.in.get(), "pipe", much).ok());
  pipe.in.Close();
  reader.join();
  EXPECT_EQ(got, much);
}

TEST(FileTest, FolderMissingFileAndTooMuchAreErrorsThatNameThePath) {
  const TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  EXPECT_EQ(ReadFile(folder, 10).status().message(), "cannot read " + folder + ": it is a folder");
  EXPECT_EQ(ReadFile(folder + "/no", 10).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileDurably(folder + "/a", std::string((1 << 20) + 1, 'x'), 0600).ok());
  EXPECT_EQ(ReadFile(folder + "/a", 1 << 20).status().message(),
            "cannot read " + folder + "/a: it is larger than 1 MiB");
}

}  // namespace
}  // namespace flow
