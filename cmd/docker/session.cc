#include "cmd/docker/session.h"

#include "cmd/base/exit_status.h"
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
  absl::StatusOr<Basis> basis = Take(command, state, options, std::move(environment));
  if (!basis.ok()) return basis.status();
  return std::unique_ptr<Session>(new Session(*std::move(basis), *std::move(endpoint)));
}

absl::Status Session::MakeClient() {
  if (client_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint_);
  if (!client.ok()) return client.status();
  client_ = *std::move(client);
  credentials_.emplace(client_->loop(), environment());
  return absl::OkStatus();
}

absl::Status Session::Unreachable(const absl::Status& status) const {
  return ExitWith(ExitCode::kNoEngine, ExplainUnreachable(endpoint_, status, environment()));
}

}  // namespace flow
