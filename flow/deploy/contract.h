// The contract between a machine that decides and the driver that touches the world for it. It is the same for every
// target: a Docker engine, a cluster.
//
//   driver: for every event → actions = machine.Step(now, event) → carry the actions out, in their order
//
// A machine does no I/O and reads no clock. What its driver owes it:
//   * actions are carried out in the order given, before the next event is told;
//   * every Send is answered by exactly one Answer with its id, at the latest when its deadline has passed, unless it
//     is cancelled; where a target takes only so many at once the time begins when it is its turn;
//   * a Save is answered by exactly one Saved (a machine sends nothing that changes the target before its first intent
//     is saved);
//   * OpenStream opens the stream of the pipeline's events: StreamOpened once the target has taken the request (no
//     event is missed from then on), StreamEvent for each, StreamEnded when it ends, after which the machine opens it
//     again; CloseStream closes it, and nothing more of it is told;
//   * nothing is told after Finish.
//
// A target is a class that names its types, and nothing else:
//
//   struct Docker {
//     using Call = …;          // what is asked of it: data, which the driver turns into bytes
//     using Reply = …;         // what it answers
//     using Event = …;         // what it tells by itself
//     using Filter = …;        // which of its events are wanted
//     using Version = …;       // of its API; default-constructed: not known yet
//     using Purpose = …;       // what its machines send requests for: a variant of small structs
//     using TimerPurpose = …;  // and what they start timers for
//   };
#ifndef FLOW_DEPLOY_CONTRACT_H_
#define FLOW_DEPLOY_CONTRACT_H_

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/plan.pb.h"
#include "flow/exit_code.h"

namespace flow::deploy {

// Numbers that an Outbox gives, from 1 on.
enum class RequestId : int {};
enum class TimerId : int {};

// Events

struct Begin {};  // the first one
template <typename Target>
struct Answer {
  RequestId request;
  absl::StatusOr<typename Target::Reply> reply;
};
struct Saved {
  absl::Status status;
};
struct StreamOpened {};
template <typename Target>
struct StreamEvent {
  typename Target::Event event;
};
struct StreamEnded {
  absl::Status status;
};
struct TimerFired {
  TimerId timer;
};
struct Interrupted {
  Signal signal;
};

template <typename Target>
using Event =
    std::variant<Begin, Answer<Target>, Saved, StreamOpened, StreamEvent<Target>, StreamEnded, TimerFired, Interrupted>;

// Actions

template <typename Target>
struct Send {
  RequestId request;
  typename Target::Call call;
  typename Target::Version version;
  absl::Duration deadline;
};
struct Cancel {  // the request's answer is no longer wanted, and never told
  RequestId request;
};
template <typename Target>
struct OpenStream {
  typename Target::Filter filter;
  typename Target::Version version;
};
struct CloseStream {};
struct Save {
  Deployment deployment;
};
struct Forget {};  // remove the state
struct StartTimer {
  TimerId timer;
  absl::Duration after;
};
// Something that a person may want to see while it goes on.
struct Report {
  enum class Kind { kBegun, kDone, kFailed, kUp, kNote, kWarning, kProgress };
  Kind kind;
  std::string component;  // empty: of the whole pipeline
  std::string text;
  // Of kBegun, kDone, kFailed and kProgress: which operation ("pull", "image") on what; else empty.
  std::string action = "";
  std::string object = "";
  std::string subject = "";             // the object's name
  std::vector<std::string> parts = {};  // of kProgress: how far each part is, in words
};
struct Finish {
  ExitCode code;
  std::string message;  // one or more lines; the first says what it was
  bool unchanged = false;
  bool again = false;  // it failed only by what came up since it looked: another look may do
};

template <typename Target>
using Action =
    std::variant<Send<Target>, Cancel, OpenStream<Target>, CloseStream, Save, Forget, StartTimer, Report, Finish>;

// Collects the actions of a step. It numbers requests and timers, and remembers what each is for until that is told
// back: an answer and a timer come to the machine as their purpose (step.h), never as a number.
template <typename Target, typename Purpose = typename Target::Purpose,
          typename TimerPurpose = typename Target::TimerPurpose>
class Outbox {
 public:
  void Request(Purpose purpose, typename Target::Call call, absl::Duration deadline);
  // Whether a request for one of these purposes, each an alternative of Purpose, is not answered yet.
  template <typename... Purposes>
  bool Awaits() const;
  // Whether any is.
  bool AwaitsAny() const { return !requests_.empty(); }
  // Cancels the requests for whose purpose `which` is true.
  template <typename Predicate>
  void Cancel(const Predicate& which);

  // One timer runs for a purpose: an earlier one that has not fired is not told any more.
  void Timer(TimerPurpose purpose, absl::Duration after);
  bool HasTimer(const TimerPurpose& purpose) const;
  void StopTimer(const TimerPurpose& purpose);

  void Put(Action<Target> action) { actions_.push_back(std::move(action)); }
  void Tell(Report::Kind kind, std::string component, std::string text);
  void Tell(Report::Kind kind, const Operation& operation, std::string text);

  std::vector<Action<Target>> Take() { return std::exchange(actions_, {}); }

  // What a request was sent for that is answered now, or a timer started that fires now: it is over. Nothing: it was
  // cancelled or stopped, and the driver had not heard of that.
  std::optional<Purpose> Answered(RequestId request) { return TakeFrom(requests_, request); }
  std::optional<TimerPurpose> Fired(TimerId timer) { return TakeFrom(timers_, timer); }

  // The same, while they last.
  const std::map<RequestId, Purpose>& requests() const { return requests_; }
  const std::map<TimerId, TimerPurpose>& timers() const { return timers_; }

  void set_version(typename Target::Version version) { version_ = version; }
  const typename Target::Version& version() const { return version_; }

 private:
  template <typename Id, typename Of>
  static std::optional<Of> TakeFrom(std::map<Id, Of>& all, Id id) {
    auto found = all.extract(id);
    return found.empty() ? std::nullopt : std::optional<Of>(std::move(found.mapped()));
  }

  std::vector<Action<Target>> actions_;
  std::map<RequestId, Purpose> requests_;   // without an answer
  std::map<TimerId, TimerPurpose> timers_;  // that run
  RequestId last_request_ = RequestId();
  TimerId last_timer_ = TimerId();
  typename Target::Version version_;
};

// How it is done

template <typename Target, typename Purpose, typename TimerPurpose>
void Outbox<Target, Purpose, TimerPurpose>::Request(Purpose purpose, typename Target::Call call,
                                                    absl::Duration deadline) {
  last_request_ = RequestId(static_cast<int>(last_request_) + 1);
  actions_.push_back(Send<Target>{last_request_, std::move(call), version_, deadline});
  requests_.emplace(last_request_, std::move(purpose));
}

template <typename Target, typename Purpose, typename TimerPurpose>
template <typename... Purposes>
bool Outbox<Target, Purpose, TimerPurpose>::Awaits() const {
  return std::any_of(requests_.begin(), requests_.end(),
                     [](const auto& request) { return (std::holds_alternative<Purposes>(request.second) || ...); });
}

template <typename Target, typename Purpose, typename TimerPurpose>
template <typename Predicate>
void Outbox<Target, Purpose, TimerPurpose>::Cancel(const Predicate& which) {
  std::erase_if(requests_, [&](const auto& request) {
    if (!which(request.second)) return false;
    actions_.push_back(deploy::Cancel{request.first});
    return true;
  });
}

template <typename Target, typename Purpose, typename TimerPurpose>
void Outbox<Target, Purpose, TimerPurpose>::Timer(TimerPurpose purpose, absl::Duration after) {
  StopTimer(purpose);
  last_timer_ = TimerId(static_cast<int>(last_timer_) + 1);
  actions_.push_back(StartTimer{last_timer_, after});
  timers_.emplace(last_timer_, std::move(purpose));
}

template <typename Target, typename Purpose, typename TimerPurpose>
bool Outbox<Target, Purpose, TimerPurpose>::HasTimer(const TimerPurpose& purpose) const {
  return std::any_of(timers_.begin(), timers_.end(), [&](const auto& timer) { return timer.second == purpose; });
}

template <typename Target, typename Purpose, typename TimerPurpose>
void Outbox<Target, Purpose, TimerPurpose>::StopTimer(const TimerPurpose& purpose) {
  std::erase_if(timers_, [&](const auto& timer) { return timer.second == purpose; });
}

template <typename Target, typename Purpose, typename TimerPurpose>
void Outbox<Target, Purpose, TimerPurpose>::Tell(Report::Kind kind, std::string component, std::string text) {
  actions_.push_back(Report{kind, std::move(component), std::move(text)});
}

template <typename Target, typename Purpose, typename TimerPurpose>
void Outbox<Target, Purpose, TimerPurpose>::Tell(Report::Kind kind, const Operation& operation, std::string text) {
  actions_.push_back(
      Report{kind, operation.component(), std::move(text), operation.action(), operation.object(), operation.name()});
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_CONTRACT_H_
