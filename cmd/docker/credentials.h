// The credentials that a registry is shown, from the Docker program's configuration folder: config.json, and the helper
// programs that it names.
#ifndef CMD_DOCKER_CREDENTIALS_H_
#define CMD_DOCKER_CREDENTIALS_H_

#include <functional>
#include <map>
#include <string>

#include "cmd/base/environment.h"

namespace flow {

class RegistryCredentials {
 public:
  // `warn` is told what kept credentials from being found: the pull is tried without any then. Never a secret.
  RegistryCredentials(Environment environment, std::function<void(const std::string&)> warn)
      : environment_(std::move(environment)), warn_(std::move(warn)) {}

  // The value of X-Registry-Auth for pulling an image; empty: anonymous. Reads the file, and may run a helper, which is
  // given 10 s: each registry's once.
  const std::string& HeaderFor(const std::string& reference);

 private:
  std::string Find(const std::string& key);
  std::string AskHelper(const std::string& helper, const std::string& key);

  const Environment environment_;
  const std::function<void(const std::string&)> warn_;
  std::map<std::string, std::string> headers_;  // by registry
};

}  // namespace flow

#endif  // CMD_DOCKER_CREDENTIALS_H_
