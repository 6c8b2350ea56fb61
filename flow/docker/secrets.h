// Secrets' values in what the engine answers.
#ifndef FLOW_DOCKER_SECRETS_H_
#define FLOW_DOCKER_SECRETS_H_

#include <string>
#include <variant>

#include "absl/status/status.h"
#include "flow/deploy/secrets.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"

namespace flow::docker {

// The answer with "***" for each of the secrets in what it quotes: errors, log lines, probes' output.
inline Answer WithoutSecrets(Answer answer, const deploy::SecretFilter& filter) {
  if (!answer.reply.ok()) {
    answer.reply = absl::Status(answer.reply.status().code(), filter.Without(answer.reply.status().message()));
  } else if (auto* log = std::get_if<engine::LogLines>(&*answer.reply)) {
    for (std::string& line : log->lines) line = filter.Without(line);
  } else if (auto* inspect = std::get_if<engine::ContainerInspect>(&*answer.reply)) {
    engine::ContainerState& state = *inspect->mutable_state();
    state.set_error(filter.Without(state.error()));
    for (engine::HealthProbe& probe : *state.mutable_health()->mutable_log()) {
      probe.set_output(filter.Without(probe.output()));
    }
  }
  return answer;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_SECRETS_H_
