#include "cmd/base/errno_status.h"

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace flow {
namespace {

struct Reason {
  int error;
  absl::StatusCode code;
  const char* words;  // nullptr: the C library's
};

constexpr Reason kReasons[] = {
    {ENOENT, absl::StatusCode::kNotFound, nullptr},
    {ENOTDIR, absl::StatusCode::kNotFound, "a part of the path is not a folder"},
    {EACCES, absl::StatusCode::kPermissionDenied, "permission denied"},
    {EPERM, absl::StatusCode::kPermissionDenied, "not permitted"},
    {EROFS, absl::StatusCode::kPermissionDenied, "the file system is mounted read-only"},
    {ENOSPC, absl::StatusCode::kResourceExhausted, "the disk is full"},
    {EDQUOT, absl::StatusCode::kResourceExhausted, "the disk quota is used up"},
    {EFBIG, absl::StatusCode::kResourceExhausted, "files may not become that large (see `ulimit -f`)"},
    {EMFILE, absl::StatusCode::kResourceExhausted, "this process has too many open files (see `ulimit -n`)"},
    {EISDIR, absl::StatusCode::kFailedPrecondition, "it is a folder"},
    {ELOOP, absl::StatusCode::kFailedPrecondition, "its symbolic links go round in a circle"},
    {ENAMETOOLONG, absl::StatusCode::kInvalidArgument, "the path is too long"},
    {EEXIST, absl::StatusCode::kAlreadyExists, nullptr},
};

}  // namespace

absl::Status ErrnoStatus(int error, absl::string_view what) {
  for (const Reason& reason : kReasons) {
    if (reason.error != error) continue;
    return absl::Status(reason.code,
                        absl::StrCat(what, ": ", reason.words != nullptr ? reason.words : std::strerror(error)));
  }
  return absl::UnknownError(absl::StrCat(what, ": ", std::strerror(error)));
}

}  // namespace flow
