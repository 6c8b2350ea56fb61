// What a deployment's state machine is told and what it answers: the whole interface between deciding and the world.
//
//   driver: for every event → actions = machine.Step(now, event) → carry the actions out, in their order
//
// The machines (apply.h, delete.h) do no I/O and read no clock. What the driver owes them:
//   * actions are carried out in the order given, before the next event is told;
//   * every Send is answered by exactly one Answer with its number, at the latest when its deadline has passed, or is
//     cancelled;
//   * a Save is answered by exactly one Saved (the machine sends nothing that changes the engine before its first
//     intent is saved);
//   * Listen opens the stream of the pipeline's events: Listening once the engine has taken the request (no event is
//     missed from then on), Happened for each, Deaf when the stream ends, after which the machine Listens again; Hush
//     closes it;
//   * nothing is told after Finish.
#ifndef FLOW_DEPLOY_MACHINE_H_
#define FLOW_DEPLOY_MACHINE_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/plan.pb.h"
#include "flow/engine/call.h"
#include "flow/engine/engine.pb.h"
#include "flow/exit_code.h"

namespace flow::deploy {

// Events

struct Begin {};  // the first one
struct Answer {
  int request;
  absl::StatusOr<engine::Reply> reply;
};
struct Saved {
  absl::Status status;
};
struct Listening {};
struct Happened {
  engine::Event event;
};
struct Deaf {
  absl::Status status;
};
struct TimerFired {
  int timer;
};
struct Interrupted {
  int signal;
};

using Event = std::variant<Begin, Answer, Saved, Listening, Happened, Deaf, TimerFired, Interrupted>;

// Actions

struct Send {
  int request;
  engine::Call call;
  compose::ApiVersion version;
  absl::Duration deadline;
};
struct Cancel {  // the request's answer is no longer wanted, and never told
  int request;
};
struct Listen {
  std::vector<std::string> labels;
  int64_t since_nano;  // the engine's clock; 0: from now on
  compose::ApiVersion version;
};
struct Hush {};  // close the stream: nothing that happens is of interest any more
struct Save {
  Deployment deployment;
};
struct Forget {};  // remove the state
struct StartTimer {
  int timer;
  absl::Duration after;
};
// Something a person may want to see while it goes on.
struct Report {
  enum class Kind { kBegun, kDone, kFailed, kUp, kNote, kWarning, kProgress };
  Kind kind;
  std::string component;  // empty: of the whole pipeline
  std::string text;
  // Of kBegun, kDone, kFailed and kProgress: which operation, and on what (its name); else neither.
  Operation::Kind operation = Operation::KIND_UNSPECIFIED;
  std::string subject = "";
  std::vector<std::string> parts = {};  // of kProgress: how far each part is, in words
};
struct Finish {
  ExitCode code;
  std::string message;  // one or more lines; the first says what it was
  bool unchanged = false;
  bool again = false;  // it failed only by what came up since it looked: another look may do
};

using Action = std::variant<Send, Cancel, Listen, Hush, Save, Forget, StartTimer, Report, Finish>;

// Collects a step's actions and numbers its requests and timers. What was sent first gets 1.
class Outbox {
 public:
  int Request(engine::Call call, absl::Duration deadline) {
    actions_.push_back(Send{++requests_, std::move(call), version_, deadline});
    return requests_;
  }
  int Timer(absl::Duration after) {
    actions_.push_back(StartTimer{++timers_, after});
    return timers_;
  }
  void Put(Action action) { actions_.push_back(std::move(action)); }
  void Tell(Report::Kind kind, std::string component, std::string text) {
    actions_.push_back(Report{kind, std::move(component), std::move(text)});
  }
  void Tell(Report::Kind kind, const Operation& operation, std::string text) {
    actions_.push_back(Report{kind, operation.component(), std::move(text), operation.kind(), operation.name()});
  }

  std::vector<Action> Take() { return std::exchange(actions_, {}); }

  void set_version(compose::ApiVersion version) { version_ = version; }
  const compose::ApiVersion& version() const { return version_; }

 private:
  std::vector<Action> actions_;
  int requests_ = 0;
  int timers_ = 0;
  compose::ApiVersion version_;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_MACHINE_H_
