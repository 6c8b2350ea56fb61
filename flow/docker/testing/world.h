// A machine and a fake engine, and everything that is under way between them: what a driver is in a program, as a value
// in memory. A test picks what happens next; every order that a real driver and engine could bring about can be picked.
#ifndef FLOW_DOCKER_TESTING_WORLD_H_
#define FLOW_DOCKER_TESTING_WORLD_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/testing/fingerprint.h"
#include "flow/docker/contract.h"
#include "flow/docker/testing/fake_engine.h"

namespace flow::docker::testing {

using deploy::testing::Fingerprint;

// Something that can happen next.
struct Choice {
  enum class Kind {
    kAnswer,         // the engine carries a request out and answers
    kStartAndCrash,  // it starts a container, which is over before the answer is there
    kRefuse,         // it refuses it
    kLoseRequest,    // it never got it, and the connection is lost
    kLoseAnswer,     // it carries it out, and the connection is lost
    kSave,           // the state is written
    kFailToSave,
    kStreamOpens,  // the stream of events opens
    kEvent,        // the oldest event of a container is told
    kTimer,
    kStreamEnds,  // the stream breaks
    kHealthy,     // a container turns
    kUnhealthy,
    kEnd,    // a run-once container ends well
    kCrash,  // a container ends badly
    kSignal,
  };
  Kind kind;
  int number = 0;  // of a request or timer
  std::string id;  // of a container
};

inline std::string ToString(const Choice& choice) {
  static constexpr const char* kNames[] = {
      "answer", "start and crash", "refuse",      "lose request", "lose answer", "save", "fail to save", "stream opens",
      "event",  "timer",           "stream ends", "healthy",      "unhealthy",   "end",  "crash",        "signal"};
  return absl::StrCat(kNames[static_cast<int>(choice.kind)], " ", choice.number == 0 ? "" : absl::StrCat(choice.number),
                      choice.id);
}

template <typename Machine>
struct World {
  explicit World(Machine m) : machine(std::move(m)) {}

  Machine machine;
  FakeEngine engine;
  std::map<RequestId, std::shared_ptr<const Send>> requests;
  std::map<TimerId, absl::Duration> timers;
  bool stream_open = false;
  bool stream_asked = false;
  bool save_asked = false;
  bool disk_full = false;                   // a save failed
  std::shared_ptr<const Deployment> saved;  // what is on disk, without its times; null: nothing
  std::shared_ptr<const Deployment> to_save;
  std::optional<Finish> finished;
  std::vector<std::string> reports;
  absl::Time now = absl::FromUnixSeconds(1000);
  // Called before a call is carried out, so that a test can hold it against the engine as it is.
  void (*before)(const World&, const engine::Call&) = nullptr;

  // Told of every action, before it is carried out.
  std::function<void(const Action&)> on_action;

  void Begin() { Tell(deploy::Begin{}); }

  void Tell(const Event& event) {
    for (Action& action : machine.Step(now, event)) {
      if (on_action != nullptr) on_action(action);
      std::visit([this](auto& a) { Do(a); }, action);
    }
  }

  // A fault's event may be told at any time after it. One that all goes well by is told at once: told later, it would
  // stand for the same thing happening later.
  void Happen(const Choice& choice) {
    switch (choice.kind) {
      case Choice::Kind::kAnswer:
        return Answered(RequestId(choice.number), std::nullopt, true);
      case Choice::Kind::kStartAndCrash:
        return Answered(RequestId(choice.number), std::nullopt, true, /*crash=*/true);
      case Choice::Kind::kRefuse:
        return Answered(RequestId(choice.number), absl::InternalError("the engine says no"), false);
      case Choice::Kind::kLoseRequest:
        return Answered(RequestId(choice.number), absl::UnavailableError("connection reset"), false);
      case Choice::Kind::kLoseAnswer:
        return Answered(RequestId(choice.number), absl::UnavailableError("connection reset"), true);
      case Choice::Kind::kSave:
        save_asked = false;
        saved = to_save;
        return Tell(Saved{});
      case Choice::Kind::kFailToSave:
        save_asked = false;
        disk_full = true;
        return Tell(Saved{absl::InternalError("no space left on device")});
      case Choice::Kind::kStreamOpens:
        stream_asked = false;
        stream_open = true;
        engine.events().clear();
        return Tell(StreamOpened{});
      case Choice::Kind::kEvent:
        return TellOldestEvent(choice.id);
      case Choice::Kind::kTimer:
        now += timers.at(TimerId(choice.number));
        timers.erase(TimerId(choice.number));
        return Tell(TimerFired{TimerId(choice.number)});
      case Choice::Kind::kStreamEnds:
        stream_open = false;
        engine.events().clear();
        return Tell(StreamEnded{choice.id.empty() ? absl::UnavailableError("the stream ended")
                                                  : absl::InternalError(choice.id)});
      case Choice::Kind::kHealthy:
        engine.SetHealth(choice.id, "healthy");
        return TellEvents(choice.id);
      case Choice::Kind::kUnhealthy:
        engine.SetHealth(choice.id, "unhealthy");
        break;
      case Choice::Kind::kEnd:
        engine.Exit(choice.id, 0);
        return TellEvents(choice.id);
      case Choice::Kind::kCrash:
        engine.Exit(choice.id, 3);
        break;
      case Choice::Kind::kSignal:
        return Tell(Interrupted{Signal(2)});
    }
    if (!stream_open) engine.events().clear();  // told to nobody
  }

  void TellOldestEvent(const std::string& id) {
    auto& queue = engine.events().at(id);
    const StreamEvent happened{queue.front()};
    queue.pop_front();
    if (queue.empty()) engine.events().erase(id);
    Tell(happened);
  }

  void TellEvents(const std::string& id) {
    if (!stream_open) engine.events().clear();
    while (engine.events().contains(id)) TellOldestEvent(id);
  }

  // What tells it apart from others, when things have happened in another order: all but the numbers that requests and
  // timers have, what time it is, and what was told until now.
  uint64_t Fingerprint() const {
    const auto& [machine_, engine_, requests_, timers_, stream_open_, stream_asked_, save_asked_, disk_full_, saved_,
                 to_save_, finished_, reports_, now_, before_, on_action_] = *this;
    testing::Fingerprint all;
    all.Add(std::tie(machine_, engine_, stream_open_, stream_asked_, save_asked_, disk_full_, saved_, to_save_));
    all.Add(finished_);
    for (const auto& [number, send] : requests_) {
      all.Add(machine.outbox().requests().at(number)).Add(send->call.index());
    }
    for (const auto& [number, after] : timers_) {
      const auto purpose = machine.outbox().timers().find(number);
      const bool wanted = purpose != machine.outbox().timers().end();
      all.Add(after).Add(wanted);
      if (wanted) all.Add(purpose->second);
    }
    return all.value();
  }

  // What another command finds on disk.
  std::optional<Deployment> Previous() const {
    return saved == nullptr ? std::nullopt : std::optional<Deployment>(*saved);
  }

  // For a message: what is under way.
  std::string DebugString() const {
    std::string text = absl::StrCat(engine.DebugString(), stream_open ? " stream open" : "");
    for (const auto& [number, send] : requests) absl::StrAppend(&text, " request ", send->call.index());
    for (const auto& [number, after] : timers) absl::StrAppend(&text, " timer ", absl::FormatDuration(after));
    return text;
  }

 private:
  void Answered(RequestId number, std::optional<absl::Status> instead, bool carried_out, bool crash = false) {
    const std::shared_ptr<const Send> send = requests.at(number);
    requests.erase(number);
    absl::StatusOr<engine::Reply> reply = engine::Reply();
    if (carried_out) {
      if (before != nullptr) before(*this, send->call);
      reply = engine.Execute(send->call);
      if (!stream_open) engine.events().clear();
      if (const auto* start = std::get_if<engine::StartContainer>(&send->call)) {
        if (crash) engine.Exit(start->id, 3);
        TellEvents(start->id);
      }
    }
    if (instead.has_value()) reply = *instead;
    Tell(Answer{number, std::move(reply)});
  }

  void Do(Send& send) { requests[send.request] = std::make_shared<const Send>(std::move(send)); }
  void Do(Cancel& cancel) { requests.erase(cancel.request); }
  void Do(OpenStream&) { stream_asked = true; }
  void Do(CloseStream&) {
    stream_asked = stream_open = false;
    engine.events().clear();
  }
  void Do(Save& save) {
    save_asked = true;
    // Without its times, by which nothing is decided: orders of events that come to the same are the same then.
    save.deployment.clear_started();
    save.deployment.clear_finished();
    if (save.deployment.has_succeeded()) save.deployment.mutable_succeeded()->Clear();
    to_save = std::make_shared<const Deployment>(std::move(save.deployment));
  }
  void Do(Forget&) { saved.reset(); }
  void Do(StartTimer& timer) { timers[timer.timer] = timer.after; }
  void Do(Report& report) { reports.push_back(absl::StrCat(report.component, ": ", report.text)); }
  void Do(Finish& finish) { finished = std::move(finish); }
};

}  // namespace flow::docker::testing

#endif  // FLOW_DOCKER_TESTING_WORLD_H_
