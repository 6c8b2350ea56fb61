// The state machine of flow-apply: observe, decide, write the intent, do, wait until all is up; and when something goes
// wrong, ask why, take away what was made, and tell. contract.h says what its driver owes it; docs/architecture.md has
// its phases as a table.
//
// What it promises (apply_states_test.cc holds it to that in every state it can reach):
//   * nothing is changed before the intent is saved, and nothing at all where a name is held by something else;
//   * no container is started before what it waits for is where it waits for it;
//   * after a failed first apply nothing of the pipeline is left; after a failed update nothing that it created;
//   * the last state that it saves is the truth.
#ifndef FLOW_DOCKER_APPLY_H_
#define FLOW_DOCKER_APPLY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "flow/deploy/record.h"
#include "flow/docker/apply_input.h"
#include "flow/docker/capacity.h"
#include "flow/docker/contract.h"
#include "flow/docker/diagnosis.h"
#include "flow/docker/event_watch.h"
#include "flow/docker/execution.h"
#include "flow/docker/failure.h"
#include "flow/docker/images.h"
#include "flow/docker/observation.h"
#include "flow/docker/patience.h"
#include "flow/docker/pulls.h"
#include "flow/docker/readiness.h"
#include "flow/docker/reconcile.h"
#include "flow/docker/rollback.h"
#include "flow/docker/secrets.h"

namespace flow::docker {

// A value: copying it copies the whole state of the deployment, so that a test can go on from one point in several
// ways.
class Apply {
 public:
  explicit Apply(ApplyInput input)
      : input_(std::make_shared<const ApplyInput>(std::move(input))), watch_(project(), options().min_ready) {}

  std::vector<Action> Step(absl::Time now, const Event& event) {
    now_ = now;
    if (phase_ != Phase::kFinished) {
      std::visit([this](const auto& e) { On(e); }, event);
      for (Phase before = Phase::kStart; before != phase_;) {
        before = phase_;
        Advance();
      }
    }
    return out_.Take();
  }

  // What is deployed.
  const project::Project& project() const { return input_->project; }
  // What the engine is spoken to in, once that is known.
  const compose::ApiVersion& api_version() const { return out_.version(); }
  // What was decided, from the end of observing on: first the pulls, then the rest.
  const Plan& pulls() const { return pulls_.plan; }
  const Plan& plan() const { return decision_.plan; }
  const std::vector<std::string>& notes() const { return decision_.notes; }
  // The pipeline's containers as they were observed: what there is, where nothing had to be changed.
  const std::vector<Container>& observed() const { return observation_.observed().containers; }

  // The volumes that this apply created, and left where it ended with Finish::again.
  const std::set<std::string>& volumes() const { return rollback_.volumes(); }

  // What is up by now, from the end of deciding on; what events have told that a list does not show yet.
  const Readiness& readiness() const { return watch_.readiness(); }

  // What a test tells states apart by.
  std::string DebugString() const {
    return absl::StrCat(static_cast<int>(phase_), "|", observation_.pending(), "|", execution_.DebugString(), "|",
                        watch_.DebugString(), "|", diagnosis_.pending(), "|", failures_.size(), ",",
                        rollback_.left().size(), ",", interrupted_, unanswered_, silent_);
  }

 private:
  enum class Phase {
    kStart,
    kConnecting,  // which API version
    kObserving,   // what the engine has
    kPreparing,   // what else must be known before anything may be done; the stream of events opens
    kIntending,   // the intent is being written
    kPulling,
    kPulled,      // which images there are now
    kInspecting,  // images: which have a health check of their own
    kExecuting,   // and waiting until all is up
    kSettling,    // something failed: what is under way is awaited
    kDiagnosing,  // what failed is asked why
    kRollingBack,
    kConcluding,  // the outcome is being written
    kFinished,
  };

  // As far as it can be known.
  bool IsUp() const { return watch_.readiness().AllUp() && !watch_.deaf(); }
  const ApplyOptions& options() const { return input_->options; }

  // Events

  void On(const Begin&) {
    started_ = now_;
    const std::optional<Known>& known = input_->known;
    timeout_ = out_.Timer(options().timeout - input_->took);
    phase_ = Phase::kConnecting;
    if (!known.has_value()) return observation_.Connect(out_);
    observation_.Know(known->version, known->images, project(), out_);
  }

  // What the engine says may hold what a program wrote of its secrets: that ends here.
  void On(const Answer& answer) {
    const std::map<std::string, std::string>& secrets = input_->placement.secrets;
    if (secrets.empty()) return Take(answer);
    Take(WithoutSecrets(answer, secrets));
  }

  void Take(const Answer& answer) {
    if (observation_.Owns(answer)) return OnObservation(answer);
    if (execution_.Owns(answer.request)) {
      if (const auto outcome = execution_.Take(answer, project(), out_)) OnOutcome(*outcome);
      return;
    }
    if (patience_.Owns(answer)) return OnPing(answer.reply.status());
    diagnosis_.Take(answer, failures_);
    watch_.On(answer, out_);
  }

  void On(const Saved& saved) {
    if (phase_ == Phase::kIntending) {
      if (!saved.status.ok()) return FinishUntouched(ExitCode::kFailed, std::string(saved.status.message()));
      phase_ = Phase::kPulling;
      execution_.Start(pulls_.plan);
      if (interrupted_ != 0) Fail({.what = "interrupted"});
    } else if (phase_ == Phase::kConcluding) {
      if (!saved.status.ok()) out_.Tell(Report::Kind::kWarning, "", std::string(saved.status.message()));
      Finish();
    }
  }

  void On(const TimerFired& fired) {
    if (fired.timer == timeout_) return OnTimeout();
    if (phase_ < Phase::kConcluding) patience_.On(fired, out_);
    if (phase_ <= Phase::kSettling) execution_.On(fired, out_);
    watch_.On(fired, out_);
  }

  void On(const Interrupted& signal) {
    const bool again = std::exchange(interrupted_, signal.signal) != 0;
    if (phase_ < Phase::kIntending) return FinishUntouched(InterruptedCode(), "interrupted; nothing was changed");
    // A write is a matter of milliseconds, and what comes after it sees the signal.
    if (phase_ == Phase::kIntending || phase_ == Phase::kConcluding) return;
    if (again) return Abandon();
    if (phase_ < Phase::kSettling) Fail({.what = "interrupted"});
    patience_.Start(out_);
  }

  template <typename StreamEvent>  // StreamOpened, StreamEvent, StreamEnded
  void On(const StreamEvent& event) {
    if (phase_ <= Phase::kSettling) watch_.On(event, out_);
  }

  // Going on, when all that a phase waits for is there.
  void Advance() {
    // Not before the intent is saved, as the rollback that follows changes things.
    if (phase_ >= Phase::kPulling && phase_ <= Phase::kSettling) {
      for (Failure& failure : watch_.TakeFailures()) Fail(std::move(failure));
    }
    switch (phase_) {
      case Phase::kConnecting:
        if (observation_.Done()) Observe();
        break;
      case Phase::kObserving:
        if (observation_.Done()) Decide();
        break;
      case Phase::kPreparing:
        if (observation_.Done()) Intend();
        break;
      case Phase::kPulling:
        Pump();
        if (execution_.Finished()) OnPulled();
        break;
      case Phase::kPulled:
        if (observation_.Done()) Inspect();
        break;
      case Phase::kInspecting:
        if (observation_.Done() && watch_.listening()) Execute();
        break;
      case Phase::kExecuting:
        Pump();
        if (execution_.Finished() && !watch_.looking() && (IsUp() || !options().wait)) Succeed();
        break;
      case Phase::kSettling:
        if (execution_.Idle() && observation_.Done() && !watch_.looking()) Diagnose();
        break;
      case Phase::kDiagnosing:
        if (diagnosis_.Done()) RollBack();
        break;
      case Phase::kRollingBack:
        Pump();
        if (execution_.Idle()) ConcludeFailed();
        break;
      default:
        break;
    }
  }

  // Finding out and deciding

  void OnObservation(const Answer& answer) {
    const absl::Status status = observation_.Take(answer, project(), out_);
    if (status.ok()) return;
    if (phase_ == Phase::kConnecting || (phase_ == Phase::kObserving && absl::IsFailedPrecondition(status))) {
      return FinishUntouched(ExitCode::kNoEngine, std::string(status.message()));
    }
    Failure failure{.what = absl::StrCat("the engine would not tell what it has: ", status.message())};
    if (phase_ < Phase::kIntending) return FinishUntouched(ExitCode::kFailed, failure.what);
    Fail(std::move(failure));
  }

  void Observe() {
    phase_ = Phase::kObserving;
    observation_.Observe(project(), out_);
    if (!input_->known.has_value()) observation_.ObserveImages(out_);
  }

  void Decide() {
    pulls_ = ReconcileImages(project(), observation_.observed(), options().pull,
                             input_->known.has_value() ? input_->known->pulled : std::set<std::string>());
    DecideRest();
    rollback_.Prepare(input_->previous, observation_.observed(), input_->left);
    std::vector<std::string> conflicts = pulls_.conflicts;
    conflicts.insert(conflicts.end(), decision_.conflicts.begin(), decision_.conflicts.end());
    if (!conflicts.empty()) return FinishUntouched(ExitCode::kFailed, absl::StrJoin(conflicts, "\n"));
    for (const std::string& note : decision_.notes) out_.Tell(Report::Kind::kNote, "", note);
    if (options().dry_run && PlanIsEmpty()) return FinishUntouched(ExitCode::kDone, "");
    if (!options().dry_run && PlanIsEmpty() && watch_.readiness().AllUp() && !EngineId().empty()) {
      outcome_ = {ExitCode::kDone, "", true};
      return IsRecorded() ? Finish() : Conclude(Deployment::APPLIED);
    }
    phase_ = Phase::kPreparing;
    observation_.Prepare(decision_.plan, out_);
    if (!options().dry_run) watch_.Listen(out_);
  }

  bool PlanIsEmpty() const { return pulls_.plan.operations().empty() && decision_.plan.operations().empty(); }

  // Decides all but the pulls, and what is to be up because of it.
  void DecideRest() {
    decision_ = Reconcile(project(), observation_.observed(), {.force_recreate = options().force_recreate});
    watch_.readiness().Expect(project(), [this](const project::Service& service) {
      return service.has_health_check() || observation_.checked_images().contains(service.image());
    });
    watch_.readiness().AdoptWhatStays(observation_.observed().containers, decision_.plan);
  }

  void Intend() {
    std::vector<std::string> conflicts = NameConflicts(decision_.plan, observation_.holders(), project());
    for (std::string& problem : CapacityConflicts(decision_.plan, project(), observation_.info())) {
      conflicts.push_back(std::move(problem));
    }
    if (!conflicts.empty() && rollback_.alone_after_all()) return Fail({.what = absl::StrJoin(conflicts, "\n")});
    if (!conflicts.empty()) return FinishUntouched(ExitCode::kFailed, absl::StrJoin(conflicts, "\n"));
    if (options().dry_run) return FinishUntouched(ExitCode::kDone, "");
    phase_ = Phase::kIntending;
    out_.Put(Save{Record(Deployment::APPLYING)});
  }

  // Doing

  void OnPulled() {
    phase_ = Phase::kPulled;
    if (!pulls_.plan.operations().empty()) observation_.ObserveImages(out_);
  }

  void Inspect() {
    phase_ = Phase::kInspecting;
    if (!pulls_.plan.operations().empty()) DecideRest();  // by the images that were pulled
    observation_.InspectImages(ImagesToInspect(project(), decision_.plan), out_);
  }

  void Execute() {
    phase_ = Phase::kExecuting;
    DecideRest();  // by what the images say of health
    for (const project::Service& service : project().services()) {
      const std::string foreign = observation_.ForeignPlatform(service.image());
      if (!foreign.empty()) {
        out_.Tell(Report::Kind::kWarning, service.name(),
                  absl::StrCat(foreign, ": unless that emulates it, it cannot run"));
      }
    }
    execution_.Start(decision_.plan);
    decision_.plan.operations().empty() ? watch_.JudgeUnhealthy(out_) : watch_.WarnOfUnhealthy(out_);
  }

  void Pump() {
    const auto& networks = observation_.observed().networks;
    execution_.Pump(
        project(), input_->placement, networks.empty() ? "" : networks[0].id(),
        [this](const Wait& wait) { return watch_.readiness().Reached(wait); },
        [this](const Operation& operation) { return Deadline(operation); }, out_);
  }

  absl::Duration Deadline(const Operation& operation) const {
    const absl::Duration grace = absl::Seconds(operation.grace_seconds());
    return interrupted_ != 0 ? grace + Patience::kWhole : DeadlineOf(operation);
  }

  void OnOutcome(const Execution::Outcome& outcome) {
    if (!outcome.reply.ok()) return OnOperationFailed(outcome.index, outcome.reply.status());
    const Operation& operation = execution_.plan().operations(outcome.index);
    const auto* made = std::get_if<engine::Created>(&*outcome.reply);
    if (phase_ == Phase::kRollingBack) {
      if (KindOf(operation) == OperationKind::kRemoveContainer) watch_.readiness().Forget(operation.target());
      return;
    }
    if (KindOf(operation) == OperationKind::kCreateContainer) {
      watch_.readiness().Created(operation.component(), operation.number(), made->id());
      for (const std::string& warning : made->warnings()) {
        out_.Tell(Report::Kind::kWarning, operation.component(), warning);
      }
    } else if (KindOf(operation) == OperationKind::kStartContainer ||
               KindOf(operation) == OperationKind::kUnpauseContainer) {
      watch_.Started(execution_.ObjectId(outcome.index), out_);
    }
  }

  void OnOperationFailed(uint32_t index, const absl::Status& status) {
    const Operation& operation = execution_.plan().operations(index);
    const bool unanswered = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
    if (phase_ == Phase::kRollingBack) {
      rollback_.OnNotRemoved(operation, status);
      if (unanswered && interrupted_ != 0) execution_.Stop();  // it will not answer the rest either
      return;
    }
    unanswered_ |= unanswered;
    const bool taken = KindOf(operation) == OperationKind::kCreateContainer && absl::IsAlreadyExists(status);
    if (taken) rollback_.OnTaken(index);
    // The engine's refusal says more than the exit that it may tell as well.
    const std::string id = execution_.ObjectId(index);
    watch_.readiness().Fail(id);
    std::erase_if(failures_, [&](const Failure& failure) { return !id.empty() && failure.container_id == id; });
    Fail({.component = operation.component(),
          .what =
              absl::StrCat("could not ", OperationText(operation), ": ", ExplainRefusal(operation, status.message())),
          .hint = taken
                      ? "that container is new: is another apply of this pipeline at work? When it is done, apply again"
                      : ""});
  }

  // Failing

  void Fail(Failure failure) {
    const project::Service* service = project::FindService(project(), failure.component);
    const std::string foreign = service == nullptr ? "" : observation_.ForeignPlatform(service->image());
    if (!foreign.empty()) failure.hint = foreign;
    // At once: what it needs to clean up may take a while.
    if (!failure.container_id.empty()) out_.Tell(Report::Kind::kFailed, failure.component, failure.what);
    failures_.push_back(std::move(failure));
    if (phase_ >= Phase::kSettling) return;
    phase_ = Phase::kSettling;
    execution_.Stop();
    // A pull takes minutes and leaves nothing half-done: it is not awaited.
    execution_.GiveUp([](const Operation& operation) { return KindOf(operation) == OperationKind::kPullImage; }, out_);
  }

  void OnTimeout() {
    const std::string after = absl::StrCat(" after ", absl::FormatDuration(options().timeout), " (--timeout)");
    if (phase_ < Phase::kIntending) {
      return FinishUntouched(ExitCode::kFailed, absl::StrCat("the engine did not answer", after));
    }
    if (phase_ == Phase::kIntending) timeout_ = out_.Timer(absl::Milliseconds(100));
    if (phase_ == Phase::kIntending || phase_ >= Phase::kSettling) return;
    for (Failure& failure : NotUp(watch_.readiness(), after)) Fail(std::move(failure));
    if (failures_.empty()) Fail({.what = absl::StrCat("not done", after)});
    // An engine that has fallen silent is not waited for much longer.
    patience_.Start(out_);
  }

  // Since the signal the engine has had its time for what was under way then. What a rollback asks for takes as long as
  // it takes, while the engine answers at all.
  void OnPing(const absl::Status& status) {
    if (phase_ >= Phase::kConcluding) return;
    if (phase_ == Phase::kSettling || !status.ok()) {
      execution_.GiveUp([](const Operation&) { return true; }, out_);
      unanswered_ = true;
    }
    if (status.ok()) return patience_.Start(out_);
    if (phase_ < Phase::kRollingBack) RollBack();
    silent_ = true;
    ConcludeFailed();
  }

  void Diagnose() {
    phase_ = Phase::kDiagnosing;
    out_.Put(CloseStream{});
    diagnosis_.Ask(failures_, out_);
    if (unanswered_) diagnosis_.Search(project(), out_);
  }

  void RollBack() {
    phase_ = Phase::kRollingBack;
    BeginRollback();
    execution_.Start(options().rollback ? rollback_.RemovalPlan(project()) : Plan());
  }

  void BeginRollback() {
    rollback_.Begin(project(), observation_.observed(), diagnosis_.found(), execution_, watch_.readiness());
  }

  // Ending

  void Succeed() {
    // A pull that brought nothing new changed nothing.
    outcome_ = {ExitCode::kDone, "", decision_.plan.operations().empty()};
    Conclude(Deployment::APPLIED);
  }

  void ConcludeFailed() {
    // The state tells what is there: what was removed is not, and where the engine fell silent all may be.
    if (silent_ || !execution_.Finished()) rollback_.OnUnknown();
    const std::string what_is_left = rollback_.WhatIsLeft(project(), options().rollback);
    outcome_ = {interrupted_ != 0 ? InterruptedCode() : ExitCode::kFailed,
                FailedText(failures_, watch_.readiness(), what_is_left)};
    // Names are taken by another apply, or by the last request of one that was killed.
    outcome_.again = failures_.size() == rollback_.taken() && options().rollback && rollback_.left().empty();
    Conclude(Deployment::FAILED);
  }

  // A second signal: leave at once, and say what may be left.
  void Abandon() {
    if (phase_ < Phase::kRollingBack) BeginRollback();
    FinishUntouched(InterruptedCode(),
                    absl::StrCat("interrupted again and left at once; perhaps still there: ", rollback_.MayBeLeft(),
                                 "; `", DeleteCommand(project()), "` removes what is left"));
  }

  ExitCode InterruptedCode() const { return static_cast<ExitCode>(128 + interrupted_); }

  void Conclude(Deployment::Phase phase) {
    phase_ = Phase::kConcluding;
    out_.Put(Save{Record(phase)});
  }

  void FinishUntouched(ExitCode code, std::string message) {
    if (input_->left.has_value()) {
      absl::StrAppend(&message, "\nthe network and volumes that it made before stay; `", DeleteCommand(project()),
                      "` removes what is left");
    }
    outcome_ = {code, std::move(message), PlanIsEmpty()};
    Finish();
  }

  void Finish() {
    phase_ = Phase::kFinished;
    if (outcome_.again && interrupted_ != 0) outcome_ = {InterruptedCode(), outcome_.message};
    out_.Put(outcome_);
  }

  // The state

  std::string EngineId() const {
    if (!observation_.info().id().empty()) return observation_.info().id();
    return input_->previous.has_value() ? input_->previous->engine_id() : "";
  }

  Deployment Record(Deployment::Phase phase) const {
    const auto ids = [this](const std::string& component) { return watch_.readiness().ContainerIds(component); };
    Deployment record = deploy::MakeRecord(*input_, phase, EngineId(), ids, started_, now_);
    record.set_engine_api_version(out_.version().ToString());
    if (!failures_.empty()) record.set_error(Headline(failures_[0]));
    record.set_first(!record.has_succeeded() && rollback_.first());
    return record;
  }

  bool IsRecorded() const {
    return input_->previous.has_value() && deploy::SameRecord(*input_->previous, Record(Deployment::APPLIED));
  }

  std::shared_ptr<const ApplyInput> input_;
  Outbox out_;
  Phase phase_ = Phase::kStart;
  absl::Time now_, started_;
  TimerId timeout_ = TimerId();
  int interrupted_ = 0;  // the signal
  Patience patience_;
  bool silent_ = false;  // the engine's: it does not even say that it is there

  Observation observation_;
  Reconciliation pulls_, decision_;
  Execution execution_;
  EventWatch watch_;

  std::vector<Failure> failures_;
  bool unanswered_ = false;  // the engine may have done what it did not answer
  Diagnosis diagnosis_;
  Rollback rollback_;
  deploy::Finish outcome_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_APPLY_H_
