// What an apply does: the steps that the table of apply.h is made of, what it knows by then, and when a phase is over.
#ifndef FLOW_DOCKER_APPLY_STEPS_H_
#define FLOW_DOCKER_APPLY_STEPS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
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
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/failed_text.h"
#include "flow/deploy/record.h"
#include "flow/docker/anonymous_volumes.h"
#include "flow/docker/apply_input.h"
#include "flow/docker/capacity.h"
#include "flow/docker/contract.h"
#include "flow/docker/deadlines.h"
#include "flow/docker/diagnosis.h"
#include "flow/docker/event_watch.h"
#include "flow/docker/execution.h"
#include "flow/docker/failure.h"
#include "flow/docker/images.h"
#include "flow/docker/network_claim.h"
#include "flow/docker/observation.h"
#include "flow/docker/readiness.h"
#include "flow/docker/reconcile.h"
#include "flow/docker/rollback.h"
#include "flow/docker/stillness.h"
#include "flow/text/listed.h"

namespace flow::docker {

// Apply without its table: each step says what is done when a phase begins, or when something goes wrong in one.
class ApplySteps {
 public:
  const project::Project& project() const { return input_->project; }

  // All that changes but what is under way, for a test that tells states apart.
  auto Members() const {
    const auto& [input, out, phase, now, started, signal, saved, observation, stillness, pulls, decision, execution,
                 claim, watch, warnings, failures, new_failures, unanswered, silent, timed_out, diagnosis, rollback,
                 outcome] = *this;
    return std::tie(phase, signal, saved, observation, stillness, pulls, decision, execution, claim, watch, failures,
                    new_failures, unanswered, silent, timed_out, diagnosis, rollback, outcome);
  }

 protected:
  using Reply = absl::StatusOr<engine::Reply>;

  enum class Phase {
    kConnecting,  // which API version
    kObserving,   // what the engine has
    kPreparing,   // what else must be known before anything may be done; the stream of events opens
    kIntending,   // the intent is being written
    kPulling,
    kPulled,      // which images there are now
    kInspecting,  // images: which have a health check of their own
    kExecuting,   // and waiting until all is up
    kClosing,     // what there is then
    kSettling,    // something failed: what is under way is awaited
    kDiagnosing,  // what failed is asked why
    kRollingBack,
    kConcluding,  // the outcome is being written
    kFinished,
  };

  explicit ApplySteps(ApplyInput input)
      : input_(std::make_shared<const ApplyInput>(std::move(input))), watch_(project(), options().min_ready) {}

  const ApplyOptions& options() const { return input_->options; }

  // When a phase is over

  bool IsObserved() const { return Observation::IsDone(out_); }
  bool IsStill() const { return IsObserved() && !out_.HasTimer(LookAgain{}); }
  bool IsSaved() const { return saved_.has_value(); }
  bool IsDone() const { return execution_.Finished(); }
  bool MayExecute() const { return IsObserved() && watch_.is_open(); }
  bool IsUp() const {
    const bool up = watch_.readiness().AllUp() && !watch_.MayHaveMissed(out_);  // as far as it can be known
    return IsDone() && !EventWatch::Asks(out_) && (up || !options().wait);
  }
  bool IsClosed() const { return !EventWatch::Asks(out_); }
  bool IsQuiet() const { return IsIdle() && IsObserved() && !EventWatch::Asks(out_); }
  bool IsDiagnosed() const { return Diagnosis::IsDone(out_); }
  bool IsIdle() const { return execution_.Idle(); }

  // Finding out and deciding

  void OnObserved(const absl::Status& status) {
    if (status.ok()) return;
    const std::string what(status.message());
    const bool no_engine =
        phase_ == Phase::kConnecting || (phase_ == Phase::kObserving && absl::IsFailedPrecondition(status));
    if (no_engine) return EndUnchanged(ExitCode::kNoEngine, what);
    Fail({.what = absl::StrCat("the engine would not tell what it has: ", what)});
  }

  void Observe() {
    observation_.Observe(project(), out_);
    if (!input_->known.has_value()) observation_.ObserveImages(out_);
  }

  // When all that was asked is told: that may be half of what someone is making.
  void HoldStill() {
    if (!IsStill()) return;
    if (stillness_.Take(project(), observation_.observed(), out_) != Stillness::Verdict::kBusy) return;
    EndUnchanged(ExitCode::kBusy, kAnotherIsAtWork);
  }

  void Decide() {
    pulls_ = ReconcileImages(project(), observation_.observed(), options().pull,
                             input_->known.has_value() ? input_->known->pulled : std::set<std::string>());
    DecideRest();
    rollback_.Prepare(input_->previous, observation_.observed(), input_->left);
    std::vector<std::string> conflicts = pulls_.conflicts;
    conflicts.insert(conflicts.end(), decision_.conflicts.begin(), decision_.conflicts.end());
    if (!conflicts.empty()) return EndUnchanged(ExitCode::kFailed, text::ListedLines(conflicts));
    if (options().dry_run) {
      for (std::string& note : NotesOnPulls(project(), observation_.observed(), pulls_.plan, decision_.plan)) {
        decision_.notes.push_back(std::move(note));
      }
    }
    for (const std::string& note : decision_.notes) out_.Tell(Report::Kind::kNote, "", note);
    if (options().dry_run && PlanIsEmpty()) return EndUnchanged(ExitCode::kDone, "");
    if (!options().dry_run && PlanIsEmpty() && watch_.readiness().AllUp() && !EngineId().empty()) {
      outcome_ = {ExitCode::kDone, "", true};
      return IsRecorded() ? Finish() : Conclude(Deployment::APPLIED);
    }
    observation_.Prepare(decision_.plan, out_);
    if (!options().dry_run) watch_.Open(out_);
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
    const std::string text = text::ListedLines(conflicts);
    if (!conflicts.empty() && rollback_.alone_after_all()) return Stop({.what = text});
    if (!conflicts.empty()) return EndUnchanged(ExitCode::kFailed, text);
    if (options().dry_run) return EndUnchanged(ExitCode::kDone, "");
    Save(Deployment::APPLYING);
  }

  // Doing

  void Pull() {
    if (!saved_->ok()) return EndUnchanged(ExitCode::kFailed, std::string(saved_->message()));
    execution_.Start(pulls_.plan);
    if (signal_.has_value()) Fail({.what = WordOf(*signal_)});
  }

  void ListImages() {
    if (!pulls_.plan.operations().empty()) observation_.ObserveImages(out_);
  }

  void Inspect() {
    if (!pulls_.plan.operations().empty()) DecideRest();  // by the images that were pulled
    observation_.InspectImages(ImagesToInspect(project(), decision_.plan), out_);
  }

  void Execute() {
    DecideRest();  // by what the images say of health
    for (const project::Service& service : project().services()) {
      const std::string foreign = observation_.ForeignPlatform(service.image());
      if (foreign.empty()) continue;
      out_.Tell(Report::Kind::kWarning, service.name(),
                absl::StrCat(foreign, ": unless that emulates it, it cannot run"));
    }
    TellUnnamedData();
    TellOfHost();
    execution_.Start(decision_.plan);
    decision_.plan.operations().empty() ? watch_.JudgeUnhealthy(out_) : watch_.WarnOfUnhealthy(out_);
  }

  // Once a component, when the engine is to make a volume for it that nobody named.
  void TellUnnamedData() {
    std::set<std::string> told;
    for (const Operation& operation : decision_.plan.operations()) {
      const project::Service* service = project::FindService(project(), operation.component());
      if (KindOf(operation) != OperationKind::kCreateContainer || service == nullptr) continue;
      const auto image = observation_.images_with_data().find(service->image());
      if (image == observation_.images_with_data().end() || !told.insert(service->name()).second) continue;
      const std::string note = UnnamedData(image->second, *service, operation);
      if (!note.empty()) out_.Tell(Report::Kind::kNote, service->name(), note);
    }
  }

  void TellOfHost() {
    const auto& operations = decision_.plan.operations();
    const bool creates = std::any_of(operations.begin(), operations.end(), [](const Operation& operation) {
      return KindOf(operation) == OperationKind::kCreateContainer;
    });
    if (!creates || observation_.observed().has_bridge) return;
    out_.Tell(Report::Kind::kNote, "",
              "the engine has no bridge network: in its containers host.docker.internal does not reach their host");
  }

  void Proceed() {
    const auto& networks = observation_.observed().networks;
    const auto reached = [this](const Wait& wait) { return watch_.readiness().Reached(wait); };
    const auto deadline = [this](const Operation& operation) {
      return signal_.has_value() ? absl::Seconds(operation.grace_seconds()) + kPatience : DeadlineOf(operation);
    };
    const Surroundings surroundings{.network_id = networks.empty() ? "" : networks[0].id(),
                                    .knows_its_host = observation_.observed().has_bridge};
    BeginOperations(execution_, project(), input_->placement, surroundings, reached, deadline, out_);
  }

  void OnOperation(uint32_t index, const Reply& reply) {
    const Operation& operation = execution_.plan().operations(index);
    if (phase_ == Phase::kRollingBack) return OnRemoval(operation, reply.status());
    if (!reply.ok()) return OnRefusal(index, reply.status());
    if (KindOf(operation) == OperationKind::kCreateContainer) {
      const auto& made = std::get<engine::Created>(*reply);
      watch_.readiness().Created(operation.component(), operation.number(), made.id());
      for (const std::string& warning : made.warnings()) {
        if (!warnings_.emplace(operation.component(), warning).second) continue;  // told of another replica
        out_.Tell(Report::Kind::kWarning, operation.component(), warning);
      }
    } else if (KindOf(operation) == OperationKind::kStartContainer ||
               KindOf(operation) == OperationKind::kUnpauseContainer) {
      watch_.Started(execution_.ObjectId(index), out_);
    }
  }

  void OnRefusal(uint32_t index, const absl::Status& status) {
    const Operation& operation = execution_.plan().operations(index);
    // An anonymous volume of what has left the file, which someone else uses. That is told.
    if (KindOf(operation) == OperationKind::kRemoveVolume) return;
    unanswered_ |= IsUnanswered(status);
    if (absl::IsAlreadyExists(status)) rollback_.OnNameTaken(index);
    // The engine's refusal says more than the exit that it may tell as well.
    const std::string id = execution_.ObjectId(index);
    watch_.readiness().Fail(id);
    std::erase_if(failures_, [&](const Failure& failure) { return !id.empty() && failure.container_id == id; });
    Fail(RefusalOf(operation, status));
  }

  // Failing

  // Something failed. What that comes to in this phase is in the table.
  void Fail(Failure failure) { new_failures_.push_back(std::move(failure)); }
  void Fail(std::vector<Failure> failures) {
    for (Failure& failure : failures) Fail(std::move(failure));
  }
  std::vector<Failure> TakeFailures() { return std::exchange(new_failures_, {}); }

  void Add(Failure failure) {
    const project::Service* service = project::FindService(project(), failure.component);
    const std::string foreign = service == nullptr ? "" : observation_.ForeignPlatform(service->image());
    if (!foreign.empty()) failure.hint = foreign;
    if (failure.by_another) rollback_.OnAnother();
    // At once: what it needs to clean up may take a while.
    if (!failure.container_id.empty()) out_.Tell(Report::Kind::kFailed, failure.component, failure.what);
    failures_.push_back(std::move(failure));
  }

  // Nothing more is begun, and what is under way is awaited; not pulls, which take minutes and leave nothing half-done.
  void Stop(Failure failure) {
    Add(std::move(failure));
    phase_ = Phase::kSettling;
    execution_.Stop();
    execution_.GiveUp([](const Operation& operation) { return KindOf(operation) == OperationKind::kPullImage; }, out_);
  }

  void StopAtSignal() {
    Fail({.what = WordOf(*signal_)});
    LimitWait();
  }

  void StopAtTimeout() {
    timed_out_ = true;
    Fail(NotUp(watch_.readiness(), AfterTimeout()));
    const std::string not_done = absl::StrCat("not done", AfterTimeout());
    for (const Operation& operation : execution_.UnderWay()) {
      Fail({.component = operation.component(), .what = absl::StrCat(not_done, ": ", OperationText(operation))});
    }
    if (new_failures_.empty()) Fail({.what = not_done});
    LimitWait();
  }

  // Writing takes milliseconds: the timeout comes when that is done.
  void Postpone() { out_.Timer(Timeout{}, absl::Milliseconds(100)); }

  std::string AfterTimeout() const {
    return absl::StrCat(" after ", absl::FormatDuration(options().timeout), " (--timeout)");
  }

  // From now on an engine that has fallen silent is not waited for longer than kPatience: when most of that has passed
  // it is asked whether it is there.
  void LimitWait() { out_.Timer(Silence{}, kPatience - kForPing); }

  // Since the signal the engine has had its time for what was under way then. What a rollback asks for takes as long as
  // it takes, while the engine answers at all.
  void OnPing(bool is_there) {
    if (phase_ == Phase::kConcluding) return;  // it answered since to all else
    if (phase_ == Phase::kSettling || !is_there) {
      execution_.GiveUp([](const Operation&) { return true; }, out_);
      unanswered_ = true;
    }
    if (is_there) return LimitWait();
    if (phase_ != Phase::kRollingBack) RollBack();
    silent_ = true;
    ConcludeFailed();
  }

  void Diagnose() {
    watch_.Close(out_);
    Diagnosis::Ask(failures_, out_);
    Diagnosis::Search(project(), unanswered_, out_);
  }

  void RollBack() {
    BeginRollback();
    out_.StopTimer(LookForNetworks{});  // the create that waits for it is given up
    execution_.Start(options().rollback ? rollback_.RemovalPlan(project()) : Plan());
  }

  void BeginRollback() {
    rollback_.Begin(project(), observation_.observed(), diagnosis_.found(), execution_, watch_.readiness());
  }

  void OnRemoval(const Operation& operation, const absl::Status& status) {
    if (status.ok()) {
      if (KindOf(operation) == OperationKind::kRemoveContainer) watch_.readiness().Forget(operation.target());
      return;
    }
    rollback_.OnNotRemoved(operation, status);
    if (IsUnanswered(status) && signal_.has_value()) execution_.Stop();  // it will not answer the rest either
  }

  // Ending

  void LookAtLast() { watch_.ListAtLast(out_); }

  void Succeed() {
    // A pull that brought nothing new changed nothing.
    outcome_ = {ExitCode::kDone, "", decision_.plan.operations().empty()};
    Conclude(Deployment::APPLIED);
  }

  void ConcludeFailed() {
    // The state tells what is there: what was removed is not, and where the engine fell silent all may be.
    if (silent_ || !execution_.Finished()) rollback_.OnUnknown();
    const std::string what_is_left = rollback_.WhatIsLeft(project(), options().rollback);
    outcome_ = {signal_.has_value()   ? ExitCodeOf(*signal_)
                : rollback_.another() ? ExitCode::kBusy
                                      : ExitCode::kFailed,
                deploy::FailedText(failures_, watch_.readiness().NotStarted(), InputsOf(project()), what_is_left)};
    // What failed may be the doing of another apply, or of the last request of one that was killed.
    outcome_.again = rollback_.another() && options().rollback && rollback_.left().empty() && !timed_out_;
    Conclude(Deployment::FAILED);
  }

  void Conclude(Deployment::Phase phase) {
    phase_ = Phase::kConcluding;
    out_.StopTimer(Silence{});
    Save(phase);
  }

  // A state that still says that it is applied, with nobody at it, is of one that was cut off: so this one ends as one.
  void End() {
    if (!saved_->ok() && outcome_.code == ExitCode::kDone) {
      outcome_ = {ExitCode::kFailed,
                  absl::StrCat("all of it is deployed, but the state cannot be written: ", saved_->message(),
                               "\nwhen there is room for it, apply again: until then it counts as cut off")};
    } else if (!saved_->ok()) {
      out_.Tell(Report::Kind::kWarning, "", std::string(saved_->message()));
    }
    Finish();
  }

  // A second signal: leave at once, and say what may be left.
  void Abandon() {
    if (phase_ != Phase::kRollingBack) BeginRollback();
    EndUnchanged(ExitCodeOf(*signal_),
                 absl::StrCat(WordOf(*signal_), " again and left at once; perhaps still there: ", rollback_.MayBeLeft(),
                              "; `", DeleteCommand(project()), "` removes what is left"));
  }

  void Leave(Failure failure) { EndUnchanged(ExitCode::kFailed, failure.what); }
  void LeaveAtSignal() { EndUnchanged(ExitCodeOf(*signal_), absl::StrCat(WordOf(*signal_), "; nothing was changed")); }
  void LeaveAtTimeout() {
    if (out_.HasTimer(LookAgain{})) return EndUnchanged(ExitCode::kBusy, kAnotherIsAtWork);
    EndUnchanged(ExitCode::kFailed, absl::StrCat("the engine did not answer", AfterTimeout()));
  }

  // The state stays as it is.
  void EndUnchanged(ExitCode code, std::string message) {
    if (input_->left.has_value()) {
      absl::StrAppend(&message, "\nwhat it made before stays; `", DeleteCommand(project()), "` removes what is left");
    }
    outcome_ = {code, std::move(message), PlanIsEmpty()};
    Finish();
  }

  void Finish() {
    phase_ = Phase::kFinished;
    if (outcome_.again && signal_.has_value()) outcome_ = {ExitCodeOf(*signal_), outcome_.message};
    out_.Put(outcome_);
  }

  // The state

  void Save(Deployment::Phase phase) {
    saved_.reset();
    out_.Put(docker::Save{Record(phase)});
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

  std::string EngineId() const {
    if (!observation_.info().id().empty()) return observation_.info().id();
    return input_->previous.has_value() ? input_->previous->engine_id() : "";
  }

  static constexpr char kAnotherIsAtWork[] =
      "another apply of this pipeline is at work on the engine, and not done; when it is, apply again";
  // The last part of kPatience, in which an engine has to answer a ping.
  static constexpr absl::Duration kForPing = absl::Seconds(2);

  std::shared_ptr<const ApplyInput> input_;
  Outbox out_;
  Phase phase_ = Phase::kConnecting;
  absl::Time now_, started_;
  std::optional<Signal> signal_;       // that interrupted it
  std::optional<absl::Status> saved_;  // what came of the last Save

  Observation observation_;
  Stillness stillness_;
  Reconciliation pulls_, decision_;
  Execution execution_;
  NetworkClaim claim_;
  EventWatch watch_;
  std::set<std::pair<std::string, std::string>> warnings_;  // of the engine that were told: component, text

  std::vector<Failure> failures_;
  std::vector<Failure> new_failures_;  // that nothing was done about yet
  bool unanswered_ = false;            // the engine may have done what it did not answer
  bool silent_ = false;                // it does not even say that it is there
  bool timed_out_ = false;
  Diagnosis diagnosis_;
  Rollback rollback_;
  deploy::Finish outcome_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_APPLY_STEPS_H_
