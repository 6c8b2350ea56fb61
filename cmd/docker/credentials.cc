#include "cmd/docker/credentials.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/file.h"
#include "cmd/docker/docker_config.h"
#include "flow/docker/engine/json.h"
#include "flow/docker/engine/registry_auth.h"

namespace flow {
namespace {

constexpr size_t kMostBytes = 4 * 1024 * 1024;
constexpr absl::Duration kHelperTime = absl::Seconds(10);

// The program of this name in PATH; empty where there is none. A name with a slash is none.
std::string FindProgram(const std::string& name, const Environment& environment) {
  if (absl::StrContains(name, '/')) return "";
  for (absl::string_view folder : absl::StrSplit(Variable(environment, "PATH"), ':', absl::SkipEmpty())) {
    const std::string path = absl::StrCat(folder, "/", name);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return "";
}

// What a program writes on standard output, given `input`. An error says in a few words what went wrong.
absl::StatusOr<std::string> RunProgram(const std::string& path, const std::string& argument, const std::string& input,
                                       const Environment& environment) {
  int in[2], out[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, in) != 0 || pipe2(out, O_CLOEXEC) != 0)
    return absl::InternalError(strerror(errno));
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, in[0], STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&files, out[1], STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  // Its signals are as a program expects them, whatever this one has blocked.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<std::string> variables;
  for (const auto& [name, value] : environment) variables.push_back(absl::StrCat(name, "=", value));
  std::vector<char*> envp;
  for (std::string& variable : variables) envp.push_back(variable.data());
  envp.push_back(nullptr);
  char* const argv[] = {const_cast<char*>(path.c_str()), const_cast<char*>(argument.c_str()), nullptr};
  pid_t pid = 0;
  const int error = posix_spawn(&pid, path.c_str(), &files, &attributes, argv, envp.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  close(in[0]);
  close(out[1]);
  // A registry's name fits in a socket's buffer. A helper that does not read it is no reason to wait, and one that has
  // ended already none to be killed by SIGPIPE.
  if (error == 0) (void)!send(in[1], input.data(), input.size(), MSG_NOSIGNAL);
  close(in[1]);
  std::string output;
  bool in_time = true;
  const absl::Time end = absl::Now() + kHelperTime;
  while (error == 0) {
    pollfd readable = {out[0], POLLIN, 0};
    const auto left = std::max<int64_t>(0, absl::ToInt64Milliseconds(end - absl::Now()));
    in_time = poll(&readable, 1, static_cast<int>(left)) > 0;
    char piece[4096];
    const ssize_t length = in_time ? read(out[0], piece, sizeof piece) : 0;
    if (length <= 0 || output.size() > kMostBytes) break;
    output.append(piece, static_cast<size_t>(length));
  }
  close(out[0]);
  if (error != 0) return absl::InternalError(strerror(error));
  // One that has closed its output may go on all the same.
  int status = 0;
  pid_t ended = 0;
  while (in_time && (ended = waitpid(pid, &status, WNOHANG)) == 0) {
    in_time = absl::Now() < end;
    absl::SleepFor(absl::Milliseconds(1));
  }
  if (ended == 0) {
    kill(pid, SIGKILL);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
  }
  if (!in_time) return absl::DeadlineExceededError("it did not answer within 10 s");
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return output;
  // The words of every helper for a registry that it knows nothing of (docker-credential-helpers, credentials.go).
  if (WIFEXITED(status) && absl::StrContains(output, "credentials not found")) return std::string();
  return absl::NotFoundError(WIFEXITED(status) ? absl::StrCat("it ended with exit code ", WEXITSTATUS(status))
                                               : "it was killed");
}

}  // namespace

const std::string& RegistryCredentials::HeaderFor(const std::string& reference) {
  const std::string key = docker::engine::RegistryKey(reference);
  const auto known = headers_.find(key);
  return known != headers_.end() ? known->second : headers_[key] = Find(key);
}

std::string RegistryCredentials::Find(const std::string& key) {
  const std::string folder = DockerConfigFolder(environment_);
  if (folder.empty()) return "";
  const std::string path = absl::StrCat(folder, "/config.json");
  const absl::StatusOr<std::string> text = ReadFile(path, kMostBytes);
  if (absl::IsNotFound(text.status())) return "";
  const auto config = text.ok() ? docker::engine::ReadJson<google::protobuf::Struct>(*text) : text.status();
  if (!config.ok()) {
    warn_(absl::StrCat(path, " cannot be read, so ", key, " is asked without credentials"));
    return "";
  }
  if (const std::string helper = docker::engine::CredentialHelper(*config, key); !helper.empty())
    return AskHelper(helper, key);
  const std::optional<docker::engine::AuthConfig> stored = docker::engine::StoredCredentials(*config, key);
  return stored.has_value() ? docker::engine::RegistryAuthHeader(*stored, key) : "";
}

std::string RegistryCredentials::AskHelper(const std::string& helper, const std::string& key) {
  const std::string program = absl::StrCat("docker-credential-", helper);
  const std::string path = FindProgram(program, environment_);
  if (path.empty()) {
    warn_(absl::StrCat("there is no ", program, " in PATH, so ", key, " is asked without credentials"));
    return "";
  }
  const absl::StatusOr<std::string> answer = RunProgram(path, "get", key, environment_);
  if (answer.ok() && answer->empty()) return "";  // it has none for this registry, as for most public ones
  const std::optional<docker::engine::AuthConfig> credentials =
      answer.ok() ? docker::engine::HelperCredentials(*answer) : std::nullopt;
  if (credentials.has_value()) return docker::engine::RegistryAuthHeader(*credentials, key);
  warn_(absl::StrCat(program, " has no credentials for ", key, " (",
                     answer.ok() ? "its answer has none" : answer.status().message(), "): it is asked without any"));
  return "";
}

}  // namespace flow
