// Paths and files as the user gives them on the command line.
#ifndef CMD_BASE_PATHS_H_
#define CMD_BASE_PATHS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"

namespace flow {

// Where the user stands: BUILD_WORKING_DIRECTORY under `bazel run` (the program itself is started in Bazel's runfiles;
// Bazel user manual, "bazel run"), else the current folder. Absolute.
std::string WorkingFolder(const Environment& environment);

// The path made absolute, from where the user stands. Nothing else is done to it: "." and ".." and links stay.
std::string ResolvePath(const std::string& path, const Environment& environment);

// The folder that a path names, without links in it: one folder has one name, whatever way led there. What cannot be
// resolved stays as it is.
std::string RealFolder(const std::string& folder);

// The program of this name in PATH; empty where there is none. A name with a slash is none.
std::string FindProgram(const std::string& name, const Environment& environment);

// A pipeline file is a page of text: more than this is something else, given by mistake.
inline constexpr size_t kMostInputBytes = 16 * 1024 * 1024;

// The bytes of `file` as the user named it; "-" is standard input. Errors as those of ReadFile (file.h), with the name
// as it was given and, where a relative name was looked for elsewhere than the user may think, the folder.
absl::StatusOr<std::string> ReadInput(const std::string& file, const Environment& environment);

}  // namespace flow

#endif  // CMD_BASE_PATHS_H_
