#include "cmd/base/file.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/errno_status.h"

namespace flow {
namespace {

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

absl::Status WriteAndSync(int fd, const std::string& path, absl::string_view bytes, mode_t mode) {
  if (absl::Status status = WriteAll(fd, path, bytes); !status.ok()) return status;
  if (fchmod(fd, mode) != 0) return ErrnoStatus(errno, absl::StrCat("cannot set the mode of ", path));
  // A disk may be found full only now.
  if (fsync(fd) != 0) return ErrnoStatus(errno, absl::StrCat("cannot write ", path));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> ReadAll(int fd, absl::string_view name, size_t most) {
  // Appended: the part of a string's capacity that was never written takes no memory.
  std::string bytes;
  std::vector<char> piece(64 * 1024);
  for (;;) {
    const ssize_t got = read(fd, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return ErrnoStatus(errno, absl::StrCat("cannot read ", name));
    if (got == 0) return bytes;
    bytes.append(piece.data(), static_cast<size_t>(got));
    if (bytes.size() > most) {
      return absl::ResourceExhaustedError(
          absl::StrCat("cannot read ", name, ": it is larger than ", most / 1024 / 1024, " MiB"));
    }
  }
}

absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY));
  if (!fd.ok()) return ErrnoStatus(errno, absl::StrCat("cannot read ", path));
  return ReadAll(fd.get(), path, most);
}

absl::Status WriteAll(int fd, absl::string_view name, absl::string_view bytes) {
  while (!bytes.empty()) {
    const absl::StatusOr<size_t> put = WriteSome(fd, name, bytes);
    if (!put.ok()) return put.status();
    bytes.remove_prefix(*put);
    if (*put > 0) continue;
    // Whoever shares a terminal or a pipe with us may have made it non-blocking.
    pollfd wanted = {fd, POLLOUT, 0};
    poll(&wanted, 1, -1);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> WriteSome(int fd, absl::string_view name, absl::string_view bytes) {
  for (;;) {
    const ssize_t put = write(fd, bytes.data(), bytes.size());
    if (put >= 0) return static_cast<size_t>(put);
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return 0;
    if (errno == EPIPE) return absl::CancelledError(absl::StrCat("nobody reads ", name, " any more"));
    return ErrnoStatus(errno, absl::StrCat("cannot write ", name));
  }
}

bool IsClosedPipe(const absl::Status& status) { return absl::IsCancelled(status); }

absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes, mode_t mode) {
  const std::string folder = FolderOf(path);
  std::string temporary = absl::StrCat(folder, "/", kTemporaryPrefix, "XXXXXX");
  Descriptor fd(mkostemp(temporary.data(), O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, absl::StrCat("cannot write ", path));
  absl::Status status = WriteAndSync(fd.get(), path, bytes, mode);
  fd.Close();
  if (status.ok() && rename(temporary.c_str(), path.c_str()) != 0) {
    status = ErrnoStatus(errno, absl::StrCat("cannot replace ", path));
  }
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return SyncFolder(folder);
}

absl::Status WriteFile(const std::string& path, absl::string_view bytes) {
  const Descriptor fd(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0666));
  return fd.ok() ? WriteAll(fd.get(), path, bytes) : ErrnoStatus(errno, absl::StrCat("cannot write ", path));
}

absl::Status SyncFolder(const std::string& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd.ok()) return ErrnoStatus(errno, absl::StrCat("cannot open the folder ", folder));
  // Some network file systems do not do this for folders: then there is nothing more to be had.
  if (fsync(fd.get()) != 0 && errno != EINVAL && errno != ENOTSUP) {
    return ErrnoStatus(errno, absl::StrCat("cannot write the folder ", folder));
  }
  return absl::OkStatus();
}

}  // namespace flow
