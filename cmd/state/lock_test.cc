#include "cmd/state/lock.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <functional>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/ends.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using testkit::TemporaryFolder;

const PipelineKey kMinimal = {"default", "minimal"};

// A process that holds the lock until it is killed. `prepare` is called in it before that.
pid_t StartHolder(
    const Store& store, const std::function<void()>& prepare = [] {}) {
  const testkit::Ends pipe = testkit::Pipe();
  const pid_t child = fork();
  if (child == 0) {
    prepare();
    const absl::StatusOr<Lock> lock = Lock::Acquire(store, kMinimal);
    (void)!write(pipe.in.get(), lock.ok() ? "y" : "n", 1);
    for (;;) pause();
  }
  char held = 0;
  EXPECT_EQ(read(pipe.out.get(), &held, 1), 1);
  EXPECT_EQ(held, 'y');
  return child;
}

// Its file can be made then, and takes no byte.
TEST(LockTest, HoldsOnAFullDisk) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const pid_t holder = StartHolder(store, [] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit nothing = {0, 0};
    setrlimit(RLIMIT_FSIZE, &nothing);
  });
  const absl::StatusOr<Lock> second = Lock::Acquire(store, kMinimal);
  EXPECT_EQ(ExitCodeOf(second.status()), ExitCode::kBusy) << second.status();
  EXPECT_EQ(LockHolder(store, kMinimal), -1);
  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
}

TEST(LockTest, P39SecondCommandIsToldTheProcessIdOfTheFirstAtOnce) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const pid_t holder = StartHolder(store);
  const absl::StatusOr<Lock> second = Lock::Acquire(store, kMinimal);
  EXPECT_EQ(ExitCodeOf(second.status()), ExitCode::kBusy) << second.status();
  EXPECT_THAT(std::string(second.status().message()), HasSubstr("pipeline \"minimal\""));
  EXPECT_THAT(std::string(second.status().message()), HasSubstr(absl::StrCat("process ", holder, ":")));
  EXPECT_EQ(LockHolder(store, kMinimal), holder);
  EXPECT_TRUE(Lock::Acquire(store, {"default", "other"}).ok());
  EXPECT_TRUE(Lock::Acquire(store, {"prod", "minimal"}).ok());

  kill(holder, SIGKILL);
  waitpid(holder, nullptr, 0);
  EXPECT_EQ(LockHolder(store, kMinimal), 0);
  const absl::StatusOr<Lock> after = Lock::Acquire(store, kMinimal);
  EXPECT_TRUE(after.ok()) << after.status();
}

TEST(LockTest, NothingIsLeftWhenItIsReleased) {
  const TemporaryFolder top;
  const Store store(top.path());
  {
    const absl::StatusOr<Lock> lock = Lock::Acquire(store, kMinimal);
    ASSERT_TRUE(lock.ok()) << lock.status();
    struct stat found;
    ASSERT_EQ(stat((store.FolderOf(kMinimal) + ".lock").c_str(), &found), 0);
    EXPECT_EQ(found.st_mode & 07777, 0600u);
    // As a delete does it.
    deploy::Deployment deployment;
    ASSERT_TRUE(store.WriteDeployment(kMinimal, deployment).ok());
    ASSERT_TRUE(store.Remove(kMinimal).ok());
    EXPECT_EQ(LockHolder(store, kMinimal), getpid());
    EXPECT_EQ(ExitCodeOf(Lock::Acquire(store, kMinimal).status()), ExitCode::kBusy);
  }
  EXPECT_TRUE(std::filesystem::is_empty(top.path()));
  EXPECT_EQ(LockHolder(store, kMinimal), 0);
  EXPECT_TRUE(std::filesystem::is_empty(top.path()));
}

TEST(LockTest, MovedLockIsHeldOnce) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  absl::StatusOr<Lock> lock = Lock::Acquire(store, kMinimal);
  std::optional<Lock> moved(*std::move(lock));
  EXPECT_EQ(ExitCodeOf(Lock::Acquire(store, kMinimal).status()), ExitCode::kBusy);
  moved.reset();
  EXPECT_TRUE(Lock::Acquire(store, kMinimal).ok());
}

TEST(LockTest, WrongNameAndUnwritableFolderAreNoHolder) {
  const Store store("/proc/none");
  const absl::Status status = Lock::Acquire(store, kMinimal).status();
  EXPECT_FALSE(status.ok());
  EXPECT_EQ(ExitCodeOf(status), ExitCode::kFailed);
  EXPECT_EQ(Lock::Acquire(store, {"default", "../x"}).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(LockHolder(store, {"default", "../x"}), 0);
}

// Many processes take the lock, remove what they made and let go, as fast as they can: never two inside at once.
TEST(LockTest, NeverTwoHoldItWhileFilesComeAndGo) {
  struct Shared {
    std::atomic<int> inside;
    std::atomic<int> clashes;
    std::atomic<int> taken;
  };
  auto* shared =
      static_cast<Shared*>(mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  ASSERT_NE(shared, MAP_FAILED);
  const TemporaryFolder folder;
  const Store store(folder.path());
  std::vector<pid_t> children;
  for (int i = 0; i < 6; ++i) {
    children.push_back(fork());
    if (children.back() != 0) continue;
    for (int round = 0; round < 60; ++round) {
      LockHolder(store, kMinimal);
      const absl::StatusOr<Lock> lock = Lock::Acquire(store, kMinimal);
      if (!lock.ok()) {
        if (ExitCodeOf(lock.status()) != ExitCode::kBusy) _exit(1);
        continue;
      }
      if (++shared->inside != 1) ++shared->clashes;
      ++shared->taken;
      if (!store.Remove(kMinimal).ok()) _exit(1);
      --shared->inside;
    }
    _exit(0);
  }
  for (const pid_t child : children) {
    int status = 0;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(shared->clashes, 0);
  EXPECT_GT(shared->taken, 60);
  munmap(shared, sizeof(Shared));
}

}  // namespace
}  // namespace flow
