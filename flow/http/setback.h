// A request that came to nothing this time, and whether it is sent again, and when.
#ifndef FLOW_HTTP_SETBACK_H_
#define FLOW_HTTP_SETBACK_H_

#include <algorithm>
#include <climits>
#include <optional>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "flow/http/backoff.h"
#include "flow/http/message.h"

namespace flow::http {

// Why a request came to nothing this time.
struct Setback {
  // The server may have carried it out all the same.
  bool may_be_done = true;
  // The server asks not to be asked again before that.
  absl::Duration retry_after = absl::ZeroDuration();
  // The server does not answer; else it does, and something else is in the way for a moment.
  bool away = true;
  // After so many tries it fails for good.
  int most_tries = INT_MAX;
};

// How long to wait before the request is sent again; nullopt: it is not. `may_be_repeated`: carried out twice it does no
// harm. `tries` is how often it was sent; `left`, what is left of the time that it was given; `jitter`, within [0, 1),
// keeps those that wait from coming back all at once.
std::optional<absl::Duration> PauseAfter(const Setback& setback, bool may_be_repeated, int tries, absl::Duration left,
                                         double jitter);

// The header Retry-After in seconds; nullopt where there is none, or it is a date.
std::optional<absl::Duration> RetryAfterHeader(const Response& response);

inline std::optional<absl::Duration> PauseAfter(const Setback& setback, bool may_be_repeated, int tries,
                                                absl::Duration left, double jitter) {
  if (tries >= setback.most_tries || (setback.may_be_done && !may_be_repeated)) return std::nullopt;
  const absl::Duration pause = std::max(Backoff::After(tries) * (0.5 + jitter / 2), setback.retry_after);
  return pause < left ? std::optional(pause) : std::nullopt;
}

inline std::optional<absl::Duration> RetryAfterHeader(const Response& response) {
  int seconds = 0;
  const auto header = response.headers.find("retry-after");
  if (header == response.headers.end() || !absl::SimpleAtoi(header->second, &seconds) || seconds < 0) {
    return std::nullopt;
  }
  return absl::Seconds(seconds);
}

}  // namespace flow::http

#endif  // FLOW_HTTP_SETBACK_H_
