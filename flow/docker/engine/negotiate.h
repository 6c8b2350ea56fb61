// Which version of the Engine API is spoken.
#ifndef FLOW_DOCKER_ENGINE_NEGOTIATE_H_
#define FLOW_DOCKER_ENGINE_NEGOTIATE_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/call.h"

namespace flow::docker::engine {

// The newest that flow was tried against; newer engines are spoken to in it.
inline constexpr compose::ApiVersion kNewestApiVersion{1, 51};

// The newest version that both sides speak, by the engine's answer to GET /_ping, which tells its newest and takes no
// time (GET /version starts runc and docker-init on some engines to ask for their versions). An engine whose oldest is
// newer than our newest refuses the first call in its own words: response.h gives those the same code.
// Error: kFailedPrecondition, with the engine and its newest, where there is no such version.
inline absl::StatusOr<compose::ApiVersion> NegotiateVersion(const Pong& pong) {
  const absl::StatusOr<compose::ApiVersion> newest = compose::ParseApiVersion(pong.api_version);
  if (!newest.ok()) {
    return absl::FailedPreconditionError("what answers there tells no Engine API version: is it a Docker engine?");
  }
  if (*newest < compose::kOldestApiVersion) {
    return absl::FailedPreconditionError(absl::StrCat(pong.engine.empty() ? "the engine" : pong.engine,
                                                      " speaks Engine API ", newest->ToString(),
                                                      " at most: update the engine"));
  }
  return std::min(*newest, kNewestApiVersion);
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_NEGOTIATE_H_
