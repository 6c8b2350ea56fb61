// Carries out what a deployment's state machine asks for, over the wire of its target, in one thread: the world behind
// flow/deploy/contract.h. It decides nothing.
#ifndef CMD_TARGET_DRIVER_H_
#define CMD_TARGET_DRIVER_H_

#include <algorithm>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/signals.h"
#include "cmd/base/working_time.h"
#include "cmd/target/wire.h"
#include "flow/deploy/contract.h"
#include "flow/http/setback.h"

namespace flow {

// What a command does with the actions that are not the target's.
struct DriverHooks {
  std::function<absl::Status(deploy::Deployment)> save;
  std::function<void()> forget;
  std::function<void(const deploy::Report&)> report;
  // Called before each wait, for what goes on beside the machine; when it wants to be called again at the latest.
  std::function<absl::Duration()> tick = nullptr;
};

template <typename Target>
class Driver {
 public:
  // The wire lives on: nothing that it still brings is for this driver.
  Driver(Wire<Target>& wire, Signals& signals, DriverHooks hooks)
      : wire_(wire), signals_(signals), hooks_(std::move(hooks)) {}
  Driver(const Driver&) = delete;
  Driver& operator=(const Driver&) = delete;

  // Runs the machine to its end.
  template <typename Machine>
  deploy::Finish Run(Machine& machine) {
    events_.push_back(deploy::Begin{});
    while (!finish_.has_value()) {
      if (events_.empty()) {
        Wait();
        continue;
      }
      const deploy::Event<Target> event = std::move(events_.front());
      events_.pop_front();
      for (deploy::Action<Target>& action : machine.Step(absl::Now(), event)) {
        std::visit([this](auto& a) { Do(a); }, action);
      }
    }
    return *finish_;
  }

  // Why the first request that found no target did not; OK where none failed so.
  const absl::Status& unreachable() const { return unreachable_; }

 private:
  using Outcome = typename Wire<Target>::Outcome;

  // A request of the machine's that is not answered yet.
  struct Sent {
    deploy::Send<Target> send;
    absl::Duration deadline;  // of WorkingTime()
    int tries = 0;
    typename Wire<Target>::Handle handle = nullptr;  // null: it waits to be sent, or sent again
  };

  void Do(const deploy::Send<Target>& send);
  void Do(const deploy::Cancel& cancel) { requests_.erase(cancel.request); }
  // Sends the machine's request, and again after a setback that passes.
  void Try(deploy::RequestId number);
  // A try is over: its reply is told, unless the request is sent again.
  void Over(deploy::RequestId number, Outcome outcome);
  bool TryLater(deploy::RequestId number, const Outcome& outcome);
  void TellAway(const Outcome& outcome);
  void Do(const deploy::OpenStream<Target>& open);
  void Do(const deploy::CloseStream&);
  void Do(deploy::Save& save) { events_.push_back(deploy::Saved{hooks_.save(std::move(save.deployment))}); }
  void Do(const deploy::Forget&) { hooks_.forget(); }
  void Do(const deploy::StartTimer& timer) { timers_.emplace(WorkingTime() + timer.after, timer.timer); }
  void Do(const deploy::Report& report) { hooks_.report(report); }
  void Do(const deploy::Finish& finish) { finish_ = finish; }

  // Until something happened that the machine has to be told.
  void Wait();

  Wire<Target>& wire_;
  Signals& signals_;
  DriverHooks hooks_;
  std::deque<deploy::Event<Target>> events_;  // happened, and not told yet
  std::map<deploy::RequestId, Sent> requests_;
  std::multimap<absl::Duration, deploy::TimerId> timers_;     // by the WorkingTime() when they are due
  std::multimap<absl::Duration, deploy::RequestId> retries_;  // by that when they are sent again
  std::minstd_rand random_{std::random_device()()};
  bool away_ = false;     // the target does not answer, and that was told
  bool listens_ = false;  // the machine has a stream, and tells itself where that breaks
  typename Wire<Target>::Handle stream_;
  absl::Status unreachable_;
  std::optional<deploy::Finish> finish_;
};

// How it is done

template <typename Target>
void Driver<Target>::Do(const deploy::Send<Target>& send) {
  requests_[send.request] = {send, WorkingTime() + send.deadline};
  Try(send.request);
}

template <typename Target>
void Driver<Target>::Try(deploy::RequestId number) {
  const auto found = requests_.find(number);
  if (found == requests_.end()) return;  // cancelled meanwhile
  Sent& sent = found->second;
  ++sent.tries;
  sent.handle = wire_.Try(sent.send, sent.deadline - WorkingTime(),
                          [this, number](Outcome outcome) { Over(number, std::move(outcome)); });
}

template <typename Target>
void Driver<Target>::Over(deploy::RequestId number, Outcome outcome) {
  if (TryLater(number, outcome)) return;
  requests_.erase(number);
  if (!outcome.unanswered.ok() && unreachable_.ok()) unreachable_ = outcome.unanswered;
  if (outcome.unanswered.ok() && std::exchange(away_, false)) {
    hooks_.report({deploy::Report::Kind::kNote, "", absl::StrCat(wire_.noun(), " answers again")});
  }
  events_.push_back(deploy::Answer<Target>{number, std::move(outcome.reply)});
}

template <typename Target>
bool Driver<Target>::TryLater(deploy::RequestId number, const Outcome& outcome) {
  if (!outcome.setback.has_value()) return false;
  Sent& sent = requests_.at(number);
  const std::optional<absl::Duration> pause =
      http::PauseAfter(*outcome.setback, outcome.may_be_repeated, sent.tries, sent.deadline - WorkingTime(),
                       std::uniform_real_distribution<>()(random_));
  if (!pause.has_value()) return false;
  sent.handle = nullptr;
  retries_.emplace(WorkingTime() + *pause, number);
  if (outcome.setback->away) TellAway(outcome);
  return true;
}

// Once for as long as it is away. Where the machine listens it sees its stream break, and tells that.
template <typename Target>
void Driver<Target>::TellAway(const Outcome& outcome) {
  if (away_ || (!outcome.unanswered.ok() && listens_)) return;
  away_ = true;
  hooks_.report({deploy::Report::Kind::kWarning, "",
                 absl::StrCat(wire_.noun(), " does not answer for now: ", outcome.reply.status().message(),
                              "; it is asked again")});
}

template <typename Target>
void Driver<Target>::Do(const deploy::OpenStream<Target>& open) {
  listens_ = true;
  stream_ = wire_.Open(open, {.opened = [this] { events_.push_back(deploy::StreamOpened{}); },
                              .happened =
                                  [this](typename Target::Event event) {
                                    events_.push_back(deploy::StreamEvent<Target>{std::move(event)});
                                  },
                              .ended =
                                  [this](const absl::Status& status) {
                                    stream_ = nullptr;
                                    events_.push_back(deploy::StreamEnded{status});
                                  }});
}

template <typename Target>
void Driver<Target>::Do(const deploy::CloseStream&) {
  listens_ = false;
  stream_ = nullptr;
}

template <typename Target>
void Driver<Target>::Wait() {
  absl::Duration at_most = hooks_.tick ? hooks_.tick() : absl::InfiniteDuration();
  const auto until_first = [&at_most](const auto& due) {
    if (!due.empty()) at_most = std::min(at_most, std::max(absl::ZeroDuration(), due.begin()->first - WorkingTime()));
  };
  until_first(timers_);
  until_first(retries_);
  if (absl::Status status = wire_.Poll(at_most, {signals_.fd()}); !status.ok()) {
    finish_ = deploy::Finish{ExitCode::kFailed, std::string(status.message())};
    return;
  }
  while (const std::optional<int> signal = signals_.Next()) events_.push_back(deploy::Interrupted{Signal(*signal)});
  for (auto timer = timers_.begin(); timer != timers_.end() && timer->first <= WorkingTime();) {
    events_.push_back(deploy::TimerFired{timer->second});
    timer = timers_.erase(timer);
  }
  while (!retries_.empty() && retries_.begin()->first <= WorkingTime()) {
    Try(retries_.extract(retries_.begin()).mapped());
  }
}

}  // namespace flow

#endif  // CMD_TARGET_DRIVER_H_
