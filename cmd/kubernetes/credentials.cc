#include "cmd/kubernetes/credentials.h"

#include <unistd.h>

#include <optional>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/file.h"
#include "cmd/base/inquiry.h"
#include "cmd/base/paths.h"
#include "cmd/kubernetes/find_cluster.h"

namespace flow {
namespace {

using kubernetes::ClusterCredentials;
using kubernetes::ExecPlugin;

constexpr size_t kMostBytes = 1024 * 1024;
// What expires so soon would have expired on the way.
constexpr absl::Duration kMargin = absl::Seconds(10);

absl::StatusOr<Inquiry> Start(const kubernetes::ClusterAccess& access, Environment environment,
                              absl::Duration at_most) {
  const ExecPlugin& plugin = *access.plugin;
  absl::StatusOr<std::string> authorities = plugin.wants_cluster ? ReadPem(access.authorities) : "";
  if (!authorities.ok()) return authorities.status();
  for (const auto& [name, value] : plugin.environment) environment[name] = value;
  environment[kubernetes::kExecInfoVariable] = kubernetes::ExecInfo(plugin, access, *authorities);
  const bool is_path = absl::StrContains(plugin.command, '/');
  const std::string path = is_path ? plugin.command : FindProgram(plugin.command, environment);
  if (path.empty()) return absl::NotFoundError("there is no such program in PATH");
  // Its own words go where the user sees them.
  Program program = {.path = path, .arguments = plugin.arguments, .environment = std::move(environment)};
  program.err = STDERR_FILENO;
  return Inquiry::Start(std::move(program), "", kMostBytes, at_most);
}

absl::StatusOr<ClusterCredentials> Read(const ExecPlugin& plugin, const absl::StatusOr<Inquiry::Answer>& answer) {
  if (!answer.ok()) return answer.status();
  if (answer->exit_code != 0) {
    return absl::FailedPreconditionError(absl::StrCat("it ended with exit code ", answer->exit_code));
  }
  return kubernetes::ReadExecCredential(plugin, answer->text);
}

}  // namespace

struct Credentials::Asking {
  Asking(std::shared_ptr<Loop> its_loop, Inquiry its_inquiry)
      : loop(std::move(its_loop)), inquiry(std::move(its_inquiry)) {}
  ~Asking() { loop->Unwatch(inquiry.fd()); }

  const std::shared_ptr<Loop> loop;
  Inquiry inquiry;
};

Credentials::Credentials(std::shared_ptr<Loop> loop, kubernetes::ClusterAccess access, Environment environment,
                         absl::Duration plugin_time)
    : loop_(std::move(loop)),
      access_(std::move(access)),
      environment_(std::move(environment)),
      plugin_time_(plugin_time) {}

Credentials::~Credentials() = default;

std::shared_ptr<void> Credentials::Find(Done done) {
  if (!access_.plugin.has_value()) {
    done(OfFiles());
    return nullptr;
  }
  if (kept_.expires > absl::Now() + kMargin) {
    done(kept_);
    return nullptr;
  }
  const auto waiting = std::make_shared<Done>(std::move(done));
  waiting_.push_back(waiting);
  if (asking_ == nullptr) Ask();
  return waiting;
}

bool Credentials::Refused(const ClusterCredentials& shown) {
  // A late answer to older ones says nothing of those that came since.
  if (kept_.token == shown.token && kept_.certificate == shown.certificate) kept_.expires = absl::InfinitePast();
  return access_.plugin.has_value() || !access_.token_file.empty();
}

void Credentials::Ask() {
  absl::StatusOr<Inquiry> inquiry = Start(access_, environment_, plugin_time_);
  if (!inquiry.ok()) {
    // Whoever asks has still to learn that he waits.
    return loop_->Later([this, waits = std::weak_ptr<Done>(waiting_.back()), status = inquiry.status()] {
      if (waits.expired()) return false;
      Tell(Understand(status));
      return true;
    });
  }
  asking_ = std::make_unique<Asking>(loop_, *std::move(inquiry));
  loop_->Watch(asking_->inquiry.fd(), [this] { Advance(); });
}

void Credentials::Advance() {
  const auto answer = asking_->inquiry.Take();
  if (!answer.has_value()) return;
  asking_ = nullptr;
  Found found = Understand(Read(*access_.plugin, *answer));
  if (found.ok()) kept_ = *found;
  Tell(found);
}

void Credentials::Tell(const Found& found) {
  for (const std::weak_ptr<Done>& one : std::exchange(waiting_, {})) {
    if (const std::shared_ptr<Done> done = one.lock()) (*done)(found);
  }
}

Credentials::Found Credentials::OfFiles() const {
  ClusterCredentials found = {.token = access_.token, .certificate = "", .key = ""};
  if (access_.token_file.empty()) return found;
  const absl::StatusOr<std::string> token = ReadFile(access_.token_file, kMostBytes);
  if (!token.ok()) {
    return absl::FailedPreconditionError(absl::StrCat("the token of ", access_.user, ": ", token.status().message()));
  }
  found.token = std::string(absl::StripAsciiWhitespace(*token));
  return found;
}

Credentials::Found Credentials::Understand(const absl::StatusOr<ClusterCredentials>& read) const {
  if (read.ok()) return read;
  const ExecPlugin& plugin = *access_.plugin;
  return absl::FailedPreconditionError(absl::StrCat(
      "the program ", plugin.command, ", which tells the credentials of the ", access_.user, ", tells none: ",
      read.status().message(), plugin.install_hint.empty() ? "" : absl::StrCat("\n", plugin.install_hint)));
}

}  // namespace flow
