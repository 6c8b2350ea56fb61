#include "cmd/docker/session.h"

#include "absl/strings/str_cat.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/flags.h"
#include "cmd/docker/choose_endpoint.h"
#include "cmd/docker/unreachable.h"

namespace flow {

std::variant<std::unique_ptr<Session>, ExitCode> Session::Open(const char* command, Environment environment) {
  absl::StatusOr<Endpoint> endpoint = ChooseEndpoint(FLAGS_host, environment);
  if (!endpoint.ok()) {
    const ExitCode code = absl::IsInvalidArgument(endpoint.status()) ? ExitCode::kUsage : ExitCode::kNoEngine;
    return flow::Fail(command, code, endpoint.status().message());
  }
  absl::StatusOr<std::string> folder = StateFolder(FLAGS_state_dir, environment);
  if (!folder.ok()) return flow::Fail(command, ExitCode::kFailed, folder.status().message());
  absl::StatusOr<Signals> signals = Signals::Take();
  if (!signals.ok()) return flow::Fail(command, ExitCode::kFailed, signals.status().message());
  return std::unique_ptr<Session>(new Session(command, std::move(environment), *std::move(endpoint),
                                              Store(*std::move(folder)), *std::move(signals)));
}

Client* Session::client() {
  if (client_ != nullptr) return client_.get();
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint_);
  if (!client.ok()) {
    Fail(ExitCode::kFailed, client.status().message());
    return nullptr;
  }
  client_ = *std::move(client);
  credentials_.emplace(client_->loop(), environment_);
  return client_.get();
}

absl::StatusOr<deploy::Deployment> Session::ReadState(const PipelineKey& key) const {
  absl::StatusOr<deploy::Deployment> deployment = store_.ReadDeployment(key);
  if (!deployment.ok() && !absl::IsNotFound(deployment.status())) {
    Fail(ExitCode::kFailed,
         absl::StrCat("warning: ", deployment.status().message(), "; going by the labels on the engine instead"));
  }
  return deployment;
}

ExitCode Session::FailUnreachable(const absl::Status& status) const {
  return Fail(ExitCode::kNoEngine, ExplainUnreachable(endpoint_, status, environment_));
}

void Session::Trace(const http::Request& request) const {
  if (FLAGS_verbose) WriteError(absl::StrCat("> ", request.method, " ", request.target, "\n"));
}

}  // namespace flow
