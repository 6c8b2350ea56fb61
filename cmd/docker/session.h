// What every command that speaks to an engine has besides (command_session.h): which engine, and a connection to it.
#ifndef CMD_DOCKER_SESSION_H_
#define CMD_DOCKER_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/http/client.h"
#include "cmd/http/endpoint.h"
#include "cmd/registry/credentials.h"
#include "cmd/target/command_session.h"

namespace flow {

class Session : public CommandSession {
 public:
  // By the options and the environment. `command`: whose messages begin with that. Connects to nothing.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const char* command, State state, const EngineOptions& options,
                                                       Environment environment);

  absl::Status MakeClient() override;
  // Once MakeClient() has made it.
  Client& client() { return *client_; }

  // What registries are shown when the engine pulls from them, once there is a client.
  RegistryCredentials& credentials() { return *credentials_; }

  const Endpoint& endpoint() const { return endpoint_; }

  const char* driver() const override { return ""; }
  std::string Where() const override { return absl::StrCat("the engine ", endpoint_.address); }

  const std::shared_ptr<Loop>& loop() const override { return client_->loop(); }

  absl::Status Unreachable(const absl::Status& status) const override;

 private:
  Session(Basis basis, Endpoint endpoint) : CommandSession(std::move(basis)), endpoint_(std::move(endpoint)) {}

  const Endpoint endpoint_;
  std::unique_ptr<Client> client_;
  std::optional<RegistryCredentials> credentials_;
};

}  // namespace flow

#endif  // CMD_DOCKER_SESSION_H_
