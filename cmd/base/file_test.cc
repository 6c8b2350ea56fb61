#include "cmd/base/file.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

std::string Folder() {
  std::string folder = ::testing::TempDir() + "/file-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  return folder;
}

TEST(FileTest, WhatWasWrittenIsReadWithNulBytes) {
  const std::string path = Folder() + "/a";
  const std::string bytes("a\0b\xff", 4);
  ASSERT_TRUE(WriteFileDurably(path, bytes, 0600).ok());
  EXPECT_EQ(*ReadFile(path, 100), bytes);
}

TEST(FileTest, ModeIsTheGivenOneWhateverTheUmask) {
  const std::string path = Folder() + "/a";
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
  const std::string folder = Folder();
  std::filesystem::create_directory(folder + "/taken");
  EXPECT_FALSE(WriteFileDurably(folder + "/taken", "x", 0600).ok());
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(folder)) ++entries;
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
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  close(ends[0]);
  EXPECT_TRUE(IsClosedPipe(WriteAll(ends[1], "standard output", "x")));
  close(ends[1]);
}

TEST(FileTest, NonBlockingPipeIsWaitedFor) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  const std::string much(1 << 20, 'x');
  fcntl(ends[0], F_SETFL, 0);
  std::string got;
  std::thread reader([&] { got = *ReadAll(ends[0], "pipe", 2 << 20); });
  EXPECT_TRUE(WriteAll(ends[1], "pipe", much).ok());
  close(ends[1]);
  reader.join();
  close(ends[0]);
  EXPECT_EQ(got, much);
}

TEST(FileTest, FolderMissingFileAndTooMuchAreErrorsThatNameThePath) {
  const std::string folder = Folder();
  EXPECT_EQ(ReadFile(folder, 10).status().message(), "cannot read " + folder + ": it is a folder");
  EXPECT_EQ(ReadFile(folder + "/no", 10).status().code(), absl::StatusCode::kNotFound);
  ASSERT_TRUE(WriteFileDurably(folder + "/a", std::string((1 << 20) + 1, 'x'), 0600).ok());
  EXPECT_EQ(ReadFile(folder + "/a", 1 << 20).status().message(),
            "cannot read " + folder + "/a: it is larger than 1 MiB");
}

}  // namespace
}  // namespace flow
