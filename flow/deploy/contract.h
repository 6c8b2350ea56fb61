// The contract between a machine that decides and the driver that touches the world for it. It is the same for every
// target: a Docker engine, a cluster.
//
//   driver: for every event → actions = machine.Step(now, event) → carry the actions out, in their order
//
// A machine does no I/O and reads no clock. What its driver owes it:
//   * actions are carried out in the order given, before the next event is told;
//   * every Send is answered by exactly one Answer with its id, at the latest when its deadline has passed, unless it
//     is cancelled;
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
//     using Call = …;     // what is asked of it: data, which the driver turns into bytes
//     using Reply = …;    // what it answers
//     using Event = …;    // what it tells by itself
//     using Filter = …;   // which of its events are wanted
//     using Version = …;  // of its API; default-constructed: not known yet
//   };
#ifndef FLOW_DEPLOY_CONTRACT_H_
#define FLOW_DEPLOY_CONTRACT_H_

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

// Numbers that an Outbox gives. The default, 0, is none.
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
  int signal;  // SIGINT, SIGTERM, SIGHUP
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

// Collects the actions of a step and numbers its requests and timers, from 1 on.
template <typename Target>
class Outbox {
 public:
  RequestId Request(typename Target::Call call, absl::Duration deadline) {
    actions_.push_back(Send<Target>{RequestId(++requests_), std::move(call), version_, deadline});
    return RequestId(requests_);
  }
  TimerId Timer(absl::Duration after) {
    actions_.push_back(StartTimer{TimerId(++timers_), after});
    return TimerId(timers_);
  }
  void Put(Action<Target> action) { actions_.push_back(std::move(action)); }
  void Tell(Report::Kind kind, std::string component, std::string text) {
    actions_.push_back(Report{kind, std::move(component), std::move(text)});
  }
  void Tell(Report::Kind kind, const Operation& operation, std::string text) {
    actions_.push_back(
        Report{kind, operation.component(), std::move(text), operation.action(), operation.object(), operation.name()});
  }

  std::vector<Action<Target>> Take() { return std::exchange(actions_, {}); }

  void set_version(typename Target::Version version) { version_ = version; }
  const typename Target::Version& version() const { return version_; }

 private:
  std::vector<Action<Target>> actions_;
  int requests_ = 0;
  int timers_ = 0;
  typename Target::Version version_;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_CONTRACT_H_
