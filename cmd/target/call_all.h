// Calls of a target, all at once, for commands that only look.
#ifndef CMD_TARGET_CALL_ALL_H_
#define CMD_TARGET_CALL_ALL_H_

#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/base/signals.h"
#include "cmd/target/wire.h"

namespace flow {

template <typename Target>
struct CallReplies {
  std::vector<absl::StatusOr<typename Target::Reply>> replies;  // in the order of the calls
  int signal = 0;                                               // that came meanwhile, and ended it
};

// Each call has `at_most`, and is sent once.
template <typename Target>
CallReplies<Target> CallAll(Wire<Target>& wire, Signals& signals, const std::vector<typename Target::Call>& calls,
                            const typename Target::Version& version, absl::Duration at_most) {
  CallReplies<Target> called;
  called.replies.resize(calls.size(), absl::CancelledError("interrupted"));
  std::vector<typename Wire<Target>::Handle> handles;
  size_t answered = 0;
  for (size_t index = 0; index < calls.size(); ++index) {
    const deploy::Send<Target> send = {deploy::RequestId(), calls[index], version, at_most};
    handles.push_back(wire.Try(send, at_most, [&, index](typename Wire<Target>::Outcome outcome) {
      called.replies[index] = std::move(outcome.reply);
      ++answered;
    }));
  }
  while (answered < calls.size() && called.signal == 0) {
    if (!wire.Poll(absl::InfiniteDuration(), {signals.fd()}).ok()) break;
    if (const std::optional<int> signal = signals.Next()) called.signal = *signal;
  }
  return called;
}

}  // namespace flow

#endif  // CMD_TARGET_CALL_ALL_H_
