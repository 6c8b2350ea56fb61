#include "cmd/input/host_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "cmd/input/host_marks.h"
#include "flow/pipeline/host_path.h"
#include "flow/pipeline/start_size.h"
#include "flow/pipeline/variables.h"
#include "flow/project/environment.h"
#include "flow/text/character.h"

namespace flow {
namespace {

namespace fs = std::filesystem;

// A secret is a password or a key: more is a mistake.
constexpr size_t kMostSecretBytes = 1024 * 1024;

class Preparation {
 public:
  Preparation(const HostFilesOptions& options, HostFiles& files)
      : options_(options), files_(files), sockets_(NamesOf(options.socket)) {}

  void LookAt(pipeline::Component& component) {
    for (const pipeline::Mount& mount : component.volumes()) {
      if (options_.engine_is_here && !mount.host_path().empty()) LookAtMount(component.id(), mount);
    }
    auto& secrets = *component.mutable_secrets();
    for (int index = secrets.size() - 1; index >= 0; --index) {
      if (!IsReadHere(secrets[index])) continue;
      if (!LookAtSecret(component.id(), secrets[index])) secrets.DeleteSubrange(index, 1);
    }
    const auto values = files_.secrets.find(component.id());
    if (values == files_.secrets.end()) return;  // the parser has judged it
    const std::string problem = pipeline::StartProblem(component, values->second);
    if (!problem.empty()) files_.problems.push_back(absl::StrCat(component.id(), ": ", problem));
  }

  // Once nothing stands against it.
  void MakeFolders() {
    for (const auto& [path, component] : missing_) {
      std::error_code error;
      fs::create_directories(path, error);
      if (error) Problem(component, path, absl::StrCat("cannot be made: ", error.message()));
    }
  }

 private:
  // The socket's path as it is written, and where it leads.
  static std::vector<std::string> NamesOf(const std::string& socket) {
    if (socket.empty()) return {};
    std::error_code error;
    const fs::path real = fs::canonical(socket, error);
    return {pipeline::NormalPath(socket), error ? socket : real.string()};
  }

  // A secret that is mounted is the engine's to find, a variable's content is sent with the container.
  bool IsReadHere(const pipeline::Secret& secret) const {
    return options_.engine_is_here || secret.type() == pipeline::Secret::ENV;
  }

  void Problem(const std::string& component, const std::string& path, const std::string& what) {
    files_.problems.push_back(absl::StrCat(component, ": ", path, " ", what));
  }

  void LookAtMount(const std::string& component, const pipeline::Mount& mount) {
    std::error_code error;
    const fs::path path = mount.host_path();
    const fs::file_status itself = fs::symlink_status(path, error);
    if (error && itself.type() != fs::file_type::not_found) {
      return Problem(component, path, absl::StrCat("cannot be looked at: ", error.message()));
    }
    if (itself.type() == fs::file_type::not_found) {
      if (mount.read_only()) return Problem(component, path, "is not there, and is to be mounted read-only");
      if (!CanBeMade(path)) return Problem(component, path, "is not there, and may not be made by this user");
      missing_[path] = component;
      return;
    }
    if (!fs::exists(path, error)) return Problem(component, path, "is a symbolic link to something that is not there");
    Judge(component, path);
  }

  // The path as it is written was judged with the file's text, which knows neither where it leads nor which engine is
  // in use.
  void Judge(const std::string& component, const fs::path& path) {
    std::error_code error;
    const fs::path real = fs::canonical(path, error);
    if (error) return;
    const std::string refusal = pipeline::HostPathProblem(real.string(), options_.allowed, sockets_);
    if (refusal.empty()) return;
    const std::string way = real == path ? "" : absl::StrCat(path.string(), " leads to ", real.string(), ": ");
    files_.problems.push_back(absl::StrCat(component, ": ", way, refusal));
  }

  // Whether the nearest folder above that exists may be written to.
  static bool CanBeMade(fs::path path) {
    std::error_code error;
    while (!fs::exists(path, error) && path.has_relative_path()) path = path.parent_path();
    return access(path.c_str(), W_OK | X_OK) == 0;
  }

  // False: it is not there, and need not be.
  bool LookAtSecret(const std::string& component, const pipeline::Secret& secret) {
    std::error_code error;
    const std::string& path = secret.host_path();
    if (!fs::exists(path, error)) {
      if (secret.required()) {
        Problem(component, path, absl::StrCat("is not there, and secret \"", secret.name(), "\" is required"));
        return true;
      }
      files_.warnings.push_back(
          absl::StrCat(component, ": secret \"", secret.name(), "\" is left out: ", path, " is not there"));
      return false;
    }
    Judge(component, path);
    if (secret.type() == pipeline::Secret::FILE && fs::is_directory(path, error)) {
      Problem(component, path, absl::StrCat("is a folder, and secret \"", secret.name(), "\" is of type file"));
    } else if (secret.type() == pipeline::Secret::DIR && !fs::is_directory(path, error)) {
      Problem(component, path, absl::StrCat("is no folder, and secret \"", secret.name(), "\" is of type dir"));
    } else if (secret.type() == pipeline::Secret::ENV) {
      LookAtValue(component, secret);
    } else if (secret.type() == pipeline::Secret::FILE) {
      LookAtFile(component, secret);
    }
    return true;
  }

  void Warn(const std::string& component, const pipeline::Secret& secret, absl::string_view what) {
    files_.warnings.push_back(
        absl::StrCat(component, ": secret \"", secret.name(), "\": ", secret.host_path(), " ", what));
  }

  // What a program hardly expects of a secret.
  void WarnOfContent(const std::string& component, const pipeline::Secret& secret, absl::string_view content) {
    if (content.empty()) Warn(component, secret, "is empty");
    if (!pipeline::BeginsWithByteOrderMark(content)) return;
    Warn(component, secret, "begins with a byte-order mark (U+FEFF), which is a part of the secret to a program");
  }

  // What only the engine may read is left to it.
  void LookAtFile(const std::string& component, const pipeline::Secret& secret) {
    std::ifstream file(secret.host_path(), std::ios::binary);
    if (!file) return;
    char beginning[4] = {};
    file.read(beginning, sizeof beginning);
    WarnOfContent(component, secret, absl::string_view(beginning, static_cast<size_t>(file.gcount())));
  }

  void LookAtValue(const std::string& component, const pipeline::Secret& secret) {
    const std::string& path = secret.host_path();
    const absl::StatusOr<std::string> content = ReadFile(path, kMostSecretBytes);
    if (!content.ok()) return Problem(component, path, absl::StrCat("cannot be read: ", content.status().message()));
    const std::string value(absl::StripAsciiWhitespace(*content));
    if (const char* problem = ValueProblem(value); problem != nullptr) {
      return Problem(
          component, path,
          absl::StrCat(problem, ", which no variable can; `type: file` mounts secret \"", secret.name(), "\""));
    }
    const std::string name = project::SecretEnvironmentName(secret);
    if (const std::string problem = pipeline::VariableProblem(name, value); !problem.empty()) {
      return Problem(component, path, absl::StrCat("is too long, as secret \"", secret.name(), "\": ", problem));
    }
    WarnOfContent(component, secret, value);
    files_.secrets[component][name] = value;
  }

  // What keeps a text from being a variable's value; nullptr: nothing. To be judged here: the engine's refusal would
  // quote the value.
  static const char* ValueProblem(absl::string_view value) {
    while (!value.empty()) {
      const text::Character character = text::TakeCharacter(value);
      if (!character.valid) return "holds what is not UTF-8";
      if (character.code == 0) return "holds a NUL byte";
    }
    return nullptr;
  }

  const HostFilesOptions& options_;
  HostFiles& files_;
  const std::vector<std::string> sockets_;
  std::map<fs::path, std::string> missing_;  // folder → the component that mounts it
};

}  // namespace

HostFiles PrepareHostFiles(const HostFilesOptions& options, pipeline::Pipeline& pipeline) {
  HostFiles files;
  Preparation preparation(options, files);
  for (pipeline::Component& component : *pipeline.mutable_components()) preparation.LookAt(component);
  if (options.make && files.problems.empty()) preparation.MakeFolders();
  if (options.engine_is_here) files.mounted = MarkMounted(pipeline);
  return files;
}

project::SecretDigests DigestSecrets(const pipeline::Pipeline& pipeline, const HostFiles& files) {
  project::SecretDigests digests;
  for (const auto& [component, variables] : files.secrets) {
    for (const auto& [name, value] : variables) {
      digests[component][name] = project::SecretDigest(pipeline.name(), pipeline.namespace_(), component, value);
    }
  }
  return digests;
}

}  // namespace flow
