// The credentials that a registry is shown, from the Docker program's configuration folder: config.json, and the helper
// programs that it names.
#ifndef CMD_REGISTRY_CREDENTIALS_H_
#define CMD_REGISTRY_CREDENTIALS_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/http/loop.h"
#include "flow/registry/login.h"

namespace flow {

class RegistryCredentials {
 public:
  struct Found {
    std::optional<registry::Login> login = std::nullopt;  // nothing: it is asked anonymously
    std::string warning = {};  // what kept credentials from being found; empty: nothing did. Never a secret
  };
  using Done = std::function<void(const Found&)>;

  // A helper is given `helper_time`.
  RegistryCredentials(std::shared_ptr<Loop> loop, Environment environment,
                      absl::Duration helper_time = absl::Seconds(10))
      : loop_(std::move(loop)), environment_(std::move(environment)), helper_time_(helper_time) {}

  // Finds what a registry ("docker.io", "127.0.0.1:5000") is shown, and tells it to `done`: at once, or, where a helper has to
  // be asked, from within the loop's Poll. A registry's helper is asked once, and its warning is told once. Who does not want
  // to be told any more lets the result go, which is for nothing else; a helper for which nobody waits is ended.
  [[nodiscard]] std::shared_ptr<void> Find(const std::string& registry, Done done);

 private:
  struct Asking;
  struct Waiting;

  // The helper that is asked; nullptr where nobody need be: then what there is to know is in found_.
  std::shared_ptr<Asking> LookUp(const std::string& key);
  std::shared_ptr<Asking> Ask(const std::string& helper, const std::string& key);
  std::shared_ptr<Asking> Know(const std::string& key, Found found);
  void Advance(const std::string& key);
  void Tell(const std::string& key, const Done& done);

  const std::shared_ptr<Loop> loop_;
  const Environment environment_;
  const absl::Duration helper_time_;
  // By the registry's key.
  std::map<std::string, Found> found_;
  std::map<std::string, std::weak_ptr<Asking>> asking_;
};

}  // namespace flow

#endif  // CMD_REGISTRY_CREDENTIALS_H_
