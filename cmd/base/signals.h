// The signals that end a command, as something to poll, so that they arrive between two steps of the one loop and never
// in the middle of one.
#ifndef CMD_BASE_SIGNALS_H_
#define CMD_BASE_SIGNALS_H_

#include <signal.h>

#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "cmd/base/descriptor.h"

namespace flow {

// In the order in which Next() gives those that wait.
inline constexpr int kEndingSignals[] = {SIGHUP, SIGINT, SIGTERM};

// SIGINT, SIGTERM and SIGHUP are blocked and arrive at fd() from Take() on, for the life of the object; SIGPIPE and
// SIGXFSZ are ignored (a write then says EPIPE, or EFBIG). SIGHUP stays ignored where it was so at the start: `nohup flow-apply …`. SIGINT
// does not: shells start what ends in `&` with SIGINT ignored, and a `kill -INT` of that must still clean up.
//
//   absl::StatusOr<Signals> signals = Signals::Take();
//   client->Poll(absl::Seconds(1), {signals->fd()});
//   if (std::optional<int> signal = signals->Next()) …
class Signals {
 public:
  // Before any thread is started. Unknown where the system has no more descriptors.
  static absl::StatusOr<Signals> Take();

  Signals(Signals&&) noexcept = default;
  Signals& operator=(Signals&&) = delete;

  // Readable when a signal waits.
  int fd() const { return fd_.get(); }

  // The next signal (SIGINT, …) that came, and not again; none: nothing came. Does not wait.
  std::optional<int> Next();

  // The signal that has come since Take(), whether it waits or Next() gave it; 0: none has. From then on nothing is to
  // be waited for without a bound, also once the object is gone: the command has yet to tell how it ended.
  static int Came();

 private:
  explicit Signals(Descriptor fd) : fd_(std::move(fd)) {}

  static inline int given_ = 0;  // by Next()

  Descriptor fd_;
};

}  // namespace flow

#endif  // CMD_BASE_SIGNALS_H_
