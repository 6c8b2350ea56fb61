// Watching: keeps the stream of the pipeline's events open, and turns what it tells into readiness and failures. A part
// of the apply machine. Nothing is polled; after the stream broke, one list stands for the events that were missed.
#ifndef FLOW_DOCKER_EVENT_WATCH_H_
#define FLOW_DOCKER_EVENT_WATCH_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/compose/probe.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/container_event.h"
#include "flow/docker/engine/response.h"
#include "flow/docker/failure.h"
#include "flow/docker/observed.h"
#include "flow/docker/readiness.h"
#include "flow/http/backoff.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// What runs or was started, and is not up. `after`: " after 5m (--timeout)".
inline std::vector<Failure> NotUp(const Readiness& readiness, absl::string_view after) {
  std::vector<Failure> failures;
  for (const Instance& instance : readiness.instances()) {
    if (instance.up() || (!instance.running && instance.starts + instance.exits == 0)) continue;
    const bool probed = instance.judged();
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

  // Opens the stream. It is opened again wherever it ends, until Close.
  void Open(Outbox& out) { out.Put(OpenStream{list_.labels, last_event_, out.version()}); }

  void Close(Outbox& out) {
    out.Put(CloseStream{});
    out.StopTimer(OpenAgain{});
    out.StopTimer(ListAgain{});
    out.StopTimer(Deaf{});
  }

  void On(const StreamOpened&, Outbox& out) {
    open_ = opened_ = true;
    const bool broke = std::exchange(broken_, false);
    out.StopTimer(Deaf{});
    if (std::exchange(told_, false)) out.Tell(Report::Kind::kNote, "", "the engine tells its events again");
    backoff_.Reset();
    // What happened before the stream was open is in no event.
    const auto& instances = readiness_.instances();
    const auto is_there = [](const Instance& instance) { return !instance.id.empty(); };
    if (broke || std::any_of(instances.begin(), instances.end(), is_there)) List(out);
  }

  void On(const StreamEvent& happened, Outbox& out) {
    using Kind = engine::ContainerEvent::Kind;
    last_event_ = std::max(last_event_, happened.event.time_nano());
    const engine::ContainerEvent event = engine::ReadContainerEvent(happened.event);
    switch (event.kind) {
      case Kind::kStarted:
        return React(event.id, readiness_.StartSeen(event.id), out);
      case Kind::kExited:
        return React(event.id, readiness_.ExitSeen(event.id, event.exit_code), out);
      case Kind::kRemoved:
        return React(event.id, readiness_.RemovalSeen(event.id), out);
      case Kind::kHealth:
        return React(event.id, readiness_.HealthSeen(event.id, event.health), out);
      case Kind::kExecBegun:
        if (readiness_.ExecBegun(event.id)) LookAtProbe(event.id, out);
        return;
      case Kind::kExecEnded:
        readiness_.ExecEnded(event.id);
        if (event.exit_code == compose::kNoProbeProgramExitCode) LookAtProbe(event.id, out);
        return;
      case Kind::kCreated:
      case Kind::kExec:
      case Kind::kOther:
        return;
    }
  }

  void On(const StreamEnded& ended, Outbox& out) {
    open_ = false;
    const bool away = ended.status.ok() || absl::IsUnavailable(ended.status);
    if (engine::IsForGood(ended.status) || (!opened_ && !away)) {
      failures_.push_back({.what = absl::StrCat("the engine tells no events: ", ended.status.message())});
      return;
    }
    out.Timer(OpenAgain{}, backoff_.Next());
    if (!std::exchange(broken_, true)) out.Timer(Deaf{}, kDeafFor);
    out.StopTimer(ListAgain{});
  }

  void On(const OpenAgain&, Outbox& out) { Open(out); }
  void On(const ListAgain&, Outbox& out) { List(out); }
  void On(const Deaf&, Outbox& out) {
    told_ = true;
    out.Tell(Report::Kind::kWarning, "",
             "the engine broke off its stream of events: is it restarting? It is asked again until --timeout");
  }
  void On(const Steady& steady) { readiness_.Steady(steady.container, steady.start); }
  void On(const Ready& ready, Outbox& out) {
    React(ready.container, readiness_.Ready(ready.container, ready.start), out);
  }

  void On(const WhatRunsNow&, const absl::StatusOr<engine::Reply>& reply, Outbox& out) {
    if (!reply.ok()) {
      // Where the stream ends as well the list is made when that is back.
      if (open_) out.Timer(ListAgain{}, backoff_.Next());
      return;
    }
    const std::vector<Container> containers = ReadContainers(std::get<engine::ContainerList>(*reply));
    for (const Container& container : containers) {
      React(container.id, readiness_.ListedAgain(container), out);
      StartWhereEnded(container, out);
    }
    FindRemoved(containers, out);
  }

  // The list that an apply ends with.
  void ListAtLast(Outbox& out) {
    readiness_.ListAsked();
    out.Request(WhatRunsAtLast{}, list_, kLookDeadline);
  }

  // Takes it in. An event of a removal may be late; of all else it tells more than a list, which lags behind.
  void On(const WhatRunsAtLast&, const absl::StatusOr<engine::Reply>& reply, Outbox& out) {
    if (!reply.ok()) return;
    at_last_ = ReadContainers(std::get<engine::ContainerList>(*reply));
    FindRemoved(*at_last_, out);
    for (Container& container : *at_last_) readiness_.BringUpToDate(&container);
  }

  void On(const WhatProbeSaid& asked, const absl::StatusOr<engine::Reply>& reply, Outbox& out) {
    const Instance* instance = readiness_.Get(asked.container);
    if (instance == nullptr || !instance->judged()) return;
    if (reply.ok() && ProbeCannotRun(std::get<engine::ContainerInspect>(*reply))) {
      TellUnknown(*instance, std::get<engine::ContainerInspect>(*reply).config().image(), out);
      return React(asked.container, readiness_.ProbeCannotRun(asked.container), out);
    }
    if (instance->health != Health::kUnhealthy) return;
    Failure failure{
        .component = instance->component, .container_id = asked.container, .what = "is unhealthy", .by_probe = true};
    if (reply.ok()) AddInspection(std::get<engine::ContainerInspect>(*reply), &failure);
    failure.by_probe = !reply.ok();  // told already
    failures_.push_back(std::move(failure));
  }

  void On(const StartAgain& asked, const absl::StatusOr<engine::Reply>& reply) {
    const Instance* instance = readiness_.Get(asked.container);
    if (instance == nullptr || reply.ok()) return;
    failures_.push_back({.component = instance->component,
                         .container_id = instance->id,
                         .what = absl::StrCat("could not be started again: ", reply.status().message())});
  }

  // The engine answered that it started a container.
  void Started(const std::string& id, Outbox& out) { React(id, readiness_.StartAnswered(id), out); }

  // Containers that were not healthy before, when nothing is to be done that could heal them.
  void JudgeUnhealthy(Outbox& out) {
    for (const Instance& instance : readiness_.instances()) {
      if (instance.running) LookAtProbe(instance.id, out);
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

  bool is_open() const { return open_; }
  // The stream broke off, and what it could not tell is not listed yet: what was up may be so no more.
  bool MayHaveMissed(const Outbox& out) const { return broken_ || out.HasTimer(ListAgain{}); }
  // A question is open whose answer may be a failure.
  static bool Asks(const Outbox& out) { return out.Awaits<WhatRunsNow, WhatRunsAtLast, WhatProbeSaid, StartAgain>(); }
  // The containers at the end, as the list and the events tell them. Nothing: they were not listed then.
  const std::optional<std::vector<Container>>& at_last() const { return at_last_; }

  Readiness& readiness() { return readiness_; }
  const Readiness& readiness() const { return readiness_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [list, min_ready, readiness, failures, open, broken, told, opened, last_event, backoff, at_last] =
        *this;
    return std::tie(readiness, failures, open, broken, told, opened, last_event, backoff,
                    at_last);  // the others never change
  }

 private:
  static constexpr absl::Duration kStartDeadline = absl::Minutes(2);

  void List(Outbox& out) {
    out.StopTimer(ListAgain{});
    readiness_.ListAsked();
    out.Request(WhatRunsNow{}, list_, kLookDeadline);
  }

  void FindRemoved(const std::vector<Container>& listed, Outbox& out) {
    for (const std::string& id : readiness_.NotListed(listed)) React(id, readiness_.RemovalSeen(id), out);
  }

  // What has become of a container, and what that means for the deployment.
  void React(const std::string& id, Transition transition, Outbox& out) {
    const Instance* instance = readiness_.Get(id);
    if (instance == nullptr) return;
    switch (transition) {
      case Transition::kNothing:
        return;
      case Transition::kStarted:
        if (instance->awaited && !instance->judged() && kSteadyAfter < min_ready_) {
          out.Timer(Steady{id, instance->starts}, kSteadyAfter);
        }
        out.Timer(Ready{id, instance->starts}, min_ready_);
        return;
      case Transition::kUp:
        return TellUp(instance->component, instance->health == Health::kHealthy ? "healthy" : "running", out);
      case Transition::kCompleted:
        return TellUp(instance->component, "completed", out);
      case Transition::kForgiven:
        return out.Tell(Report::Kind::kWarning, instance->component,
                        absl::StrCat("exited with code ", instance->exit_code,
                                     "; it is started again, a second exit fails the apply"));
      case Transition::kExited:
        return OnExit(*instance);
      case Transition::kUnhealthy:
        return LookAtProbe(id, out);
      case Transition::kDisappeared:
        failures_.push_back({.component = instance->component,
                             .what = "its container was removed by someone else",
                             .by_another = true});
        return;
    }
  }

  // Once a component.
  void TellUnknown(const Instance& unknown, const std::string& image, Outbox& out) const {
    for (const Instance& instance : readiness_.instances()) {
      if (instance.component == unknown.component && instance.health == Health::kUnknown) return;
    }
    out.Tell(
        Report::Kind::kWarning, unknown.component,
        absl::StrCat("image ", image, " has nothing to run the health check with (a shell, and wget or curl): its ",
                     "health is unknown"));
  }

  void TellUp(const std::string& component, const std::string& how, Outbox& out) const {
    const auto [up, all] = readiness_.ReplicasUp(component);
    out.Tell(Report::Kind::kUp, component, up < all ? absl::StrCat(up, " of ", all, " ", how) : how);
  }

  // What an engine that was killed finds running when it comes back it may end, and not start again whatever the policy
  // (Docker 20.10 does; one that starts it again lists it as restarting).
  void StartWhereEnded(const Container& container, Outbox& out) {
    const Instance* instance = readiness_.Get(container.id);
    if (instance == nullptr || container.state != "exited" || !instance->restarts || instance->starts == 0) return;
    if (instance->failed || instance->completed || instance->running) return;
    out.Tell(Report::Kind::kNote, instance->component, "the engine did not start it again by itself: start it");
    out.Request(StartAgain{container.id}, engine::StartContainer{container.id}, kStartDeadline);
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
    if (instance == nullptr || !instance->judged() || instance->health == Health::kHealthy) return;
    out.Request(WhatProbeSaid{id}, engine::InspectContainer{id}, kLookDeadline);
  }

  engine::ListContainers list_;
  absl::Duration min_ready_;
  Readiness readiness_;
  std::vector<Failure> failures_;
  bool open_ = false;
  bool broken_ = false;  // the stream broke off
  bool told_ = false;    // and that was told
  bool opened_ = false;  // the stream has been open
  int64_t last_event_ = 0;
  http::Backoff backoff_;  // where the engine fails to open the stream or to list
  std::optional<std::vector<Container>> at_last_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_EVENT_WATCH_H_
