#include "cmd/state/lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/errno_status.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/file.h"

namespace flow {
namespace {

// How often a lock is asked for: LockHolder() in another process may hold one, shared, for microseconds.
constexpr int kTries = 5;
constexpr int kMicrosecondsBetween = 20000;
// How often in a row the file or its folder may be removed under us by others that let go.
constexpr int kRaces = 1000;

std::string LockFile(const Store& store, const PipelineKey& key) { return store.FolderOf(key) + ".lock"; }

std::string FolderOf(const std::string& path) { return path.substr(0, path.rfind('/')); }

// Whether the file that is open is still the one at the path: its last holder may have removed it in between.
bool IsAt(int fd, const std::string& path) {
  struct stat open_file, at_path;
  return fstat(fd, &open_file) == 0 && stat(path.c_str(), &at_path) == 0 && open_file.st_dev == at_path.st_dev &&
         open_file.st_ino == at_path.st_ino;
}

// 0 where the file holds none (yet).
int ReadPid(int fd) {
  char bytes[32];
  const ssize_t got = pread(fd, bytes, sizeof bytes, 0);
  int pid = 0;
  if (got <= 0 || !absl::SimpleAtoi(absl::string_view(bytes, static_cast<size_t>(got)), &pid)) return 0;
  return pid;
}

absl::Status Held(int fd, const PipelineKey& key) {
  const int pid = ReadPid(fd);
  const std::string holder = pid > 0 ? absl::StrCat("process ", pid) : "a process whose id is not known";
  return ExitWith(ExitCode::kBusy,
                  absl::StrCat("pipeline \"", key.name, "\" in namespace \"", key.namespace_, "\" is held by ", holder,
                               ": another flow command is at work on it. Wait until it has ended, or stop it",
                               pid > 0 ? absl::StrCat(" (kill ", pid, ")") : ""));
}

// Locked, or EWOULDBLOCK.
int FlockPatiently(int fd) {
  for (int tries = 0;; ++tries) {
    if (flock(fd, LOCK_EX | LOCK_NB) == 0) return 0;
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK || tries == kTries) return errno;
    usleep(kMicrosecondsBetween);
  }
}

}  // namespace

absl::StatusOr<Lock> Lock::Acquire(const Store& store, const PipelineKey& key) {
  if (absl::Status status = CheckKey(key); !status.ok()) return status;
  const std::string path = LockFile(store, key);
  const std::string what = absl::StrCat("cannot lock ", path);
  absl::Status problem;
  for (int tries = 0; tries < kRaces; ++tries) {
    // Another holder may remove the folder with its last lock at any point.
    problem = MakePrivateFolders(FolderOf(path));
    if (absl::IsNotFound(problem)) continue;
    if (!problem.ok()) return problem;
    Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    const int fd = file.get();
    if (!file.ok()) problem = ErrnoStatus(errno, what);
    if (absl::IsNotFound(problem)) continue;
    if (!problem.ok()) return problem;
    if (const int error = FlockPatiently(fd); error != 0) {
      if (error != EWOULDBLOCK) return ErrnoStatus(error, what);
      if (!IsAt(fd, path)) continue;  // it is held no more, by whoever removes it just now
      return Held(fd, key);
    }
    if (!IsAt(fd, path)) continue;
    fchmod(fd, 0600);  // whatever the umask
    // For messages alone: the lock holds without it too, on a full disk.
    if (ftruncate(fd, 0) == 0) (void)WriteAll(fd, path, absl::StrCat(getpid(), "\n"));
    return Lock(std::move(file), path);
  }
  return problem.ok() ? absl::UnavailableError(absl::StrCat(what, ": others take and leave it too fast")) : problem;
}

Lock::~Lock() {
  if (!fd_.ok()) return;
  // While it is held: afterwards the file may be someone else's.
  if (IsAt(fd_.get(), path_)) unlink(path_.c_str());
  rmdir(FolderOf(path_).c_str());  // fails, as it should, where anything is in it
}

int LockHolder(const Store& store, const PipelineKey& key) {
  if (!CheckKey(key).ok()) return 0;
  const Descriptor fd(open(LockFile(store, key).c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return 0;
  // Shared: several that look do not see each other. An Acquire() that meets it tries again.
  if (flock(fd.get(), LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return 0;
  const int pid = ReadPid(fd.get());
  return pid > 0 ? pid : -1;
}

}  // namespace flow
