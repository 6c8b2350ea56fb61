// Makes the calls that a machine of flow/control wants made, and tells it the answers.
#ifndef CMD_CONTROL_MESSENGER_H_
#define CMD_CONTROL_MESSENGER_H_

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/working_time.h"
#include "cmd/http/client.h"
#include "cmd/http/endpoint.h"
#include "cmd/target/command_session.h"
#include "flow/control/call.h"

namespace flow {

class Messenger {
 public:
  // How long a call may take. A deployment is delayed by less than two seconds.
  static constexpr absl::Duration kDeadline = absl::Milliseconds(1500);

  // Its requests go over the session's loop, beside the target's. The session has a client.
  Messenger(CommandSession& session, const Endpoint& control_plane)
      : session_(session), client_(session.loop(), control_plane) {}

  // Sends what the machine wants sent, now and because of the answers. The machine outlives this.
  template <typename Machine>
  void Pump(Machine& machine) {
    for (auto& [number, call] : machine.out().TakeCalls()) {
      waiting_.push_back(
          {std::move(call), [this, &machine, number = number](const absl::StatusOr<control::Reply>& reply) {
             machine.On(number, reply);
             Pump(machine);
           }});
    }
    SendWaiting();
  }

  // Polls until the machine's calls are answered, `at_most` is over or a signal has come. True: they are.
  template <typename Machine>
  bool Drain(Machine& machine, absl::Duration at_most) {
    const absl::Duration until = WorkingTime() + at_most;
    Pump(machine);
    while (!machine.Done()) {
      const absl::Duration left = until - WorkingTime();
      if (const std::optional<int> signal = session_.signals().Next()) signal_ = *signal;
      if (left <= absl::ZeroDuration() || signal_ != 0) return false;
      if (!client_.Poll(left, {session_.signals().fd()}).ok()) return false;
    }
    return true;
  }

  // The signal that ended a Drain; 0: none did.
  int signal() const { return signal_; }

 private:
  // A few at once, so that memory does not grow with the number of components.
  static constexpr int kAtOnce = 4;

  using Told = std::function<void(const absl::StatusOr<control::Reply>&)>;
  struct Waiting {
    control::Call call;
    Told told;
  };

  void SendWaiting();
  // Where no control plane answered, what waits is told so as well and not tried.
  void FailWaiting(const absl::Status& status);

  CommandSession& session_;
  Client client_;
  std::deque<Waiting> waiting_;
  int under_way_ = 0;
  int signal_ = 0;
};

}  // namespace flow

#endif  // CMD_CONTROL_MESSENGER_H_
