// The state machine of flow-delete on a cluster: observe by labels, write the intent, remove the workloads the way the data
// flows, then all else and the namespace, forget. It goes on past what cannot go, and tells what holds it. contract.h says
// what its driver owes it.
#ifndef FLOW_KUBERNETES_DELETE_H_
#define FLOW_KUBERNETES_DELETE_H_

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
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/deadlines.h"
#include "flow/kubernetes/execution.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/observation.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/removal.h"
#include "flow/kubernetes/watch.h"
#include "flow/project/labels.h"
#include "flow/project/names.h"
#include "flow/project/services.h"
#include "flow/text/listed.h"

namespace flow::kubernetes {

struct DeleteInput {
  std::string namespace_;
  std::string pipeline;
  std::string kube_namespace;          // where it is put by --kube_namespace; empty: it has its own
  std::string engine_host;             // the cluster's address, for the record
  std::optional<Deployment> previous;  // the state, where there is one that can be read
  bool has_state = false;              // there is one, readable or not
  bool keep_volumes = false;
  bool ignore_not_found = false;
  // Of the whole. For half of it what is read goes before what reads it; then all that are left are told to go side by
  // side.
  absl::Duration timeout = absl::Minutes(2);
};

// A value, as Apply is.
class Delete {
 public:
  explicit Delete(DeleteInput input)
      : input_(std::make_shared<const DeleteInput>(std::move(input))),
        place_{{input_->namespace_, input_->pipeline},
               input_->kube_namespace.empty() ? NamespaceName(input_->namespace_, input_->pipeline)
                                              : input_->kube_namespace,
               input_->kube_namespace.empty()},
        execution_(place_.namespace_),
        watch_(place_) {}

  std::vector<Action> Step(absl::Time now, const Event& event) {
    now_ = now;
    return deploy::TakeStep(
        event, out_, phase_, [this](const auto&... told) { On(told...); }, [this] { GoOn(); });
  }

  const Plan& plan() const { return execution_.plan(); }
  const Place& place() const { return place_; }

  // For a test that tells states apart: what is under way, and all else that changes.
  const Outbox& outbox() const { return out_; }
  auto Members() const {
    const auto& [input, out, phase, now, started, place, observation, execution, watch, saved, timed_out, kept, left] =
        *this;
    return std::tie(phase, observation, execution, watch, saved, timed_out, kept, left);
  }

 private:
  using Reply = absl::StatusOr<api::Reply>;

  enum class Phase {
    kObserving,   // what the cluster has of the pipeline, and what else is in its namespace
    kIntending,   // the intent is being written, the watches are being opened
    kExecuting,   // the plan
    kConcluding,  // that something is left is being written
    kFinished,
  };

  // What happens, and who takes it

  void On(const Begin&) {
    started_ = now_;
    out_.Timer(Timeout{}, input_->timeout);
    out_.Timer(Hurry{}, input_->timeout / 2);
    observation_.Observe(place_, out_);
    observation_.ObserveEvents(place_, out_);
    if (place_.is_own) Observation::ObserveOthers(place_, out_);
  }

  void On(const Saved& saved) {
    saved_ = true;
    if (phase_ == Phase::kConcluding) return;
    // A full disk is no reason to leave things on a cluster; a delete that is cut off then shows by what is left.
    if (!saved.status.ok()) {
      out_.Tell(Report::Kind::kWarning, "", absl::StrCat(saved.status.message(), "; deleting all the same"));
    }
  }

  // It stops where it is: the state says `deleting` by now, and the next delete ends it.
  void On(const Interrupted& interrupted) {
    Finish(ExitCodeOf(interrupted.signal),
           absl::StrCat(flow::WordOf(interrupted.signal),
                        phase_ == Phase::kObserving ? "; nothing was changed" : "; deleting again goes on from here"));
  }

  void On(const StreamOpened& event) { watch_.On(event, out_); }
  void On(const StreamEvent& event) { watch_.On(event, out_); }
  void On(const StreamEnded& event) {
    const absl::Status status = watch_.On(event, out_);
    if (!status.ok()) {
      Finish(ExitCode::kFailed, absl::StrCat("the cluster does not tell what happens: ", status.message()));
    }
  }

  void On(const WhatIsThere& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply, out_)); }
  void On(const WhatElseIsThere& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply)); }
  void On(const OperationCall& call, const Reply& reply) { OnEnd(execution_.On(call, reply, kNothing, watch_, out_)); }
  void On(const WhatRunsNow& asked, const Reply& reply) { watch_.On(asked, reply, out_); }
  template <typename Other>
  void On(const Other&, const Reply&) {}  // an apply asks all else

  void On(const Timeout&) {
    if (phase_ == Phase::kExecuting) return OnTimeout();
    Finish(ExitCode::kFailed, absl::StrCat("the cluster did not answer", AfterTimeout()));
  }
  void On(const Hurry&) {
    if (phase_ != Phase::kExecuting || execution_.Finished()) return;
    out_.Tell(Report::Kind::kNote, "", "half of the time is over: all that are left are removed side by side");
    execution_.Free([](const Operation&) { return true; });
  }
  void On(const OpenAgain& timer) { watch_.On(timer, out_); }
  void On(const ListAgain& timer) { watch_.On(timer, out_); }
  void On(const Deaf& timer) { watch_.On(timer, out_); }
  template <typename Other>
  void On(const Other&) {}  // an apply has all other timers

  // When all that a phase waits for is there.
  void GoOn() {
    switch (phase_) {
      case Phase::kObserving:
        if (Observation::IsDone(out_)) Intend();
        break;
      case Phase::kIntending:
        if (saved_ && watch_.is_open()) phase_ = Phase::kExecuting;
        break;
      case Phase::kExecuting:
        for (const Watch::News& news : watch_.TakeNews()) OnEnd(execution_.On(news, watch_, out_));
        execution_.Begin(
            kNothing, watch_, [](const Wait&) { return true; }, [](const Operation&) {}, out_);
        if (execution_.Finished()) Conclude();
        break;
      case Phase::kConcluding:
        if (saved_) Finish(ExitCode::kFailed, LeftText());
        break;
      case Phase::kFinished:
        break;
    }
  }

  // Deciding

  void OnObserved(const absl::Status& status) {
    if (status.ok()) return;
    const std::string what(status.message());
    const bool away = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) ||
                      absl::IsUnauthenticated(status) || absl::IsFailedPrecondition(status);
    if (away) return Finish(ExitCode::kNoEngine, what);
    Finish(ExitCode::kFailed, absl::StrCat("the cluster would not tell what it has: ", what));
  }

  void Intend() {
    std::vector<ObjectPtr> going, workloads;
    bool keeps_namespace = !observation_.others().empty();
    for (const auto& [name, object] : observation_.observed().objects) {
      if (!IsOwned(*object, place_.id)) continue;
      const bool kept = input_->keep_volumes && name.kind == api::Kind::kClaim;
      keeps_namespace |= kept;
      if (kept) kept_.push_back(TextOf(name));
      if (!kept) going.push_back(object);
      if (IsWorkload(name.kind)) workloads.push_back(object);
    }
    if (going.empty() && kept_.empty() && !input_->has_state) {
      if (input_->ignore_not_found) return Finish(ExitCode::kDone, "", /*unchanged=*/true);
      return Finish(ExitCode::kNoSuchPipeline, project::NoSuchPipeline(place_.id.namespace_, place_.id.pipeline));
    }
    const auto is_namespace = [](const ObjectPtr& object) { return object->kind == api::Kind::kNamespace; };
    if (keeps_namespace && std::erase_if(going, is_namespace) > 0) {
      std::vector<std::string> in_it = observation_.others();
      in_it.insert(in_it.end(), kept_.begin(), kept_.end());
      kept_.push_back(absl::StrCat("namespace ", place_.namespace_, ", for ", text::Listed(in_it)));
    }
    // With the namespace all goes that is in it.
    if (std::any_of(going.begin(), going.end(), is_namespace)) {
      std::erase_if(going, [&](const ObjectPtr& object) { return !is_namespace(object) && !IsWorkload(object->kind); });
    }
    execution_.Start(PlanRemoval(going, KnownInputs(workloads), "deleted"), observation_.observed());
    phase_ = Phase::kIntending;
    watch_.Open(observation_.observed(), out_);
    out_.Put(Save{Record("")});
  }

  // As the state knows them, where it knows all that is there; else as the labels tell.
  Inputs KnownInputs(const std::vector<ObjectPtr>& workloads) const {
    if (!input_->previous.has_value()) return InputsByType(workloads);
    const project::Project& project = input_->previous->project();
    const bool known = std::all_of(workloads.begin(), workloads.end(), [&](const ObjectPtr& workload) {
      return project::FindService(project, workload->label(project::kComponentLabel)) != nullptr;
    });
    return known ? InputsOf(project) : InputsByType(workloads);
  }

  // Doing

  void OnEnd(const std::optional<Execution::End>& end) {
    if (!end.has_value() || end->result.ok()) return;
    const Operation& operation = execution_.plan().operations(static_cast<int>(end->operation));
    left_.push_back(absl::StrCat(operation.object(), " ", operation.name(), " (", end->result.status().message(), ")"));
  }

  // What is still there is left, with what holds it.
  void OnTimeout() {
    timed_out_ = true;
    execution_.Stop();
    for (const Execution::End& end : execution_.GiveUpAll(watch_, out_)) OnEnd(end);
    Conclude();
  }

  // Ending

  std::string AfterTimeout() const {
    return absl::StrCat(" after ", absl::FormatDuration(input_->timeout), " (--timeout)");
  }

  void Conclude() {
    watch_.Close(out_);
    for (const std::string& kept : kept_) out_.Tell(Report::Kind::kNote, "", absl::StrCat("kept ", kept));
    if (left_.empty() && !timed_out_) {
      out_.Put(Forget{});
      return Finish(ExitCode::kDone, "");
    }
    phase_ = Phase::kConcluding;
    saved_ = false;
    out_.Put(Save{Record(LeftText())});
  }

  std::string LeftText() const {
    const std::string what = left_.empty() ? "not done" : absl::StrCat("still there: ", text::Listed(left_));
    return absl::StrCat(what, timed_out_ ? AfterTimeout() : "", "; deleting again goes on from here");
  }

  Deployment Record(const std::string& error) const {
    Deployment record = input_->previous.value_or(Deployment());
    if (!input_->previous.has_value()) {
      record.set_engine_host(input_->engine_host);
      record.set_engine_id(place_.namespace_);
    }
    record.set_name(input_->pipeline);
    record.set_namespace_(input_->namespace_);
    record.set_driver("kubernetes");
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

  // A delete makes nothing.
  inline static const Desired kNothing{};

  std::shared_ptr<const DeleteInput> input_;
  Outbox out_;
  Phase phase_ = Phase::kObserving;
  absl::Time now_, started_;

  Place place_;
  Observation observation_;
  Execution execution_;
  Watch watch_;
  bool saved_ = false;
  bool timed_out_ = false;
  std::vector<std::string> kept_;
  std::vector<std::string> left_;  // what could not be removed, and why
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_DELETE_H_
