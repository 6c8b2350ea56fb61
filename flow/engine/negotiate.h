// Which version of the Engine API is spoken.
#ifndef FLOW_ENGINE_NEGOTIATE_H_
#define FLOW_ENGINE_NEGOTIATE_H_

#include <algorithm>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/compose/api_version.h"
#include "flow/engine/engine.pb.h"

namespace flow::engine {

// The newest that flow was tried against; newer engines are spoken to in it.
inline constexpr compose::ApiVersion kNewestApiVersion{1, 51};

// The newest version that both sides speak, by the engine's answer to GET /version.
// Error: kFailedPrecondition, with the engine's versions and ours, where there is none.
inline absl::StatusOr<compose::ApiVersion> NegotiateVersion(const Version& engine) {
  const absl::StatusOr<compose::ApiVersion> newest = compose::ParseApiVersion(engine.api_version());
  if (!newest.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("what answers there tells no Engine API version: is it a Docker engine?"));
  }
  // Podman and old engines may leave the minimum out.
  const compose::ApiVersion oldest =
      compose::ParseApiVersion(engine.min_api_version()).value_or(compose::kOldestApiVersion);
  const compose::ApiVersion version = std::min(*newest, kNewestApiVersion);
  if (version < compose::kOldestApiVersion || version < oldest) {
    return absl::FailedPreconditionError(absl::StrCat("the engine (version ", engine.version(), ") speaks Engine API ",
                                                      oldest.ToString(), " to ", newest->ToString(), ", and flow ",
                                                      compose::kOldestApiVersion.ToString(), " to ",
                                                      kNewestApiVersion.ToString(), ": update the older of the two"));
  }
  return version;
}

}  // namespace flow::engine

#endif  // FLOW_ENGINE_NEGOTIATE_H_
