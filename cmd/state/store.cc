#include "cmd/state/store.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/text_format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/errno_status.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/file.h"
#include "cmd/base/paths.h"
#include "flow/pipeline/names.h"

namespace flow {
namespace {

constexpr char kDeployment[] = "deployment.textproto";
constexpr char kCompose[] = "compose.yaml";
constexpr char kPipeline[] = "pipeline.yaml";
// What it is, for people and their editors (the Text Format Specification's "Header").
constexpr char kHeader[] = "# proto-file: flow/deploy/deployment.proto\n# proto-message: flow.deploy.Deployment\n\n";
constexpr size_t kMostBytes = 64 * 1024 * 1024;

absl::Status NoName(absl::string_view text, absl::string_view rule) {
  return WithExitCode(absl::InvalidArgumentError(absl::StrCat("\"", absl::CHexEscape(text), "\" is no ", rule,
                                                              ", at most ", pipeline::kMaxName)),
                      ExitCode::kUsage);
}

// What went wrong in Protobuf text, first error first.
class FirstError : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat("line ", line + 1, ", column ", column + 1, ": ", message);
  }

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// A crash in the middle of a write leaves one. The writer holds the pipeline's lock: nobody else has one open.
void RemoveTemporaryFiles(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
    if (absl::StartsWith(entry->path().filename().string(), kTemporaryPrefix)) {
      std::error_code ignored;
      std::filesystem::remove(entry->path(), ignored);
    }
  }
}

absl::Status RemoveFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::remove_all(folder, error);
  if (error) return ErrnoStatus(error.value(), absl::StrCat("cannot remove ", folder));
  return absl::OkStatus();
}

}  // namespace

std::string NamespaceOrDefault(const std::string& flag) { return flag.empty() ? pipeline::kDefaultNamespace : flag; }

absl::Status CheckNamespace(absl::string_view name) {
  if (pipeline::IsNamespaceName(name)) return absl::OkStatus();
  return NoName(name, "namespace's name: lower-case letters, digits, and - between them");
}

absl::Status CheckKey(const PipelineKey& key) {
  if (!pipeline::IsPipelineName(key.name)) {
    return NoName(key.name, "pipeline's name: lower-case letters, digits, and - and single _ between them");
  }
  return CheckNamespace(key.namespace_);
}

absl::StatusOr<std::vector<PipelineKey>> KeysOf(const std::string& namespace_, const std::vector<std::string>& names) {
  std::vector<PipelineKey> keys;
  for (const std::string& name : names) {
    keys.push_back({namespace_, name});
    if (absl::Status usable = CheckKey(keys.back()); !usable.ok()) return usable;
  }
  return keys;
}

absl::StatusOr<std::string> StateFolder(absl::string_view flag, const Environment& environment) {
  if (!flag.empty()) return ResolvePath(std::string(flag), environment);
  if (const std::string own = Variable(environment, "FLOW_STATE_DIR"); !own.empty())
    return ResolvePath(own, environment);
  // XDG Base Directory Specification: a relative path is to be ignored.
  if (const std::string xdg = Variable(environment, "XDG_STATE_HOME"); absl::StartsWith(xdg, "/")) return xdg + "/flow";
  if (const std::string home = Variable(environment, "HOME"); absl::StartsWith(home, "/"))
    return home + "/.local/state/flow";
  return absl::FailedPreconditionError(
      "cannot tell where the state of pipelines is kept: HOME is not set. Say where with --state_dir or "
      "FLOW_STATE_DIR");
}

absl::Status MakePrivateFolders(const std::string& folder) {
  const std::string what = absl::StrCat("cannot make the folder ", folder);
  const size_t slash = folder.find_last_of('/');
  const std::string above = slash == std::string::npos || slash == 0 ? "" : folder.substr(0, slash);
  int error = mkdir(folder.c_str(), 0700) == 0 ? 0 : errno;
  if (error == ENOENT && !above.empty()) {
    if (absl::Status status = MakePrivateFolders(above); !status.ok()) return status;
    error = mkdir(folder.c_str(), 0700) == 0 ? 0 : errno;
  }
  if (error == EEXIST) {
    struct stat found;
    if (stat(folder.c_str(), &found) != 0) return ErrnoStatus(errno, what);  // gone again
    return S_ISDIR(found.st_mode) ? absl::OkStatus() : ErrnoStatus(ENOTDIR, what);
  }
  if (error != 0) return ErrnoStatus(error, what);
  // mkdir() takes the umask away from the mode.
  if (chmod(folder.c_str(), 0700) != 0) return ErrnoStatus(errno, what);
  return above.empty() ? absl::OkStatus() : SyncFolder(above);
}

std::string Store::FolderOf(const PipelineKey& key) const {
  return absl::StrCat(folder_, "/", key.namespace_, "/", key.name);
}

std::string Store::DeploymentFile(const PipelineKey& key) const {
  return absl::StrCat(FolderOf(key), "/", kDeployment);
}
std::string Store::ComposeFile(const PipelineKey& key) const { return absl::StrCat(FolderOf(key), "/", kCompose); }
std::string Store::PipelineFile(const PipelineKey& key) const { return absl::StrCat(FolderOf(key), "/", kPipeline); }

absl::StatusOr<deploy::Deployment> Store::ReadDeployment(const PipelineKey& key) const {
  if (absl::Status status = CheckKey(key); !status.ok()) return status;
  const std::string file = DeploymentFile(key);
  const absl::StatusOr<std::string> text = ReadFile(file, kMostBytes);
  if (absl::IsNotFound(text.status())) return text.status();
  if (absl::IsPermissionDenied(text.status())) return text.status();
  if (!text.ok()) return absl::DataLossError(text.status().message());
  const auto unusable = [&](absl::string_view why) {
    return absl::DataLossError(absl::StrCat("the state file ", file, " cannot be used: ", why));
  };
  if (absl::StripAsciiWhitespace(*text).empty()) return unusable("it is empty");
  FirstError error;
  google::protobuf::TextFormat::Parser parser;
  parser.AllowUnknownField(true);
  parser.AllowUnknownExtension(true);
  parser.RecordErrorsTo(&error);
  deploy::Deployment deployment;
  if (!parser.ParseFromString(*text, &deployment)) return unusable(error.text());
  if (deployment.name() != key.name || deployment.namespace_() != key.namespace_) {
    return unusable("it does not hold this pipeline's name and namespace");
  }
  // Every state has a phase: without one it is cut off between two fields, which is still text of its kind.
  if (deployment.phase() == deploy::Deployment::PHASE_UNSPECIFIED) return unusable("it is cut off");
  return deployment;
}

absl::Status Store::WriteDeployment(const PipelineKey& key, const deploy::Deployment& deployment) const {
  std::string text = kHeader;
  google::protobuf::TextFormat::Printer printer;
  printer.SetUseUtf8StringEscaping(true);
  {
    google::protobuf::io::StringOutputStream behind(&text);  // which is whole when this goes
    if (!printer.Print(deployment, &behind)) return absl::InternalError("the state cannot be printed");
  }
  return Write(key, DeploymentFile(key), text);
}

absl::Status Store::WritePipeline(const PipelineKey& key, absl::string_view yaml) const {
  return Write(key, PipelineFile(key), yaml);
}

absl::Status Store::WriteCompose(const PipelineKey& key, absl::string_view yaml) const {
  return Write(key, ComposeFile(key), yaml);
}

absl::Status Store::Write(const PipelineKey& key, const std::string& file, absl::string_view bytes) const {
  if (absl::Status status = CheckKey(key); !status.ok()) return status;
  const std::string folder = FolderOf(key);
  if (absl::Status status = MakePrivateFolders(folder); !status.ok()) return status;
  RemoveTemporaryFiles(folder);
  struct stat found;
  if (stat(file.c_str(), &found) == 0 && S_ISDIR(found.st_mode)) {
    // A container that mounted the file before it was there makes one.
    if (absl::Status status = RemoveFolder(file); !status.ok()) return status;
  }
  return WriteFileDurably(file, bytes, 0600);
}

absl::StatusOr<std::vector<PipelineKey>> Store::List() const {
  std::vector<PipelineKey> keys;
  if (folder_ == kNoStateFolder) return keys;
  std::error_code error;
  std::filesystem::directory_iterator spaces(folder_, error);
  if (error == std::errc::no_such_file_or_directory) return keys;
  if (error) return ErrnoStatus(error.value(), absl::StrCat("cannot read the folder ", folder_));
  for (const std::filesystem::directory_iterator end; spaces != end; spaces.increment(error)) {
    if (error) return ErrnoStatus(error.value(), absl::StrCat("cannot read the folder ", folder_));
    std::error_code skipped;  // no folder, or gone meanwhile
    for (std::filesystem::directory_iterator pipe(spaces->path(), skipped); !skipped && pipe != end;
         pipe.increment(skipped)) {
      PipelineKey key{spaces->path().filename().string(), pipe->path().filename().string()};
      if (CheckKey(key).ok() && access(DeploymentFile(key).c_str(), F_OK) == 0) keys.push_back(std::move(key));
    }
  }
  std::sort(keys.begin(), keys.end());
  return keys;
}

absl::Status Store::Remove(const PipelineKey& key) const {
  if (absl::Status status = CheckKey(key); !status.ok()) return status;
  if (absl::Status status = RemoveFolder(FolderOf(key)); !status.ok()) return status;
  const std::string space = absl::StrCat(folder_, "/", key.namespace_);
  if (rmdir(space.c_str()) == 0) return SyncFolder(folder_);
  if (errno == ENOENT) return absl::OkStatus();
  return SyncFolder(space);  // others' pipelines are in it, or a lock
}

}  // namespace flow
