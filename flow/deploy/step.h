// How every machine takes a step: what happened is told to it, and it goes on from phase to phase as long as it can.
#ifndef FLOW_DEPLOY_STEP_H_
#define FLOW_DEPLOY_STEP_H_

#include <optional>
#include <type_traits>
#include <variant>
#include <vector>

#include "flow/deploy/contract.h"

namespace flow::deploy {

// `tell` is called with the event; with an answer's or timer's purpose in place of its number:
//
//   tell(purpose, reply)   of an Answer
//   tell(purpose)          of a TimerFired
//   tell(event)            of any other
//
// then `go_on`, until that leaves `phase` as it is. `phase` is the machine's own, an enum class with a kFinished, after
// which nothing is told. Returns the actions of the step.
template <typename Target, typename Purpose, typename TimerPurpose, typename Phase, typename Tell, typename GoOn>
std::vector<Action<Target>> TakeStep(const Event<Target>& event, Outbox<Target, Purpose, TimerPurpose>& out,
                                     const Phase& phase, const Tell& tell, const GoOn& go_on) {
  if (phase == Phase::kFinished) return {};
  std::visit(
      [&](const auto& happened) {
        using Happened = std::decay_t<decltype(happened)>;
        if constexpr (std::is_same_v<Happened, Answer<Target>>) {
          const std::optional<Purpose> purpose = out.Answered(happened.request);
          if (purpose.has_value()) std::visit([&](const auto& asked) { tell(asked, happened.reply); }, *purpose);
        } else if constexpr (std::is_same_v<Happened, TimerFired>) {
          const std::optional<TimerPurpose> purpose = out.Fired(happened.timer);
          if (purpose.has_value()) std::visit(tell, *purpose);
        } else {
          tell(happened);
        }
      },
      event);
  while (phase != Phase::kFinished) {
    const Phase before = phase;
    go_on();
    if (phase == before) break;
  }
  return out.Take();
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_STEP_H_
