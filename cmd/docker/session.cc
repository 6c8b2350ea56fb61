#include "cmd/docker/session.h"

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/write_out.h"
#include "cmd/docker/choose_endpoint.h"
#include "cmd/docker/unreachable.h"

namespace flow {

absl::StatusOr<std::unique_ptr<Session>> Session::Open(const char* command, State state, const EngineOptions& options,
                                                       Environment environment) {
  absl::StatusOr<Endpoint> endpoint = ChooseEndpoint(options.host, environment);
  if (!endpoint.ok()) {
    return WithExitCode(endpoint.status(),
                        absl::IsInvalidArgument(endpoint.status()) ? ExitCode::kUsage : ExitCode::kNoEngine);
  }
  absl::StatusOr<std::string> folder = StateFolder(options.state_dir, environment);
  if (!folder.ok() && state == State::kRead) folder = kNoStateFolder;
  if (!folder.ok()) return folder.status();
  absl::StatusOr<Signals> signals = Signals::Take();
  if (!signals.ok()) return signals.status();
  return std::unique_ptr<Session>(new Session(command, options.verbose, std::move(environment), *std::move(endpoint),
                                              Store(*std::move(folder)), *std::move(signals)));
}

absl::Status Session::MakeClient() {
  if (client_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint_);
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  credentials_.emplace(client_->loop(), environment_);
  return absl::OkStatus();
}

absl::StatusOr<deploy::Deployment> Session::ReadState(const PipelineKey& key) const {
  absl::StatusOr<deploy::Deployment> deployment = store_.ReadDeployment(key);
  if (!deployment.ok() && !absl::IsNotFound(deployment.status())) {
    Warn(absl::StrCat(deployment.status().message(), "; going by the labels on the engine instead"));
  }
  return deployment;
}

absl::Status Session::Unreachable(const absl::Status& status) const {
  return ExitWith(ExitCode::kNoEngine, ExplainUnreachable(endpoint_, status, environment_));
}

void Session::Trace(const http::Request& request) const {
  if (!verbose_) return;
  const std::string text = absl::StrCat(request.method, " ", request.target);
  SpeaksJson() ? TellEvent("request", "", text) : WriteError(absl::StrCat("> ", text, "\n"));
}

}  // namespace flow
