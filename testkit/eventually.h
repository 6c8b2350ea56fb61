// Waiting for what nobody tells.
#ifndef TESTKIT_EVENTUALLY_H_
#define TESTKIT_EVENTUALLY_H_

#include <functional>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace flow::testkit {

// Waits until `state` is so, which is asked again and again: it is what an engine or a file says. False where it is not
// within `at_most`.
inline bool Eventually(const std::function<bool()>& state, absl::Duration at_most = absl::Seconds(60)) {
  for (const absl::Time end = absl::Now() + at_most; !state(); absl::SleepFor(absl::Milliseconds(5))) {
    if (absl::Now() > end) return false;
  }
  return true;
}

}  // namespace flow::testkit

#endif  // TESTKIT_EVENTUALLY_H_
