// How long an engine that has fallen silent is waited for after a signal or the timeout: when most of that has passed
// it is asked whether it is there, and what is left is for its answer. A part of the apply machine.
#ifndef FLOW_DOCKER_PATIENCE_H_
#define FLOW_DOCKER_PATIENCE_H_

#include "absl/time/time.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"

namespace flow::docker {

class Patience {
 public:
  static constexpr absl::Duration kWhole = absl::Seconds(10);

  // From now on, or anew.
  void Start(Outbox& out) { timer_ = out.Timer(kWhole - kForAnswer); }

  void On(const TimerFired& fired, Outbox& out) {
    if (fired.timer == timer_) ping_ = out.Request(engine::Ping{}, kForAnswer);
  }

  // Whether this answers the question.
  bool Owns(const Answer& answer) const { return answer.request == ping_; }

 private:
  static constexpr absl::Duration kForAnswer = absl::Seconds(2);

  TimerId timer_ = TimerId();
  RequestId ping_ = RequestId();
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_PATIENCE_H_
