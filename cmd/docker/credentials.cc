#include "cmd/docker/credentials.h"

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "cmd/base/inquiry.h"
#include "cmd/base/paths.h"
#include "cmd/docker/docker_config.h"
#include "flow/docker/engine/json.h"
#include "flow/docker/engine/registry_auth.h"

namespace flow {
namespace {

constexpr size_t kMostBytes = 4 * 1024 * 1024;

std::string NoneFrom(absl::string_view helper, const std::string& key, absl::string_view why) {
  return absl::StrCat(helper, " has no credentials for ", key, " (", why, "): it is asked without any");
}

// What a helper's answer means for a registry.
RegistryCredentials::Found Understand(absl::string_view helper, const std::string& key,
                                      const absl::StatusOr<Inquiry::Answer>& answer) {
  if (!answer.ok()) return {"", NoneFrom(helper, key, answer.status().message())};
  if (answer->exit_code == 0) {
    if (answer->text.empty()) return {};
    const std::optional<docker::engine::AuthConfig> credentials = docker::engine::HelperCredentials(answer->text);
    if (credentials.has_value()) return {docker::engine::RegistryAuthHeader(*credentials, key)};
    return {"", NoneFrom(helper, key, "its answer has none")};
  }
  // The words of every helper for a registry that it knows nothing of (docker-credential-helpers, credentials.go), as
  // it is with most public ones.
  if (absl::StrContains(answer->text, "credentials not found")) return {};
  return {"", NoneFrom(helper, key, absl::StrCat("it ended with exit code ", answer->exit_code))};
}

}  // namespace

// A helper that is being asked, for as long as someone waits for it.
struct RegistryCredentials::Asking {
  Asking(std::shared_ptr<Loop> its_loop, std::string its_helper, Inquiry its_inquiry)
      : loop(std::move(its_loop)), helper(std::move(its_helper)), inquiry(std::move(its_inquiry)) {}
  ~Asking() { loop->Unwatch(inquiry.fd()); }

  const std::shared_ptr<Loop> loop;
  const std::string helper;
  Inquiry inquiry;
  std::vector<std::weak_ptr<Waiting>> waiting;
};

struct RegistryCredentials::Waiting {
  Done done;
  std::shared_ptr<Asking> asking;
};

std::shared_ptr<void> RegistryCredentials::Find(const std::string& reference, Done done) {
  const std::string key = docker::engine::RegistryKey(reference);
  std::shared_ptr<Asking> asking = asking_[key].lock();
  if (asking == nullptr && !found_.contains(key)) asking = LookUp(key);
  if (asking == nullptr) {
    Tell(key, done);
    return nullptr;
  }
  const auto waiting = std::make_shared<Waiting>(Waiting{std::move(done), asking});
  asking->waiting.push_back(waiting);
  return waiting;
}

std::shared_ptr<RegistryCredentials::Asking> RegistryCredentials::LookUp(const std::string& key) {
  const std::string folder = DockerConfigFolder(environment_);
  if (folder.empty()) return Know(key, {});
  const std::string path = absl::StrCat(folder, "/config.json");
  const absl::StatusOr<std::string> text = ReadFile(path, kMostBytes);
  if (absl::IsNotFound(text.status())) return Know(key, {});
  const auto config = text.ok() ? docker::engine::ReadJson<google::protobuf::Struct>(*text) : text.status();
  if (!config.ok()) {
    return Know(key, {"", absl::StrCat(path, " cannot be read, so ", key, " is asked without credentials")});
  }
  if (const std::string helper = docker::engine::CredentialHelper(*config, key); !helper.empty()) {
    return Ask(absl::StrCat("docker-credential-", helper), key);
  }
  const std::optional<docker::engine::AuthConfig> stored = docker::engine::StoredCredentials(*config, key);
  return Know(key, {stored.has_value() ? docker::engine::RegistryAuthHeader(*stored, key) : ""});
}

std::shared_ptr<RegistryCredentials::Asking> RegistryCredentials::Ask(const std::string& helper,
                                                                      const std::string& key) {
  const std::string path = FindProgram(helper, environment_);
  if (path.empty()) {
    return Know(key, {"", absl::StrCat("there is no ", helper, " in PATH, so ", key, " is asked without credentials")});
  }
  absl::StatusOr<Inquiry> inquiry =
      Inquiry::Start({.path = path, .arguments = {"get"}, .environment = environment_}, key, kMostBytes, helper_time_);
  if (!inquiry.ok()) return Know(key, Understand(helper, key, inquiry.status()));
  const auto asking = std::make_shared<Asking>(loop_, helper, *std::move(inquiry));
  loop_->Watch(asking->inquiry.fd(), [this, key] { Advance(key); });
  asking_[key] = asking;
  return asking;
}

std::shared_ptr<RegistryCredentials::Asking> RegistryCredentials::Know(const std::string& key, Found found) {
  found_[key] = std::move(found);
  return nullptr;
}

void RegistryCredentials::Advance(const std::string& key) {
  const std::shared_ptr<Asking> asking = asking_[key].lock();
  const auto answer = asking->inquiry.Take();
  if (!answer.has_value()) return;
  Know(key, Understand(asking->helper, key, *answer));
  asking_.erase(key);
  for (const std::weak_ptr<Waiting>& one : asking->waiting) {
    const std::shared_ptr<Waiting> waiting = one.lock();
    if (waiting == nullptr) continue;
    waiting->asking = nullptr;
    Tell(key, waiting->done);
  }
}

void RegistryCredentials::Tell(const std::string& key, const Done& done) {
  const Found found = found_[key];
  found_[key].warning.clear();
  done(found);
}

}  // namespace flow
