// Calls of a target, all at once, for commands that only look.
#ifndef CMD_TARGET_CALL_ALL_H_
#define CMD_TARGET_CALL_ALL_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/base/signals.h"
#include "cmd/base/working_time.h"
#include "cmd/target/wire.h"
#include "flow/deploy/contract.h"
#include "flow/http/setback.h"

namespace flow {

template <typename Target>
struct CallReplies {
  std::vector<absl::StatusOr<typename Target::Reply>> replies;  // in the order of the calls
  int signal = 0;                                               // that came meanwhile, and ended it
};

// Each call has `at_most`. It is sent once, and again only where the target is there and asks for patience, as one that
// has too much to do: who only looks is told at once that a target does not answer.
template <typename Target>
CallReplies<Target> CallAll(Wire<Target>& wire, Signals& signals, const std::vector<typename Target::Call>& calls,
                            const typename Target::Version& version, absl::Duration at_most) {
  const absl::Duration deadline = WorkingTime() + at_most;
  CallReplies<Target> called;
  called.replies.resize(calls.size(), absl::CancelledError("interrupted"));
  std::vector<typename Wire<Target>::Handle> handles(calls.size());
  std::vector<int> tries(calls.size());
  std::multimap<absl::Duration, size_t> due;  // those that wait to be sent, by the WorkingTime() when they are
  for (size_t index = 0; index < calls.size(); ++index) due.emplace(absl::ZeroDuration(), index);
  size_t answered = 0;
  const auto over = [&](size_t index, typename Wire<Target>::Outcome outcome) {
    const absl::Duration now = WorkingTime();
    if (outcome.setback.has_value() && !outcome.setback->away) {
      const std::optional<absl::Duration> pause =
          http::PauseAfter(*outcome.setback, outcome.may_be_repeated, tries[index], deadline - now, /*jitter=*/0.5);
      if (pause.has_value()) {
        due.emplace(now + *pause, index);
        return;
      }
    }
    called.replies[index] = std::move(outcome.reply);
    ++answered;
  };
  while (answered < calls.size() && called.signal == 0) {
    for (; !due.empty() && due.begin()->first <= WorkingTime(); due.erase(due.begin())) {
      const size_t index = due.begin()->second;
      const absl::Duration left = deadline - WorkingTime();
      ++tries[index];
      handles[index] =
          wire.Try({deploy::RequestId(), calls[index], version, left}, left,
                   [&over, index](typename Wire<Target>::Outcome outcome) { over(index, std::move(outcome)); });
    }
    const absl::Duration until_due = due.empty() ? absl::InfiniteDuration() : due.begin()->first - WorkingTime();
    if (!wire.Poll(std::max(until_due, absl::ZeroDuration()), {signals.fd()}).ok()) break;
    if (const std::optional<int> signal = signals.Next()) called.signal = *signal;
  }
  return called;
}

}  // namespace flow

#endif  // CMD_TARGET_CALL_ALL_H_
