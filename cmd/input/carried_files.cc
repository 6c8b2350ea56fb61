#include "cmd/input/carried_files.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "flow/kubernetes/check.h"
#include "flow/text/character.h"
#include "flow/text/harmless.h"

namespace flow {
namespace {

namespace fs = std::filesystem;

// So many files are no configuration, and links may lead in circles.
constexpr size_t kMostFiles = 10000;

bool IsUtf8(absl::string_view text) {
  while (!text.empty()) {
    if (!text::TakeCharacter(text).valid) return false;
  }
  return true;
}

// Why a file of a folder cannot be given its name in a pod (API reference, "KeyToPath": "path"); empty: it can.
std::string NameProblem(const std::string& path) {
  if (!IsUtf8(path)) return "it holds a file whose name is not UTF-8";
  if (absl::StartsWith(path, ".."))
    return absl::StrCat("it holds ", path, ", and a name that begins with \"..\" is the cluster's own");
  return "";
}

// What is wrong with reading `file`, which becomes `path` of `carried`; empty: nothing.
std::string Add(const fs::path& file, const std::string& path, kubernetes::Carried& carried) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  const std::string which = carried.folder ? text::HarmlessLine(path) : "it";
  if (status.type() == fs::file_type::none) return absl::StrCat(which, " cannot be looked at: ", error.message());
  if (status.type() == fs::file_type::not_found)
    return absl::StrCat(which, " is a link to something that is not there");
  if (status.type() != fs::file_type::regular) return absl::StrCat(which, " is no file or folder");
  absl::StatusOr<std::string> bytes = ReadFile(file, kubernetes::kMostCarriedBytes);
  if (absl::IsResourceExhausted(bytes.status())) bytes = std::string(kubernetes::kMostCarriedBytes + 1, '\0');
  if (!bytes.ok()) return absl::StrCat(which, " cannot be read: ", bytes.status().message());
  carried.files.push_back(
      {path, static_cast<uint32_t>(status.permissions() & fs::perms::mask) & 0777U, *std::move(bytes)});
  return "";
}

std::string AddFolder(const fs::path& folder, kubernetes::Carried& carried) {
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, fs::directory_options::follow_directory_symlink, error);
  size_t bytes = 0;
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    std::error_code gone;
    if (entries->is_directory(gone)) continue;
    const std::string path = entries->path().lexically_relative(folder).string();
    std::string problem = NameProblem(path);
    if (problem.empty()) problem = Add(entries->path(), path, carried);
    if (!problem.empty()) return problem;
    if (carried.files.size() > kMostFiles) return absl::StrCat("it holds over ", kMostFiles, " files");
    bytes += carried.files.back().bytes.size();
    if (bytes > kubernetes::kMostCarriedBytes) break;
  }
  if (error) return absl::StrCat("it cannot be read: ", error.message());
  std::sort(carried.files.begin(), carried.files.end(), [](const auto& a, const auto& b) { return a.path < b.path; });
  return "";
}

// The bytes of a file, or of all files in a folder; of what cannot be looked at none.
uintmax_t SizeOf(const fs::path& path) {
  std::error_code error;
  if (!fs::is_directory(path, error)) {
    const uintmax_t size = fs::file_size(path, error);
    return error ? 0 : size;
  }
  uintmax_t sum = 0;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code gone;
    const uintmax_t size = entry->is_regular_file(gone) ? entry->file_size(gone) : 0;
    if (!gone) sum += size;
  }
  return sum;
}

void LookAtSecret(const pipeline::Secret& secret, CarriedFiles& files) {
  const std::string& path = secret.host_path();
  std::error_code error;
  const bool missing = fs::status(path, error).type() == fs::file_type::not_found;
  if (missing && !secret.required()) files.missing_secrets.insert(path);
  if (!missing && SizeOf(path) > kubernetes::kMostCarriedBytes) files.large_secrets.insert(path);
}

}  // namespace

std::string ReadCarried(const std::string& path, kubernetes::Carried& carried) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return "it is not there";
  if (error) return absl::StrCat("it cannot be looked at: ", error.message());
  carried.folder = fs::is_directory(status);
  return carried.folder ? AddFolder(path, carried) : Add(path, fs::path(path).filename().string(), carried);
}

void LeaveOutMissingSecrets(const CarriedFiles& files, pipeline::Pipeline& pipeline) {
  for (pipeline::Component& component : *pipeline.mutable_components()) {
    auto& secrets = *component.mutable_secrets();
    secrets.erase(std::remove_if(secrets.begin(), secrets.end(),
                                 [&](const pipeline::Secret& secret) {
                                   return !secret.required() && files.missing_secrets.contains(secret.host_path());
                                 }),
                  secrets.end());
  }
}

CarriedFiles ReadCarriedFiles(const pipeline::Pipeline& pipeline, const std::vector<std::string>& allowed) {
  CarriedFiles files;
  for (const pipeline::Component& component : pipeline.components()) {
    for (const pipeline::Secret& secret : component.secrets()) LookAtSecret(secret, files);
    for (const pipeline::Mount& mount : component.volumes()) {
      const std::string& path = mount.host_path();
      if (path.empty() || !mount.read_only() || kubernetes::IsNodesPath(path, allowed)) continue;
      if (files.carried.contains(path) || files.problems.contains(path)) continue;
      kubernetes::Carried carried;
      const std::string problem = ReadCarried(path, carried);
      if (problem.empty()) {
        files.carried[path] = std::move(carried);
      } else {
        files.problems[path] = problem;
      }
    }
  }
  return files;
}

}  // namespace flow
