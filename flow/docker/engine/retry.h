// Whether a request that came to nothing is sent again: where the engine is away for a moment (it restarts, or a proxy
// before it does), and only where doing the same twice does no harm.
#ifndef FLOW_DOCKER_ENGINE_RETRY_H_
#define FLOW_DOCKER_ENGINE_RETRY_H_

#include <algorithm>
#include <climits>
#include <optional>
#include <variant>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "flow/docker/engine/call.h"
#include "flow/http/message.h"

namespace flow::docker::engine {

// Why a try came to nothing for now.
struct Setback {
  bool taken = true;                                  // the engine may have done what was asked
  absl::Duration retry_after = absl::ZeroDuration();  // what it asks to be left alone for
  bool away = true;                                   // the engine is; else it answers, and something is in the way
  int most_tries = INT_MAX;
};

// What an engine says that starts nothing because two networks have the name of the container's. Two appliers at the
// same time make two, and one of them removes its own within a second or so (network_claim.h).
inline bool IsAmbiguousNetwork(const http::Response& response) {
  return response.status >= 400 && absl::StrContains(response.body, " is ambiguous (") &&
         absl::StrContains(response.body, "matches found on name");
}

// Of an answer that means "later": two networks of one name; 429 that says when (RFC 6585, 4; one that does not is a
// limit of hours), and what a proxy says of an engine that is not there (502 to 504; RFC 9110, 15.6). Retry-After is
// read in seconds.
inline std::optional<Setback> SetbackOf(const http::Response& response) {
  // Eight tries: some six seconds.
  if (IsAmbiguousNetwork(response)) return Setback{.taken = false, .away = false, .most_tries = 8};
  int seconds = 0;
  const auto header = response.headers.find("retry-after");
  const bool says_when = header != response.headers.end() && absl::SimpleAtoi(header->second, &seconds) && seconds >= 0;
  if (response.status == 429) {
    return says_when ? std::optional(Setback{.taken = false, .retry_after = absl::Seconds(seconds)}) : std::nullopt;
  }
  if (response.status < 502 || response.status > 504) return std::nullopt;
  return Setback{.taken = true, .retry_after = absl::Seconds(seconds)};
}

// Whether the call, made once more after it was done, changes nothing and fails in nothing. Not so: a second network of
// one name, a container's name that its first creation has taken, a second run of a program that is to run once.
inline bool MayBeRepeated(const Call& call) {
  if (const auto* start = std::get_if<StartContainer>(&call)) return !start->once;
  return !std::holds_alternative<CreateNetwork>(call) && !std::holds_alternative<CreateContainer>(call) &&
         !std::holds_alternative<RenameContainer>(call) && !std::holds_alternative<UnpauseContainer>(call);
}

inline constexpr absl::Duration kFirstRetry = absl::Milliseconds(100);
inline constexpr absl::Duration kLongestRetry = absl::Seconds(2);

// How long to wait before the call is sent again; nullopt: not at all. `tries`: how often it was sent; `left`: of the
// time that it was given; `jitter`: within [0, 1), so that those who wait do not all come back at once.
inline std::optional<absl::Duration> RetryAfter(const Call& call, const Setback& setback, int tries,
                                                absl::Duration left, double jitter) {
  if (tries >= setback.most_tries || (setback.taken && !MayBeRepeated(call))) return std::nullopt;
  absl::Duration pause = std::min(kLongestRetry, kFirstRetry * (1 << std::min(tries - 1, 10)));
  pause = std::max(pause * (0.5 + jitter / 2), setback.retry_after);
  return pause < left ? std::optional(pause) : std::nullopt;
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_RETRY_H_
