// How long to wait before something that has failed is tried again: 0.1 s at first, then twice as long each time, and
// never longer than 2 s.
#ifndef FLOW_HTTP_BACKOFF_H_
#define FLOW_HTTP_BACKOFF_H_

#include <algorithm>

#include "absl/time/time.h"

namespace flow::http {

struct Backoff {
  static constexpr absl::Duration kShortest = absl::Milliseconds(100);
  static constexpr absl::Duration kLongest = absl::Seconds(2);

  // How many tries have failed, one after the other.
  int tries = 0;

  // The pause after one more try that has failed.
  absl::Duration Next() { return After(++tries); }

  // It came off: the next pause is the shortest again.
  void Reset() { tries = 0; }

  // The pause after so many tries that have failed, from 1 on.
  static absl::Duration After(int tries) { return std::min(kLongest, kShortest * (1 << std::min(tries - 1, 10))); }
};

}  // namespace flow::http

#endif  // FLOW_HTTP_BACKOFF_H_
