// Whole files: read within bounds, written so that no crash leaves half of one.
#ifndef CMD_BASE_FILE_H_
#define CMD_BASE_FILE_H_

#include <sys/types.h>

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace flow {

// All that can be read from `fd`, to its end. `name` is for messages. ResourceExhausted where it is over `most` bytes.
absl::StatusOr<std::string> ReadAll(int fd, absl::string_view name, size_t most);

// The file's bytes. NotFound, PermissionDenied, FailedPrecondition (a folder); ResourceExhausted where it is over
// `most` bytes.
absl::StatusOr<std::string> ReadFile(const std::string& path, size_t most);

// All of `bytes` to `fd`, whatever the pieces. A descriptor that does not take them at once is waited for. A reader
// that is gone (EPIPE) is Cancelled: see IsClosedPipe. What is for the user goes by write_out.h.
absl::Status WriteAll(int fd, absl::string_view name, absl::string_view bytes);

// As many of them as one write() takes, and how many that were: 0 where a descriptor that does not block takes none.
absl::StatusOr<size_t> WriteSome(int fd, absl::string_view name, absl::string_view bytes);

// Whether the other end of the pipe went away: `flow-logs NAME | head -1`. No error to tell anyone about.
bool IsClosedPipe(const absl::Status& status);

// The name that WriteFileDurably gives its temporary files begins with this, in the folder of the file. A crash leaves
// one; whoever reads the folder skips them, whoever writes in it may remove them while no other writer is about.
inline constexpr char kTemporaryPrefix[] = ".tmp-";

// Replaces the file at `path`, or creates it, with `mode` whatever the umask: afterwards there is the old one or the
// new one, whole, also after a power failure (temporary file, fsync, rename, fsync of the folder). After an error the
// old one is there, and no temporary file. The folder must exist.
absl::Status WriteFileDurably(const std::string& path, absl::string_view bytes, mode_t mode);

// Writes into the file at `path` as a shell's `>` does: it is created where it is not there, and need not be a regular
// one. After an error a part of `bytes` may be in it.
absl::Status WriteFile(const std::string& path, absl::string_view bytes);

// Makes the folder's entries (renames, removals) outlive a power failure.
absl::Status SyncFolder(const std::string& folder);

}  // namespace flow

#endif  // CMD_BASE_FILE_H_
