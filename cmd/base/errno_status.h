// The C library's errors as absl::Status, in words of flow's own.
#ifndef CMD_BASE_ERRNO_STATUS_H_
#define CMD_BASE_ERRNO_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace flow {

// `error` is an errno; `what` says what was tried, on what: "cannot write /x/y". The message is "WHAT: reason", and for
// a full disk, a read-only file system or a missing permission the reason says so. NotFound for ENOENT and ENOTDIR,
// PermissionDenied for EACCES and EPERM, ResourceExhausted for ENOSPC and EDQUOT, else as fits, else Unknown.
absl::Status ErrnoStatus(int error, absl::string_view what);

}  // namespace flow

#endif  // CMD_BASE_ERRNO_STATUS_H_
