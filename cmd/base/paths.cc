#include "cmd/base/paths.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "cmd/base/file.h"

namespace flow {

std::string WorkingFolder(const Environment& environment) {
  const std::string of_bazel = Variable(environment, "BUILD_WORKING_DIRECTORY");
  if (absl::StartsWith(of_bazel, "/")) return of_bazel;
  std::error_code error;
  const std::filesystem::path current = std::filesystem::current_path(error);
  return error ? "." : current.string();  // the folder was removed under us
}

std::string ResolvePath(const std::string& path, const Environment& environment) {
  if (absl::StartsWith(path, "/")) return path;
  const std::string folder = WorkingFolder(environment);
  return absl::StrCat(folder, folder == "/" ? "" : "/", path);
}

std::string FindProgram(const std::string& name, const Environment& environment) {
  if (absl::StrContains(name, '/')) return "";
  for (absl::string_view folder : absl::StrSplit(Variable(environment, "PATH"), ':', absl::SkipEmpty())) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

std::string RealFolder(const std::string& folder) {
  std::error_code error;
  const std::filesystem::path real = std::filesystem::canonical(folder, error);
  return error ? folder : real.string();
}

absl::StatusOr<std::string> ReadInput(const std::string& file, const Environment& environment) {
  if (file == "-") return ReadAll(STDIN_FILENO, "standard input", kMostInputBytes);
  if (file.empty()) return absl::InvalidArgumentError("the file's name is empty");
  const std::string path = ResolvePath(file, environment);
  absl::StatusOr<std::string> bytes = ReadFile(path, kMostInputBytes);
  if (!absl::IsNotFound(bytes.status()) || absl::StartsWith(file, "/")) return bytes;
  return absl::NotFoundError(
      absl::StrCat("cannot read ", file, ": there is no such file in ", WorkingFolder(environment)));
}

}  // namespace flow
