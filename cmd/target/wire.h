// What a machine's requests go over: to an engine, to a cluster. Each target has its own; driver.h uses them all alike.
#ifndef CMD_TARGET_WIRE_H_
#define CMD_TARGET_WIRE_H_

#include <functional>
#include <memory>
#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "flow/deploy/contract.h"
#include "flow/http/setback.h"

namespace flow {

// One thread's. All callbacks run from within Poll, and none before the call that was given it has returned.
template <typename Target>
class Wire {
 public:
  // How one try of a call ended.
  struct Outcome {
    absl::StatusOr<typename Target::Reply> reply;
    // Something is in the way for now; nothing: the reply stands.
    std::optional<http::Setback> setback;
    // Carried out twice the call does no harm.
    bool may_be_repeated = true;
    // What kept an answer from coming. OK: one came, be it a refusal.
    absl::Status unanswered;
  };
  using Over = std::function<void(Outcome)>;

  struct Handlers {
    std::function<void()> opened;
    std::function<void(typename Target::Event)> happened;
    std::function<void(const absl::Status&)> ended;
  };

  // Something that goes on. It is given up when this goes, and nothing of it is told any more.
  using Handle = std::shared_ptr<void>;

  virtual ~Wire() = default;

  // One try of a request, which has `left` of its time.
  [[nodiscard]] virtual Handle Try(const deploy::Send<Target>& send, absl::Duration left, Over over) = 0;
  // The stream of the target's events, until its end.
  [[nodiscard]] virtual Handle Open(const deploy::OpenStream<Target>& open, Handlers handlers) = 0;
  virtual absl::Status Poll(absl::Duration at_most, absl::Span<const int> also_readable) = 0;
  // The target, for messages: "the engine".
  virtual const char* noun() const = 0;
};

}  // namespace flow

#endif  // CMD_TARGET_WIRE_H_
