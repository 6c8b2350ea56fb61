// How long an engine that has fallen silent is waited for after a signal or the timeout: when most of that has passed
// it is asked whether it is there, and what is left is for its answer. A part of the apply machine.
#ifndef FLOW_DEPLOY_PATIENCE_H_
#define FLOW_DEPLOY_PATIENCE_H_

#include "absl/time/time.h"
#include "flow/deploy/machine.h"
#include "flow/engine/call.h"

namespace flow::deploy {

class Patience {
 public:
  static constexpr absl::Duration kWhole = absl::Seconds(10);

  // From now on, or anew.
  void Start(Outbox& out) { timer_ = out.Timer(kWhole - kForAnswer); }

  void On(const TimerFired& fired, Outbox& out) {
    if (fired.timer == timer_) ping_ = out.Request(engine::Ping{}, kForAnswer);
  }

  // Whether this answers the question.
  bool Asked(const Answer& answer) const { return answer.request == ping_; }

 private:
  static constexpr absl::Duration kForAnswer = absl::Seconds(2);

  int timer_ = 0;
  int ping_ = 0;  // the request
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_PATIENCE_H_
