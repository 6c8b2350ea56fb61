// What every command that speaks to an engine has: which engine, a connection to it, the state files, and signals.
#ifndef CMD_DOCKER_SESSION_H_
#define CMD_DOCKER_SESSION_H_

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"
#include "cmd/base/signals.h"
#include "cmd/cli/options.h"
#include "cmd/cli/print.h"
#include "cmd/docker/credentials.h"
#include "cmd/http/client.h"
#include "cmd/http/endpoint.h"
#include "cmd/state/store.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/http/message.h"

namespace flow {

class Session {
 public:
  // What a command does with the state. One that only reads it does without a folder for it.
  enum class State { kRead, kWritten };

  // By the options and the environment. `command`: whose messages begin with that. Connects to nothing.
  static absl::StatusOr<std::unique_ptr<Session>> Open(const char* command, State state, const EngineOptions& options,
                                                       Environment environment);

  // Makes the client, where there is none yet. What ends before (a held lock, say) loads no libcurl.
  absl::Status MakeClient();
  // Once MakeClient() has made it.
  Client& client() { return *client_; }

  // What registries are shown when the engine pulls from them, once there is a client.
  RegistryCredentials& credentials() { return *credentials_; }

  const Endpoint& endpoint() const { return endpoint_; }
  const Store& store() const { return store_; }
  Signals& signals() { return signals_; }

  // The state of a pipeline. Error: NotFound where there is none; any other where it cannot be read, which is warned
  // of, as the engine's labels do without it.
  absl::StatusOr<deploy::Deployment> ReadState(const PipelineKey& key) const;

  // With --verbose tells that the request is sent: its method and target, never its body, which may hold secrets.
  void Trace(const http::Request& request) const;

  // print.h's, for this command.
  void Tell(const absl::Status& end) const { flow::Tell(command_, end); }
  void Warn(absl::string_view message) const { flow::Warn(command_, message); }
  void Note(absl::string_view message) const { flow::Note(command_, message); }
  // The end of a command whose engine could not be reached, or spoken with: why, and what helps.
  absl::Status Unreachable(const absl::Status& status) const;

 private:
  Session(const char* command, bool verbose, Environment environment, Endpoint endpoint, Store store, Signals signals)
      : command_(command),
        verbose_(verbose),
        environment_(std::move(environment)),
        endpoint_(std::move(endpoint)),
        store_(std::move(store)),
        signals_(std::move(signals)) {}

  const char* const command_;
  const bool verbose_;
  const Environment environment_;
  const Endpoint endpoint_;
  const Store store_;
  Signals signals_;
  std::unique_ptr<Client> client_;
  std::optional<RegistryCredentials> credentials_;
};

}  // namespace flow

#endif  // CMD_DOCKER_SESSION_H_
