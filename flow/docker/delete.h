// The state machine of flow-delete: observe by labels, write the intent, stop the way the data flows, remove, forget.
// It goes on past what cannot go, and tells who holds it. contract.h says what its driver owes it.
#ifndef FLOW_DOCKER_DELETE_H_
#define FLOW_DOCKER_DELETE_H_

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/record.h"
#include "flow/deploy/step.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/execution.h"
#include "flow/docker/observation.h"
#include "flow/docker/operations.h"
#include "flow/docker/removal.h"
#include "flow/project/names.h"
#include "flow/text/listed.h"

namespace flow::docker {

struct DeleteInput {
  std::string namespace_;
  std::string pipeline;
  std::optional<Deployment> previous;  // the state, where there is one that can be read
  bool has_state = false;              // there is one, readable or not
  bool keep_volumes = false;
  bool ignore_not_found = false;
  // Of the whole. For half of it what is read is stopped before what reads it; then all that still run are told to stop
  // side by side. When four fifths have passed what still runs is killed.
  absl::Duration timeout = absl::Minutes(2);
};

// A value, as Apply is.
class Delete {
 public:
  explicit Delete(DeleteInput input) : input_(std::make_shared<const DeleteInput>(std::move(input))) {}

  std::vector<Action> Step(absl::Time now, const Event& event) {
    now_ = now;
    return deploy::TakeStep(
        event, out_, phase_, [this](const auto&... told) { On(told...); }, [this] { GoOn(); });
  }

  const Plan& plan() const { return execution_.plan(); }

  // For a test that tells states apart: what is under way, and all else that changes.
  const Outbox& outbox() const { return out_; }
  auto Members() const {
    const auto& [input, out, phase, now, started, observation, execution, kept, left] = *this;
    return std::tie(phase, observation, execution, left);
  }

 private:
  using Reply = absl::StatusOr<engine::Reply>;

  enum class Phase {
    kConnecting,  // which API version
    kObserving,   // what the engine has of the pipeline
    kIntending,   // the intent is being written
    kExecuting,   // the plan
    kExplaining,  // who holds what could not go
    kConcluding,  // that something is left is being written
    kFinished,
  };

  // What happens, and who takes it

  void On(const Begin&) {
    started_ = now_;
    out_.Timer(Timeout{}, input_->timeout);
    out_.Timer(Kill{}, input_->timeout * 4 / 5);
    out_.Timer(Hurry{}, input_->timeout / 2);
    observation_.Connect(out_);
  }

  void On(const Saved& saved) {
    if (phase_ == Phase::kConcluding) return Finish(ExitCode::kFailed, LeftText());
    // A full disk is no reason to leave things on it; a delete that is cut off then shows by what is left.
    if (!saved.status.ok()) {
      out_.Tell(Report::Kind::kWarning, "", absl::StrCat(saved.status.message(), "; deleting all the same"));
    }
    phase_ = Phase::kExecuting;
  }

  // It stops where it is: the state says `deleting` by now, and the next delete ends it.
  void On(const Interrupted& interrupted) {
    Finish(ExitCodeOf(interrupted.signal),
           absl::StrCat(WordOf(interrupted.signal),
                        IsLooking() ? "; nothing was changed" : "; deleting again goes on from here"));
  }

  // A delete does not listen.
  void On(const StreamOpened&) {}
  void On(const StreamEvent&) {}
  void On(const StreamEnded&) {}

  void On(const WhatIsThere& asked, const Reply& reply) {
    const absl::Status status = observation_.On(asked, reply, NoProject(), out_);
    if (status.ok()) return;
    if (phase_ == Phase::kConnecting || absl::IsFailedPrecondition(status)) {
      return Finish(ExitCode::kNoEngine, std::string(status.message()));
    }
    Finish(ExitCode::kFailed, absl::StrCat("the engine would not tell what it has: ", status.message()));
  }
  void On(const OperationCall& call, const Reply& reply) {
    EndOperation(execution_, call.operation, reply, out_);
    if (!reply.ok()) OnRefusal(execution_.plan().operations(call.operation), reply.status());
  }
  void On(const WhoUsesIt& asked, const Reply& reply) { left_.push_back(absl::StrCat(asked.what, UsersText(reply))); }
  template <typename Other>
  void On(const Other&, const Reply&) {}  // an apply asks all else

  void On(const Timeout&) {
    const std::string after = absl::StrCat("after ", absl::FormatDuration(input_->timeout), " (--timeout)");
    if (IsLooking() || phase_ == Phase::kIntending) {
      return Finish(ExitCode::kFailed, absl::StrCat("the engine did not answer ", after));
    }
    std::vector<std::string> under_way;
    for (const Operation& operation : execution_.UnderWay()) under_way.push_back(OperationText(operation));
    Finish(ExitCode::kFailed, absl::StrCat("not done ", after, under_way.empty() ? "" : ": ", text::Listed(under_way),
                                           "; deleting again goes on from here"));
  }
  void On(const Hurry&) {
    if (phase_ == Phase::kExecuting) StopAll();
  }
  void On(const Kill&) {
    if (phase_ == Phase::kExecuting) KillWhatRuns();
  }
  template <typename Other>
  void On(const Other&) {}  // an apply has all other timers

  // Nothing was changed.
  bool IsLooking() const { return phase_ == Phase::kConnecting || phase_ == Phase::kObserving; }

  // When all that a phase waits for is there.
  void GoOn() {
    switch (phase_) {
      case Phase::kConnecting:
        if (Observation::IsDone(out_)) Observe();
        break;
      case Phase::kObserving:
        if (Observation::IsDone(out_)) Intend();
        break;
      case Phase::kExecuting:
        BeginOperations(
            execution_, NoProject(), {}, {}, [](const Wait&) { return true; }, DeadlineOf, out_);
        if (execution_.Finished()) phase_ = Phase::kExplaining;
        break;
      case Phase::kExplaining:
        if (!out_.Awaits<WhoUsesIt>()) Conclude();
        break;
      case Phase::kIntending:
      case Phase::kConcluding:
      case Phase::kFinished:
        break;
    }
  }

  // Deciding

  // A delete knows none, and what it does needs none.
  static const project::Project& NoProject() { return project::Project::default_instance(); }

  void Observe() {
    phase_ = Phase::kObserving;
    observation_.ObserveOwned(input_->namespace_, input_->pipeline, out_);
  }

  void Intend() {
    const Observed& there = observation_.observed();
    const bool nothing = there.containers.empty() && there.networks.empty() && there.volumes.empty();
    if (nothing && !input_->has_state) {
      if (input_->ignore_not_found) return Finish(ExitCode::kDone, "", /*unchanged=*/true);
      return Finish(ExitCode::kNoSuchPipeline, project::NoSuchPipeline(input_->namespace_, input_->pipeline));
    }
    Removal removal{.reason = "deleted"};
    for (const Container& container : there.containers) removal.containers.push_back({container, "deleted"});
    removal.networks = there.networks;
    for (const engine::VolumeSummary& volume : there.volumes) {
      (input_->keep_volumes ? kept_ : removal.volumes).push_back(volume.name());
    }
    if (input_->previous.has_value()) removal.grace_seconds = GracesOf(input_->previous->project());
    execution_.Start(PlanRemoval(removal, KnownInputs(there.containers)));
    phase_ = Phase::kIntending;
    out_.Put(Save{Record("")});
  }

  // As the state knows them, where it knows all that is there; else as the labels tell.
  Inputs KnownInputs(const std::vector<Container>& containers) const {
    if (!input_->previous.has_value()) return InputsByType(containers);
    const project::Project& project = input_->previous->project();
    const bool known = std::all_of(containers.begin(), containers.end(), [&](const Container& container) {
      return project::FindService(project, container.component) != nullptr;
    });
    return known ? InputsOf(project) : InputsByType(containers);
  }

  // Doing

  // What refuses to go: what uses it is asked for, to be told.
  void OnRefusal(const Operation& operation, const absl::Status& status) {
    const std::string what = absl::StrCat(operation.object(), " ", operation.name());
    switch (KindOf(operation)) {
      case OperationKind::kStopContainer:
        return;  // its removal kills it
      case OperationKind::kRemoveNetwork:
        return out_.Request(WhoUsesIt{what}, engine::InspectNetwork{operation.target()}, kLookDeadline);
      case OperationKind::kRemoveVolume:
        return out_.Request(WhoUsesIt{what}, engine::ListContainers{.volume = operation.name()}, kLookDeadline);
      default:
        left_.push_back(absl::StrCat(what, " (", status.message(), ")"));
    }
  }

  static bool IsStop(const Operation& operation) { return KindOf(operation) == OperationKind::kStopContainer; }

  // The stops that are not over.
  std::vector<uint32_t> OpenStops() const {
    std::vector<uint32_t> open;
    for (uint32_t index = 0; index < static_cast<uint32_t>(execution_.plan().operations_size()); ++index) {
      const bool over = execution_.IsDone(index) || execution_.IsFailed(index);
      if (IsStop(execution_.plan().operations(index)) && !over) open.push_back(index);
    }
    return open;
  }

  // Time is running out: what has not been told to stop is told now, so that it has its grace.
  void StopAll() {
    if (OpenStops().empty()) return;
    out_.Tell(Report::Kind::kNote, "", "half of the time is over: all that still run are told to stop side by side");
    execution_.Free(IsStop);
  }

  // The timeout is near: what still runs is killed by its removal.
  void KillWhatRuns() {
    std::vector<std::string> names;
    for (const uint32_t index : OpenStops()) names.push_back(execution_.plan().operations(index).name());
    if (names.empty()) return;
    out_.Tell(Report::Kind::kWarning, "",
              absl::StrCat("time is running out (--timeout), and these have not stopped: ", text::Listed(names),
                           "; they are killed"));
    execution_.GiveUp(IsStop, out_);
    for (const uint32_t index : OpenStops()) execution_.Skip(index);
  }

  // " (in use by other, third)", as the engine's answer about a network or the users of a volume tells.
  static std::string UsersText(const Reply& reply) {
    std::vector<std::string> names;
    if (!reply.ok()) return "";
    if (const auto* network = std::get_if<engine::NetworkInspect>(&*reply)) {
      for (const auto& [id, endpoint] : network->containers()) names.push_back(endpoint.name());
    } else if (const auto* containers = std::get_if<engine::ContainerList>(&*reply)) {
      for (const engine::ContainerSummary& container : containers->containers()) {
        names.push_back(ReadContainer(container).name);
      }
    }
    std::sort(names.begin(), names.end());
    return names.empty() ? "" : absl::StrCat(" (in use by ", text::Listed(names), ")");
  }

  // Ending

  void Conclude() {
    for (const std::string& volume : kept_) out_.Tell(Report::Kind::kNote, "", absl::StrCat("kept volume ", volume));
    if (left_.empty()) {
      out_.Put(Forget{});
      return Finish(ExitCode::kDone, "");
    }
    phase_ = Phase::kConcluding;
    out_.Put(Save{Record(LeftText())});
  }

  std::string LeftText() const {
    return absl::StrCat("could not be removed: ", text::Listed(left_),
                        "; free it, then delete again. All else is gone");
  }

  Deployment Record(const std::string& error) const {
    Deployment record = input_->previous.value_or(Deployment());
    record.set_name(input_->pipeline);
    record.set_namespace_(input_->namespace_);
    record.set_phase(Deployment::DELETING);
    deploy::SetTimestamp(started_, record.mutable_started());
    record.clear_finished();
    record.set_error(error);
    return record;
  }

  void Finish(ExitCode code, std::string message, bool unchanged = false) {
    phase_ = Phase::kFinished;
    out_.Put(deploy::Finish{code, std::move(message), unchanged});
  }

  std::shared_ptr<const DeleteInput> input_;
  Outbox out_;
  Phase phase_ = Phase::kConnecting;
  absl::Time now_, started_;

  Observation observation_;
  Execution execution_;
  std::vector<std::string> kept_;  // volumes
  std::vector<std::string> left_;  // what could not be removed, and why
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_DELETE_H_
