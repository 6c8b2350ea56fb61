// What an apply does: the steps that the table of apply.h is made of, what it knows by then, and when a phase is over.
#ifndef FLOW_KUBERNETES_APPLY_STEPS_H_
#define FLOW_KUBERNETES_APPLY_STEPS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/failed_text.h"
#include "flow/deploy/record.h"
#include "flow/kubernetes/apply_input.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/deadlines.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/diagnosis.h"
#include "flow/kubernetes/execution.h"
#include "flow/kubernetes/failure.h"
#include "flow/kubernetes/observation.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/pod_report.h"
#include "flow/kubernetes/readiness.h"
#include "flow/kubernetes/reconcile.h"
#include "flow/kubernetes/rollback.h"
#include "flow/kubernetes/watch.h"
#include "flow/text/listed.h"

namespace flow::kubernetes {

// Apply without its table: each step says what is done when a phase begins, or when something goes wrong in one.
class ApplySteps {
 public:
  const project::Project& project() const { return input_->project; }

  // All that changes but what is under way, for a test that tells states apart.
  auto Members() const {
    const auto& [input, desired, place, out, phase, now, started, signal, saved, observation, decision, execution,
                 watch, readiness, as_asked, failures, new_failures, silent, timed_out, found, rollback, outcome] =
        *this;
    return std::tie(phase, signal, saved, observation, decision, execution, watch, readiness, as_asked, failures,
                    new_failures, silent, timed_out, found, rollback, outcome);
  }

 protected:
  using Reply = absl::StatusOr<api::Reply>;

  enum class Phase {
    kObserving,   // which version, and what the cluster has
    kComparing,   // what would become of each object
    kIntending,   // the intent is being written
    kListening,   // the watches are being opened
    kExecuting,   // and waiting until all is up
    kSettling,    // something failed: what is under way is awaited
    kDiagnosing,  // what failed is asked why; what there is now
    kRollingBack,
    kConcluding,  // the outcome is being written
    kFinished,
  };

  explicit ApplySteps(std::shared_ptr<const ApplyInput> input)
      : input_(std::move(input)),
        place_{IdOf(project()), NamespaceOf(project(), input_->objects), input_->objects.namespace_.empty()},
        execution_(place_.namespace_),
        watch_(place_) {}

  // Which change of a workload it was that this apply asked for, and how many replicas.
  struct Asked {
    int64_t generation = 0;
    int64_t replicas = 0;
  };
  static int64_t ReplicasOf(const api::Object& workload) { return workload["spec"]["replicas"].number(); }

  const ApplyOptions& options() const { return input_->options; }

  // When a phase is over

  bool IsObserved() const { return Observation::IsDone(out_); }
  bool Listens() const { return watch_.is_open(); }
  bool IsUp() const {
    if (!execution_.Finished() || Watch::Asks(out_)) return false;
    return !options().wait || (readiness_.AllUp() && !watch_.MayHaveMissed());  // as far as it can be known
  }
  bool IsQuiet() const { return IsIdle() && !out_.Awaits<WhatItIsNow>() && !Watch::Asks(out_); }
  bool IsDiagnosed() const { return Diagnosis::IsDone(out_) && IsObserved(); }
  bool IsIdle() const { return execution_.Idle(); }
  bool IsSaved() const { return saved_.has_value(); }

  // Finding out and deciding

  void OnObserved(const absl::Status& status) {
    if (status.ok()) return;
    const std::string what(status.message());
    if (phase_ == Phase::kDiagnosing) return rollback_.OnBlind();
    const bool away = IsUnanswered(status) || absl::IsUnauthenticated(status) || absl::IsFailedPrecondition(status);
    if (phase_ == Phase::kObserving && away) return EndUnchanged(ExitCode::kNoEngine, what);
    Fail({.what = absl::StrCat("the cluster would not tell what it has: ", what)});
  }

  void Compare() {
    const std::string problem = place_.is_own ? NamespaceProblem(place_, observation_.observed()) : "";
    if (!problem.empty()) return EndUnchanged(ExitCode::kFailed, problem);
    desired_ = std::make_shared<const Desired>(DesiredObjects());
    observation_.Compare(place_, *desired_, out_);
  }

  // What nodes pull with may be there already: a part of what should be is known only now.
  Desired DesiredObjects() const {
    const std::map<std::string, std::string> configs =
        PullConfigs(project(), input_->objects, input_->logins, observation_.observed().OfKind(api::Kind::kSecret));
    ObjectOptions objects = input_->objects;
    for (const auto& [registry, config] : configs) objects.logins.insert(registry);
    return Desired(project(), std::move(objects), input_->secrets, configs);
  }

  void Decide() {
    decision_ = Reconcile(project(), *desired_, observation_.observed(), observation_.comparisons(),
                          {.force_recreate = options().force_recreate});
    rollback_.Prepare(input_->previous, observation_.observed());
    if (decision_.by_another) return LeaveToAnother();
    if (!decision_.conflicts.empty()) {
      return EndUnchanged(ExitCode::kFailed, text::ListedLines(decision_.conflicts));
    }
    readiness_.Expect(project());
    AdoptWhatStays();
    for (const std::string& note : decision_.notes) out_.Tell(Report::Kind::kNote, "", note);
    if (options().dry_run) return EndUnchanged(ExitCode::kDone, "");
    if (PlanIsEmpty() && (readiness_.AllUp() || !options().wait)) {
      outcome_ = {ExitCode::kDone, "", true};
      return IsRecorded() ? Finish() : Conclude(Deployment::APPLIED);
    }
    watch_.Open(observation_.observed(), out_);
    Save(Deployment::APPLYING);
  }

  bool PlanIsEmpty() const { return decision_.plan.operations().empty(); }

  // Claims, and workloads that no operation is about, or whose change leaves their pods as they are.
  void AdoptWhatStays() {
    const Observed& observed = observation_.observed();
    std::set<std::string> leaving;
    for (const Operation& operation : decision_.plan.operations()) {
      if (KindOf(operation) == OperationKind::kRemove) leaving.insert(operation.target());
    }
    for (const ObjectPtr& claim : observed.OfKind(api::Kind::kClaim)) readiness_.AdoptClaim(*claim);
    std::map<std::string, std::vector<PodReport>> pods;  // by component
    for (const ObjectPtr& pod : observed.OfKind(api::Kind::kPod)) {
      PodReport report = ReadPod(*pod);
      pods[report.component].push_back(std::move(report));
    }
    for (const api::Kind kind : {api::Kind::kDeployment, api::Kind::kJob}) {
      for (const ObjectPtr& workload : observed.OfKind(kind)) {
        if (leaving.contains(workload->uid())) continue;
        as_asked_[workload->id()] = {workload->generation(), ReplicasOf(*workload)};
        readiness_.Adopt(*workload, pods[workload->label(project::kComponentLabel)]);
      }
    }
  }

  // Doing

  void Listen() {
    if (!saved_->ok()) return EndUnchanged(ExitCode::kFailed, std::string(saved_->message()));
    if (signal_.has_value()) Fail({.what = flow::WordOf(*signal_)});
    for (Failure& failure : std::exchange(failures_, {})) Fail(std::move(failure));
  }

  void Execute() {
    execution_.Start(decision_.plan, observation_.observed());
    if (PlanIsEmpty()) readiness_.JudgeUnhealthy();
  }

  void Proceed() {
    if (!readiness_.TakeMoved() && !execution_.HasMoved()) return;
    execution_.Begin(
        *desired_, watch_, [this](const Wait& wait) { return readiness_.Reached(wait); },
        [this](const Operation& operation) { OnBegun(operation); }, out_);
  }

  void OnBegun(const Operation& operation) {
    const bool is_workload = IsWorkload(kubernetes::ObjectOf(operation, place_.namespace_).kind);
    if (!is_workload || operation.component().empty()) return;
    if (KindOf(operation) == OperationKind::kRemove) return readiness_.Forget(operation.component());
    if (phase_ == Phase::kExecuting) {
      readiness_.Begun(operation.component(), decision_.remade.contains(operation.component()));
    }
  }

  void OnEnd(const std::optional<Execution::End>& end) {
    if (!end.has_value()) return;
    const Operation& operation = execution_.plan().operations(static_cast<int>(end->operation));
    if (phase_ == Phase::kRollingBack) {
      if (!end->result.ok()) rollback_.OnNotRemoved(operation, end->result.status());
      return;
    }
    if (!end->result.ok()) return OnRefusal(end->operation, end->result.status());
    const ObjectPtr& object = *end->result;
    if (object == nullptr || !IsWorkload(object->kind)) return;
    readiness_.Made(operation.component(), *object);
    as_asked_[object->id()] = {object->generation(), ReplicasOf(*object)};
    // Of what the watch has told meanwhile the newest counts.
    const ObjectPtr newest = watch_.known().Find(object->id());
    if (newest != nullptr && newest->uid() == object->uid()) readiness_.Take(*newest, /*deleted=*/false);
  }

  void OnRefusal(uint32_t index, const absl::Status& status) {
    const Operation& operation = execution_.plan().operations(static_cast<int>(index));
    if (absl::IsAborted(status) && KindOf(operation) == OperationKind::kCreate) {
      rollback_.OnNameTaken(execution_.ObjectOf(index));
    }
    Fail(RefusalOf(operation, status));
  }

  // What the watch has told, and what comes of it.
  void TakeNews() {
    for (const Watch::News& news : watch_.TakeNews()) {
      if (phase_ >= Phase::kIntending && phase_ <= Phase::kSettling) readiness_.Take(*news.object, news.deleted);
      OnEnd(execution_.On(news, watch_, out_));
    }
    Fail(readiness_.TakeFailures());
    for (Finding& finding : readiness_.TakeFindings()) Tell(std::move(finding));
  }

  void Tell(Finding finding) {
    switch (finding.kind) {
      case Finding::Kind::kUp:
        return out_.Tell(Report::Kind::kUp, finding.component, std::move(finding.text));
      case Finding::Kind::kWarning:
        return out_.Tell(Report::Kind::kWarning, finding.component, std::move(finding.text));
      case Finding::Kind::kSteadySoon: {
        const int time = readiness_.workloads().at(finding.component).times_ready;
        return out_.Timer(Steady{std::move(finding.component), time}, kSteadyAfter);
      }
    }
  }

  // Failing

  // Something failed. What that comes to in this phase is in the table.
  void Fail(Failure failure) { new_failures_.push_back(std::move(failure)); }
  void Fail(std::vector<Failure> failures) {
    for (Failure& failure : failures) Fail(std::move(failure));
  }
  std::vector<Failure> TakeFailures() { return std::exchange(new_failures_, {}); }

  void Add(Failure failure) {
    if (failure.by_another) rollback_.OnAnother();
    // What a pod tells says more than what its workload tells of it.
    const auto is_vague = [&](const Failure& other) {
      return other.component == failure.component && other.pod.empty();
    };
    const bool known =
        failure.pod.empty() && std::any_of(failures_.begin(), failures_.end(), [&](const Failure& other) {
          return !failure.component.empty() && other.component == failure.component && !other.pod.empty();
        });
    if (known) return;
    if (!failure.pod.empty()) std::erase_if(failures_, is_vague);
    // At once: what it needs to clean up may take a while.
    if (!failure.component.empty() && !failure.told) {
      out_.Tell(failure.by_another ? Report::Kind::kNote : Report::Kind::kFailed, failure.component, failure.what);
    }
    failures_.push_back(std::move(failure));
  }

  // Nothing more is begun, and what is under way is awaited.
  void Stop(Failure failure) {
    Add(std::move(failure));
    phase_ = Phase::kSettling;
    execution_.Stop();
  }

  void StopAtSignal() {
    Fail({.what = flow::WordOf(*signal_)});
    LimitWait();
  }

  void StopAtTimeout() {
    timed_out_ = true;
    if (watch_.IsDeaf()) {
      Fail({.what = absl::StrCat("the cluster broke off what it tells, and does not answer", AfterTimeout())});
    }
    Fail(readiness_.NotUp(AfterTimeout()));
    if (new_failures_.empty()) Fail({.what = absl::StrCat("not done", AfterTimeout())});
    LimitWait();
  }

  // Writing takes milliseconds: the timeout comes when that is done.
  void Postpone() { out_.Timer(Timeout{}, absl::Milliseconds(100)); }

  std::string AfterTimeout() const {
    return absl::StrCat(" after ", absl::FormatDuration(options().timeout), " (--timeout)");
  }

  // From now on a cluster that has fallen silent is not waited for longer than kPatience: when most of that has passed it
  // is asked whether it is there.
  void LimitWait() { out_.Timer(Silence{}, kPatience - kForVersion); }

  void OnVersion(bool is_there) {
    if (phase_ == Phase::kConcluding) return;  // it answered since to all else
    if (phase_ == Phase::kSettling || !is_there) (void)execution_.GiveUpAll(watch_, out_);
    if (is_there) return LimitWait();
    if (phase_ != Phase::kRollingBack) BeginRollback();
    silent_ = true;
    ConcludeFailed();
  }

  // Removals of a plan that is broken off go on by themselves: they are not waited for.
  void LeaveRemovals() { (void)execution_.LeaveGoing(watch_, out_); }

  void Diagnose() {
    Diagnosis::Ask(failures_, place_.namespace_, out_);
    found_ = Observation();
    found_.Observe(place_, out_);
    if (place_.is_own && rollback_.first()) Observation::ObserveOthers(place_, out_);
  }

  void RollBack() {
    BeginRollback();
    execution_.Start(options().rollback ? rollback_.RemovalPlan(project()) : Plan(), found_.observed());
    double longest = 0;
    for (const project::Service& service : project().services()) {
      longest = std::max(longest, service.stop_grace_period_seconds());
    }
    out_.Timer(GiveUp{}, kUndoing + absl::Seconds(longest) * std::max(project().services_size(), 1));
  }

  void BeginRollback() {
    rollback_.Begin(place_, observation_.observed(), found_.observed(), found_.others(), execution_);
  }

  // What is taken away hangs: who holds it is told.
  void OnGiveUp() {
    if (phase_ != Phase::kRollingBack) return;
    execution_.Stop();
    for (const Execution::End& end : execution_.GiveUpAll(watch_, out_)) OnEnd(end);
  }

  // Ending

  void Succeed() {
    const std::vector<Failure> overtaken = Overtaken();
    if (!overtaken.empty()) {
      for (const Failure& failure : overtaken) Stop(failure);
      return;
    }
    watch_.Close(out_);
    outcome_ = {ExitCode::kDone, "", PlanIsEmpty()};
    Conclude(Deployment::APPLIED);
  }

  // Workloads that someone else has changed while this apply waited for them: all may be up, and be half what another file
  // wants. One that was scaled since is as it was wanted: that is an autoscaler's work.
  std::vector<Failure> Overtaken() const {
    std::vector<Failure> overtaken;
    for (const auto& [name, asked] : as_asked_) {
      const ObjectPtr now = watch_.known().Find(name);
      if (now == nullptr || now->generation() == asked.generation || ReplicasOf(*now) != asked.replicas) continue;
      overtaken.push_back({.component = now->label(project::kComponentLabel),
                           .what = absl::StrCat("its ", WordOf(name.kind), " was changed by someone else meanwhile"),
                           .by_another = true});
    }
    return overtaken;
  }

  void ConcludeFailed() {
    watch_.Close(out_);
    // The state tells what is there: what was removed is not, and where the cluster fell silent all may be.
    if (silent_ || !execution_.Finished()) rollback_.OnUnknown();
    const std::string what_is_left = rollback_.WhatIsLeft(place_.id, options().rollback);
    outcome_ = {signal_.has_value()   ? ExitCodeOf(*signal_)
                : rollback_.another() ? ExitCode::kBusy
                                      : ExitCode::kFailed,
                deploy::FailedText(failures_, readiness_.NotStarted(), InputsOf(project()), what_is_left)};
    // What failed may be the doing of another apply: another look may do.
    outcome_.again = rollback_.another() && options().rollback && rollback_.left().empty() && !timed_out_;
    Conclude(Deployment::FAILED);
  }

  void Conclude(Deployment::Phase phase) {
    phase_ = Phase::kConcluding;
    out_.StopTimer(Silence{});
    out_.StopTimer(GiveUp{});
    Save(phase);
  }

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
                 absl::StrCat(flow::WordOf(*signal_), " again and left at once; perhaps still there: ",
                              rollback_.MayBeLeft(), "; `", DeleteCommand(place_.id), "` removes what is left"));
  }

  void Leave(Failure failure) { EndUnchanged(ExitCode::kFailed, Headline(failure)); }
  void LeaveAtSignal() {
    EndUnchanged(ExitCodeOf(*signal_), absl::StrCat(flow::WordOf(*signal_), "; nothing was changed"));
  }
  void LeaveAtTimeout() { EndUnchanged(ExitCode::kFailed, absl::StrCat("the cluster did not answer", AfterTimeout())); }

  // It was not so when this apply looked: another look may do.
  void LeaveToAnother() {
    outcome_.again = true;
    EndUnchanged(ExitCode::kBusy,
                 "another apply of this pipeline is at work on the cluster; when it is done, apply again");
  }

  // The state stays as it is.
  void EndUnchanged(ExitCode code, std::string message) {
    outcome_ = {code, std::move(message), PlanIsEmpty(), outcome_.again};
    Finish();
  }

  void Finish() {
    phase_ = Phase::kFinished;
    out_.Put(outcome_);
  }

  // The state

  void Save(Deployment::Phase phase) {
    saved_.reset();
    out_.Put(kubernetes::Save{Record(phase)});
  }

  Deployment Record(Deployment::Phase phase) const {
    const auto ids = [this](const std::string& component) {
      const std::string id = readiness_.IdOf(component);
      return id.empty() ? std::vector<std::string>() : std::vector<std::string>{id};
    };
    Deployment record = deploy::MakeRecord(*input_, phase, place_.namespace_, ids, started_, now_);
    record.set_driver("kubernetes");
    if (!failures_.empty()) record.set_error(Headline(failures_[0]));
    record.set_first(!record.has_succeeded() && rollback_.first());
    return record;
  }

  bool IsRecorded() const {
    return input_->previous.has_value() && deploy::SameRecord(*input_->previous, Record(Deployment::APPLIED));
  }

  // The last part of kPatience, in which a cluster has to say which version it is.
  static constexpr absl::Duration kForVersion = absl::Seconds(2);
  // How long a rollback may take besides what its components are given to stop.
  static constexpr absl::Duration kUndoing = absl::Minutes(1);

  std::shared_ptr<const ApplyInput> input_;
  std::shared_ptr<const Desired> desired_;  // from the end of observing on
  Place place_;
  Outbox out_;
  Phase phase_ = Phase::kObserving;
  absl::Time now_, started_;
  std::optional<Signal> signal_;       // that interrupted it
  std::optional<absl::Status> saved_;  // what came of the last Save

  Observation observation_;
  Reconciliation decision_;
  Execution execution_;
  Watch watch_;
  Readiness readiness_;
  std::map<api::ObjectName, Asked> as_asked_;  // workloads as this apply made or found them

  std::vector<Failure> failures_;
  std::vector<Failure> new_failures_;  // that nothing was done about yet
  bool silent_ = false;                // the cluster does not even say which version it is
  bool timed_out_ = false;
  Observation found_;  // what there is, after a failure
  Rollback rollback_;
  deploy::Finish outcome_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_APPLY_STEPS_H_
