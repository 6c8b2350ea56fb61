#include "cmd/registry/credentials.h"

#include <optional>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/inquiry.h"
#include "cmd/base/paths.h"
#include "cmd/registry/config_file.h"
#include "flow/pipeline/image_reference.h"

namespace flow {
namespace {

constexpr size_t kMostBytes = 4 * 1024 * 1024;

std::string NoneFrom(absl::string_view helper, const std::string& key, absl::string_view why) {
  return absl::StrCat(helper, " has no credentials for ", key, " (", why, "): it is asked without any");
}

// What a helper's answer means for a registry.
RegistryCredentials::Found Understand(absl::string_view helper, const std::string& key,
                                      const absl::StatusOr<Inquiry::Answer>& answer) {
  if (!answer.ok()) return {std::nullopt, NoneFrom(helper, key, answer.status().message())};
  if (answer->exit_code == 0) {
    if (answer->text.empty()) return {};
    std::optional<registry::Login> login = registry::HelperLogin(answer->text);
    if (login.has_value()) return {std::move(login)};
    return {std::nullopt, NoneFrom(helper, key, "its answer has none")};
  }
  // The words of every helper for a registry that it knows nothing of (docker-credential-helpers, credentials.go), as
  // it is with most public ones.
  if (absl::StrContains(answer->text, "credentials not found")) return {};
  return {std::nullopt, NoneFrom(helper, key, absl::StrCat("it ended with exit code ", answer->exit_code))};
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

std::shared_ptr<void> RegistryCredentials::Find(const std::string& registry, Done done) {
  const std::string key = pipeline::CredentialsKey(registry);
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
  const absl::StatusOr<google::protobuf::Struct> config = ReadConfigFile(folder);
  if (!config.ok()) {
    return Know(key, {std::nullopt,
                      absl::StrCat(folder, "/config.json cannot be read, so ", key, " is asked without credentials")});
  }
  if (const std::string helper = registry::CredentialHelper(*config, key); !helper.empty()) {
    return Ask(absl::StrCat("docker-credential-", helper), key);
  }
  return Know(key, {registry::StoredLogin(*config, key)});
}

std::shared_ptr<RegistryCredentials::Asking> RegistryCredentials::Ask(const std::string& helper,
                                                                      const std::string& key) {
  const std::string path = FindProgram(helper, environment_);
  if (path.empty()) {
    return Know(key, {std::nullopt,
                      absl::StrCat("there is no ", helper, " in PATH, so ", key, " is asked without credentials")});
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
