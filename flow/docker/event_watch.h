// Watching: keeps the stream of the pipeline's events open, and turns what it tells into readiness and failures. A part
// of the apply machine. Nothing is polled; after the stream broke, one list stands for the events that were missed.
#ifndef FLOW_DOCKER_EVENT_WATCH_H_
#define FLOW_DOCKER_EVENT_WATCH_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/time/time.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/response.h"
#include "flow/docker/failure.h"
#include "flow/docker/observed.h"
#include "flow/docker/readiness.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// What runs or was started, and is not up. `after`: " after 5m (--timeout)".
inline std::vector<Failure> NotUp(const Readiness& readiness, absl::string_view after) {
  std::vector<Failure> failures;
  for (const Instance& instance : readiness.instances()) {
    if (instance.up() || (!instance.running && instance.starts + instance.exits == 0)) continue;
    const bool probed = instance.health != Health::kNone;
    failures.push_back({.component = instance.component,
                        .container_id = instance.id,
                        .what = absl::StrCat(probed ? "is not healthy" : "is not running", after),
                        .by_probe = probed});
  }
  return failures;
}

class EventWatch {
 public:
  EventWatch(const project::Project& project, absl::Duration min_ready)
      : list_(ListPipelineContainers(project.namespace_(), project.pipeline())), min_ready_(min_ready) {}

  void Listen(Outbox& out) {
    relisten_ = TimerId();
    out.Put(docker::OpenStream{list_.labels, last_event_, out.version()});
  }

  void On(const StreamOpened&, Outbox& out) {
    listening_ = heard_ = true;
    const bool broke = std::exchange(deaf_, false);
    if (broke) out.Tell(Report::Kind::kNote, "", "the engine tells its events again");
    pause_ = absl::ZeroDuration();
    // What happened before the stream was open is in no event.
    const auto& instances = readiness_.instances();
    const bool missed = broke || std::any_of(instances.begin(), instances.end(), [](const Instance& instance) {
                          return !instance.id.empty() && !instance.up();
                        });
    if (!missed) return;
    List(out);
  }

  void On(const StreamEvent& happened, Outbox& out) {
    const engine::Event& event = happened.event;
    last_event_ = std::max(last_event_, event.time_nano());
    const std::string& id = event.actor().id();
    absl::string_view action = event.action();
    if (action == "start") {
      React(id, readiness_.StartSeen(id), out);
    } else if (action == "die" || action == "died") {  // the second word is Podman's, and so is "remove"
      React(id, readiness_.ExitSeen(id, ExitCodeOfEvent(event)), out);
    } else if (action == "destroy" || action == "remove") {
      React(id, readiness_.RemovalSeen(id), out);
    } else if (action == "exec_die" && ExitCodeOfEvent(event) == compose::kNoProbeProgramExitCode) {
      LookAtProbe(id, out);
    } else if (absl::ConsumePrefix(&action, "health_status: ")) {
      const Health health = action == "healthy"     ? Health::kHealthy
                            : action == "unhealthy" ? Health::kUnhealthy
                                                    : Health::kStarting;
      React(id, readiness_.HealthSeen(id, health), out);
    }
  }

  void On(const StreamEnded& deaf, Outbox& out) {
    listening_ = false;
    const bool away = deaf.status.ok() || absl::IsUnavailable(deaf.status);
    if (engine::IsForGood(deaf.status) || (!heard_ && !away)) {
      failures_.push_back({.what = absl::StrCat("the engine tells no events: ", deaf.status.message())});
      return;
    }
    if (!std::exchange(deaf_, true)) {
      out.Tell(Report::Kind::kWarning, "",
               "the engine broke off its stream of events: is it restarting? It is asked again until --timeout");
    }
    relisten_ = out.Timer(NextPause());
    relist_ = TimerId();
  }

  void On(const TimerFired& fired, Outbox& out) {
    if (fired.timer == relisten_) Listen(out);
    if (fired.timer == relist_) List(out);
    if (const auto steadying = steadying_.extract(fired.timer); !steadying.empty()) {
      readiness_.Steady(steadying.mapped().id, steadying.mapped().starts);
    }
    if (const auto settling = settling_.extract(fired.timer); !settling.empty()) {
      const auto& [id, starts] = settling.mapped();
      React(id, readiness_.Settled(id, starts), out);
    }
  }

  void On(const Answer& answer, Outbox& out) {
    const auto request = requests_.extract(answer.request);
    if (request.empty()) return OnStartedAgain(answer);
    if (!request.mapped().empty()) return OnProbe(request.mapped(), answer, out);
    if (!answer.reply.ok()) {
      // Where the stream ends as well the list is made when that is back.
      if (listening_) relist_ = out.Timer(NextPause());
      return;
    }
    for (const Container& container : ReadContainers(std::get<engine::ContainerList>(*answer.reply))) {
      React(container.id, readiness_.ListedAgain(container), out);
      StartAgain(container, out);
    }
  }

  // The engine answered that it started a container.
  void Started(const std::string& id, Outbox& out) { React(id, readiness_.StartAnswered(id), out); }

  // Containers that were unhealthy before, when nothing is to be done that could heal them.
  void JudgeUnhealthy(Outbox& out) {
    for (const Instance& instance : readiness_.instances()) {
      if (instance.health == Health::kUnhealthy) LookAtProbe(instance.id, out);
    }
  }

  // The same, when what is to be done may heal them.
  void WarnOfUnhealthy(Outbox& out) const {
    for (const Instance& instance : readiness_.instances()) {
      if (instance.health != Health::kUnhealthy) continue;
      out.Tell(Report::Kind::kWarning, instance.component, "has been unhealthy before this apply; it is waited for");
    }
  }

  // The failures since the last call.
  std::vector<Failure> TakeFailures() { return std::exchange(failures_, {}); }

  bool listening() const { return listening_; }
  // The stream broke off, and what it could not tell is not listed yet: what was up may be so no more.
  bool deaf() const { return deaf_ || relist_ != TimerId(); }
  // A question is open whose answer may be a failure.
  bool looking() const { return !requests_.empty() || !starting_.empty(); }

  Readiness& readiness() { return readiness_; }
  const Readiness& readiness() const { return readiness_; }

  std::string DebugString() const {
    std::string text = absl::StrCat(readiness_.DebugString(), listening_, relisten_ != TimerId(), relist_ != TimerId());
    for (const auto& [request, id] : requests_) absl::StrAppend(&text, "?", id);
    for (const auto& [request, id] : starting_) absl::StrAppend(&text, "!", id);
    for (const auto& [timer, start] : steadying_) absl::StrAppend(&text, ",", start.id, start.starts);
    for (const auto& [timer, start] : settling_) absl::StrAppend(&text, ";", start.id, start.starts);
    return text;
  }

 private:
  // A start of a container that a timer runs for.
  struct Start {
    std::string id;
    int starts;
  };

  static constexpr absl::Duration kDeadline = absl::Seconds(5);
  static constexpr absl::Duration kStartDeadline = absl::Minutes(2);
  static constexpr absl::Duration kShortestPause = absl::Milliseconds(100);
  static constexpr absl::Duration kLongestPause = absl::Seconds(2);

  void List(Outbox& out) {
    relist_ = TimerId();
    readiness_.ListAsked();
    requests_[out.Request(list_, kDeadline)] = "";
  }

  absl::Duration NextPause() { return pause_ = std::min(kLongestPause, std::max(kShortestPause, 2 * pause_)); }

  // What a container's turn means for the deployment.
  void React(const std::string& id, Turn turn, Outbox& out) {
    const Instance* instance = readiness_.Get(id);
    if (instance == nullptr) return;
    switch (turn) {
      case Turn::kNothing:
        return;
      case Turn::kStarted:
        if (instance->awaited && instance->health == Health::kNone && kSteadyAfter < min_ready_) {
          steadying_[out.Timer(kSteadyAfter)] = {id, instance->starts};
        }
        settling_[out.Timer(min_ready_)] = {id, instance->starts};
        return;
      case Turn::kUp:
        return TellUp(instance->component, instance->health == Health::kHealthy ? "healthy" : "running", out);
      case Turn::kCompleted:
        return TellUp(instance->component, "completed", out);
      case Turn::kForgiven:
        return out.Tell(Report::Kind::kWarning, instance->component,
                        absl::StrCat("exited with code ", instance->exit_code,
                                     "; it is started again, a second exit fails the apply"));
      case Turn::kExited:
        return OnExit(*instance);
      case Turn::kUnhealthy:
        return LookAtProbe(id, out);
      case Turn::kDisappeared:
        failures_.push_back({.component = instance->component, .what = "its container was removed by someone else"});
        return;
    }
  }

  void TellUp(const std::string& component, const std::string& how, Outbox& out) const {
    const auto [up, all] = readiness_.ReplicasUp(component);
    out.Tell(Report::Kind::kUp, component, up < all ? absl::StrCat(up, " of ", all, " ", how) : how);
  }

  // What an engine that was killed finds running when it comes back it may end, and not start again whatever the policy
  // (Docker 20.10 does; one that starts it again lists it as restarting).
  void StartAgain(const Container& container, Outbox& out) {
    const Instance* instance = readiness_.Get(container.id);
    if (instance == nullptr || container.state != "exited" || !instance->restarts || instance->starts == 0) return;
    if (instance->failed || instance->completed || instance->running) return;
    out.Tell(Report::Kind::kNote, instance->component, "the engine did not start it again by itself: start it");
    starting_[out.Request(engine::StartContainer{container.id}, kStartDeadline)] = container.id;
  }

  void OnStartedAgain(const Answer& answer) {
    const auto start = starting_.extract(answer.request);
    const Instance* instance = start.empty() ? nullptr : readiness_.Get(start.mapped());
    if (instance == nullptr || answer.reply.ok()) return;
    failures_.push_back({.component = instance->component,
                         .container_id = instance->id,
                         .what = absl::StrCat("could not be started again: ", answer.reply.status().message())});
  }

  void OnExit(const Instance& instance) {
    const bool meant_to_run = instance.restarts && !instance.ends;
    failures_.push_back({.component = instance.component,
                         .container_id = instance.id,
                         .what = absl::StrCat("exited with code ", instance.exit_code,
                                              instance.exits > 1 ? " for the second time" : ""),
                         .hint = ExitHint(instance.exit_code, meant_to_run)});
  }

  // An unhealthy container, or one whose probe may be unable to run, is asked for what its probe answered.
  void LookAtProbe(const std::string& id, Outbox& out) {
    const Instance* instance = readiness_.Get(id);
    if (instance == nullptr || instance->health == Health::kNone || instance->health == Health::kHealthy) return;
    requests_[out.Request(engine::InspectContainer{id}, kDeadline)] = id;
  }

  void OnProbe(const std::string& id, const Answer& answer, Outbox& out) {
    const Instance* instance = readiness_.Get(id);
    if (instance == nullptr || instance->health == Health::kNone) return;
    if (answer.reply.ok() && ProbeCannotRun(std::get<engine::ContainerInspect>(*answer.reply))) {
      out.Tell(Report::Kind::kWarning, instance->component,
               "its image has nothing to run the health check with (a shell, and wget or curl): its health is unknown");
      return React(id, readiness_.ProbeCannotRun(id), out);
    }
    if (instance->health != Health::kUnhealthy) return;
    Failure failure{.component = instance->component, .container_id = id, .what = "is unhealthy", .by_probe = true};
    if (answer.reply.ok()) AddInspection(std::get<engine::ContainerInspect>(*answer.reply), &failure);
    failure.by_probe = !answer.reply.ok();  // told already
    failures_.push_back(std::move(failure));
  }

  engine::ListContainers list_;
  absl::Duration min_ready_;
  Readiness readiness_;
  std::vector<Failure> failures_;
  std::map<RequestId, std::string> requests_;  // → whose probe is looked at; empty: the list
  std::map<RequestId, std::string> starting_;  // → what is started again after the engine was away
  std::map<TimerId, Start> steadying_;         // timer → whose kSteadyAfter it is
  std::map<TimerId, Start> settling_;          // timer → whose min_ready it is
  bool listening_ = false;
  bool deaf_ = false;   // the stream broke off, and that was told
  bool heard_ = false;  // the stream has been open
  TimerId relisten_ = TimerId();
  TimerId relist_ = TimerId();
  int64_t last_event_ = 0;
  absl::Duration pause_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_EVENT_WATCH_H_
