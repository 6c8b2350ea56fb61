// Whether a request that came to nothing is sent again, and when. It is where the engine does not answer for a moment,
// as one that restarts or has a proxy before it, and where carrying it out twice would do no harm.
//
//   http::PauseAfter(*engine::SetbackOf(response), engine::MayBeRepeated(call), /*tries=*/1, absl::Seconds(20), jitter)
#ifndef FLOW_DOCKER_ENGINE_RETRY_H_
#define FLOW_DOCKER_ENGINE_RETRY_H_

#include <optional>
#include <variant>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "flow/docker/engine/call.h"
#include "flow/http/message.h"
#include "flow/http/setback.h"

namespace flow::docker::engine {

using http::Setback;

// The setback of an answer that means "later"; nullopt for any other answer, which is the request's. Later means:
//   502 to 504                 a proxy found no engine (RFC 9110, 15.6)
//   429 with Retry-After       too many requests; without the header it is a limit of hours (RFC 6585, 4)
//   "network … is ambiguous"   two appliers made a network of the same name, and one is about to remove its own
//   "removal of container … is already in progress"
//                              someone else removes it: asked again, the engine answers once it is gone
//   "sandbox … not found"      the container has ended in this moment, and its place in the network is gone with it: one
//                              that restarts has another in a moment, and one that does not needs none
// Retry-After is read in seconds.
std::optional<Setback> SetbackOf(const http::Response& response);

// Whether the call, sent once more after it was carried out, changes nothing and succeeds. Not so: a second network of
// one name, a container's name that its first creation has taken, a second run of a program that is to run once.
bool MayBeRepeated(const Call& call);

namespace internal {

// Some six seconds, where a second network goes within one or so (network_claim.h), and a container comes back.
inline constexpr int kMostTries = 8;

// Docker to a rename or a start (moby, daemon/rename.go; libnetwork, SandboxByID).
inline bool IsBetweenTwoRuns(const http::Response& response) {
  return response.status == 404 && absl::StrContains(response.body, "sandbox ") &&
         absl::StrContains(response.body, " not found");
}

inline bool IsBeingRemoved(const http::Response& response) {
  return response.status == 409 && absl::StrContains(response.body, "removal of container ") &&
         absl::StrContains(response.body, " is already in progress");
}

inline bool IsAmbiguousNetwork(const http::Response& response) {
  return response.status >= 400 && absl::StrContains(response.body, " is ambiguous (") &&
         absl::StrContains(response.body, "matches found on name");
}

}  // namespace internal

inline std::optional<Setback> SetbackOf(const http::Response& response) {
  if (internal::IsAmbiguousNetwork(response) || internal::IsBetweenTwoRuns(response)) {
    return Setback{.may_be_done = false, .away = false, .most_tries = internal::kMostTries};
  }
  if (internal::IsBeingRemoved(response)) return Setback{.may_be_done = false, .away = false};
  const std::optional<absl::Duration> retry_after = http::RetryAfterHeader(response);
  if (response.status == 429 && retry_after.has_value()) {
    return Setback{.may_be_done = false, .retry_after = *retry_after};
  }
  if (response.status < 502 || response.status > 504) return std::nullopt;
  return Setback{.may_be_done = true, .retry_after = retry_after.value_or(absl::ZeroDuration())};
}

inline bool MayBeRepeated(const Call& call) {
  if (const auto* start = std::get_if<StartContainer>(&call)) return !start->once;
  return !std::holds_alternative<CreateNetwork>(call) && !std::holds_alternative<CreateContainer>(call) &&
         !std::holds_alternative<RenameContainer>(call) && !std::holds_alternative<UnpauseContainer>(call);
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_RETRY_H_
