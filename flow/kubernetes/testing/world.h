// A machine and a fake cluster, and everything that is under way between them: what a driver is in a program, as a value
// in memory. A test picks what happens next; every order that a real driver and cluster could bring about can be picked.
#ifndef FLOW_KUBERNETES_TESTING_WORLD_H_
#define FLOW_KUBERNETES_TESTING_WORLD_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/testing/fingerprint.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/testing/fake_cluster.h"

namespace flow::kubernetes::testing {

using deploy::testing::Fingerprint;

// Something that can happen next.
struct Choice {
  enum class Kind {
    kAnswer,       // the cluster carries a request out and answers
    kRefuse,       // it refuses it
    kLoseRequest,  // it never got it, and the connection is lost
    kLoseAnswer,   // it carries it out, and the connection is lost
    kSave,         // the state is written
    kFailToSave,
    kStreamOpens,
    kEvent,  // the oldest thing that happened is told
    kTimer,
    kStreamEnds,    // the stream breaks
    kStreamTooOld,  // and the cluster has forgotten what came since
    kObserve,       // a controller acts upon a workload
    kRun,           // a pod's container starts
    kHealthy,
    kUnhealthy,
    kEnd,      // a program ends well
    kCrash,    // badly
    kStopped,  // what a workload ran that is to go has ended
    kRemoved,  // what was to go is gone
    kSignal,
  };
  Kind kind;
  int number = 0;  // of a request or timer
  api::ObjectName name = {};
};

inline std::string ToString(const Choice& choice) {
  static constexpr const char* kNames[] = {"answer",       "refuse",       "lose request", "lose answer", "save",
                                           "fail to save", "stream opens", "event",        "timer",       "stream ends",
                                           "too old",      "observe",      "run",          "healthy",     "unhealthy",
                                           "end",          "crash",        "stopped",      "removed",     "signal"};
  return absl::StrCat(kNames[static_cast<int>(choice.kind)], " ", choice.number == 0 ? "" : absl::StrCat(choice.number),
                      choice.name.name);
}

template <typename Machine>
struct World {
  explicit World(Machine m) : machine(std::move(m)) {}

  Machine machine;
  FakeCluster cluster;
  std::map<RequestId, std::shared_ptr<const Send>> requests;
  std::map<TimerId, absl::Duration> timers;
  bool stream_open = false;
  std::shared_ptr<const api::WatchFilter> asked;  // the stream is asked for
  bool save_asked = false;
  bool disk_full = false;                   // a save failed
  std::shared_ptr<const Deployment> saved;  // what is on disk, without its times; null: nothing
  std::shared_ptr<const Deployment> to_save;
  std::optional<Finish> finished;
  std::vector<std::string> reports;
  absl::Time now = absl::FromUnixSeconds(1000);
  // Called before a call is carried out, so that a test can hold it against the cluster as it is.
  void (*before)(const World&, const api::Call&) = nullptr;

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
      case Choice::Kind::kRefuse:
        return Answered(RequestId(choice.number),
                        api::StatusOf({.code = 500, .reason = "InternalError", .message = "the cluster says no"}),
                        false);
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
        return OpenStreamNow();
      case Choice::Kind::kEvent:
        return TellOldestEvent();
      case Choice::Kind::kTimer:
        now += timers.at(TimerId(choice.number));
        timers.erase(TimerId(choice.number));
        return Tell(TimerFired{TimerId(choice.number)});
      case Choice::Kind::kStreamEnds:
        stream_open = false;
        return Tell(StreamEnded{absl::UnavailableError("the stream ended")});
      case Choice::Kind::kStreamTooOld:
        stream_open = false;
        cluster.events().clear();
        return Tell(StreamEnded{absl::OutOfRangeError("too old resource version")});
      case Choice::Kind::kObserve:
        cluster.Observe(choice.name);
        return TellEvents();
      case Choice::Kind::kRun:
        cluster.Run(choice.name);
        return TellEvents();
      case Choice::Kind::kHealthy:
        cluster.SetReady(choice.name, true);
        return TellEvents();
      case Choice::Kind::kUnhealthy:
        return cluster.SetReady(choice.name, false);
      case Choice::Kind::kEnd:
        cluster.Exit(choice.name, 0);
        return TellEvents();
      case Choice::Kind::kCrash:
        return cluster.Exit(choice.name, 3);
      case Choice::Kind::kStopped:
        cluster.Stop(choice.name);
        return TellEvents();
      case Choice::Kind::kRemoved:
        cluster.FinishRemoval(choice.name);
        return TellEvents();
      case Choice::Kind::kSignal:
        return Tell(Interrupted{Signal(2)});
    }
  }

  void TellEvents() {
    while (stream_open && !cluster.events().empty()) TellOldestEvent();
  }

  // What tells it apart from others, when things have happened in another order: all but the numbers that requests and
  // timers have, what time it is, and what was told until now.
  uint64_t Fingerprint() const {
    testing::Fingerprint all;
    all.Add(std::tie(machine, cluster, stream_open, save_asked, disk_full, saved, to_save));
    all.Add(asked != nullptr).Add(finished);
    for (const auto& [number, send] : requests) {
      all.Add(machine.outbox().requests().at(number)).Add(send->call.index());
    }
    for (const auto& [number, after] : timers) {
      const auto purpose = machine.outbox().timers().find(number);
      const bool wanted = purpose != machine.outbox().timers().end();
      all.Add(after).Add(wanted);
      if (wanted) all.Add(purpose->second);
    }
    return all.value();
  }

  // The requests that may be answered next. Of those that only look the oldest alone: each tells of something else, and in
  // which order comes to the same.
  std::vector<int> Answerable() const {
    std::vector<int> numbers;
    bool looks = false;
    for (const auto& [number, send] : requests) {
      const auto* apply = std::get_if<api::Apply>(&send->call);
      const bool changes = std::holds_alternative<api::Delete>(send->call) || (apply != nullptr && !apply->dry_run);
      if (changes || !std::exchange(looks, true)) numbers.push_back(static_cast<int>(number));
    }
    return numbers;
  }

  // What another command finds on disk.
  std::optional<Deployment> Previous() const {
    return saved == nullptr ? std::nullopt : std::optional<Deployment>(*saved);
  }

  // For a message: what is under way.
  std::string DebugString() const {
    std::string text = absl::StrCat(absl::StrJoin(cluster.Names(), ", "), stream_open ? " stream open" : "");
    for (const auto& [number, send] : requests) absl::StrAppend(&text, " request ", send->call.index());
    for (const auto& [number, after] : timers) absl::StrAppend(&text, " timer ", absl::FormatDuration(after));
    return text;
  }

 private:
  void Answered(RequestId number, std::optional<absl::Status> instead, bool carried_out) {
    const std::shared_ptr<const Send> send = requests.at(number);
    requests.erase(number);
    absl::StatusOr<api::Reply> reply = api::Reply();
    if (carried_out) {
      if (before != nullptr) before(*this, send->call);
      reply = cluster.Execute(send->call);
    }
    if (instead.has_value()) reply = *instead;
    Tell(Answer{number, std::move(reply)});
  }

  // It goes on from the versions that were asked for.
  void OpenStreamNow() {
    const auto is_old = [this](const api::WatchEvent& event) {
      for (const api::Watch& watch : asked->watches) {
        int64_t from = 0, version = 0;
        if (watch.kind != event.object.kind || !absl::SimpleAtoi(watch.resource_version, &from)) continue;
        return absl::SimpleAtoi(event.object.resource_version(), &version) && version <= from;
      }
      return true;  // of a kind that is not asked for
    };
    std::erase_if(cluster.events(), is_old);
    asked = nullptr;
    stream_open = true;
    Tell(StreamOpened{});
    TellEvents();
  }

  void TellOldestEvent() {
    const StreamEvent happened{cluster.events().front()};
    cluster.events().pop_front();
    Tell(happened);
  }

  void Do(Send& send) { requests[send.request] = std::make_shared<const Send>(std::move(send)); }
  void Do(Cancel& cancel) { requests.erase(cancel.request); }
  void Do(OpenStream& open) { asked = std::make_shared<const api::WatchFilter>(std::move(open.filter)); }
  void Do(CloseStream&) {
    asked = nullptr;
    stream_open = false;
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

// What can happen without anything going wrong.
template <typename W>
std::vector<Choice> Choices(W& world) {
  using Kind = Choice::Kind;
  std::vector<Choice> choices;
  for (const int number : world.Answerable()) choices.push_back({Kind::kAnswer, number});
  if (world.save_asked) choices.push_back({Kind::kSave});
  if (world.asked != nullptr) choices.push_back({Kind::kStreamOpens});
  if (world.stream_open && !world.cluster.events().empty()) choices.push_back({Kind::kEvent});
  // Time only goes forward: a timer that was set before another and is no longer fires before it.
  absl::Duration shortest = absl::Seconds(5);
  for (const auto& [number, after] : world.timers) {
    if (after < shortest) choices.push_back({Kind::kTimer, static_cast<int>(number)});
    shortest = std::min(shortest, after);
  }
  for (const api::ObjectName& name : world.cluster.Unobserved()) choices.push_back({Kind::kObserve, 0, name});
  for (const api::ObjectName& pod : world.cluster.Pods()) {
    const std::string state = world.cluster.StateOf(pod);
    if (state == "Pending" && !world.cluster.IsGoing(pod)) choices.push_back({Kind::kRun, 0, pod});
    if (state == "Running") choices.push_back({Kind::kHealthy, 0, pod});
    if (state == "Ready" && world.cluster.IsOfJob(pod)) choices.push_back({Kind::kEnd, 0, pod});
  }
  for (const api::ObjectName& name : world.cluster.Stopping()) choices.push_back({Kind::kStopped, 0, name});
  for (const api::ObjectName& name : world.cluster.Going()) choices.push_back({Kind::kRemoved, 0, name});
  return choices;
}

}  // namespace flow::kubernetes::testing

#endif  // FLOW_KUBERNETES_TESTING_WORLD_H_
