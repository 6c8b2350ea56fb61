// The state machine of flow-apply on a cluster: observe, compare, decide, write the intent, do, wait until all is up; and
// when something goes wrong, ask why, take away what was made, and tell. contract.h says what its driver owes it. Its
// phases are a table, in RowOf below and, in words, in docs/architecture.md.
//
// What it promises (apply_states_test.cc holds it to that in every state it can reach):
//   * nothing is changed before the intent is saved, and nothing at all where a name is held by something else;
//   * no object that is not the pipeline's is changed or removed;
//   * no workload is made before what it waits for is where it waits for it;
//   * what is done is the plan that a dry run shows;
//   * after a failed first apply nothing of the pipeline is left; after a failed update nothing that it created; but
//     where another apply is at work, all stays that the other one may stand on;
//   * no secret is in a message, a report or the state;
//   * the last state that it saves is the truth.
#ifndef FLOW_KUBERNETES_APPLY_H_
#define FLOW_KUBERNETES_APPLY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "flow/deploy/step.h"
#include "flow/kubernetes/apply_input.h"
#include "flow/kubernetes/apply_steps.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/secret_filter.h"

namespace flow::kubernetes {

// A value: copying it copies the whole state of the deployment, so that a test can go on from one point in several ways.
class Apply : private ApplySteps {
 public:
  explicit Apply(std::shared_ptr<const ApplyInput> input)
      : ApplySteps(std::move(input)), secrets_(std::make_shared<const SecretRemover>(*input_)) {}
  explicit Apply(ApplyInput input) : Apply(std::make_shared<const ApplyInput>(std::move(input))) {}

  std::vector<Action> Step(absl::Time now, const Event& event) {
    now_ = now;
    std::vector<Action> actions = deploy::TakeStep(
        event, out_, phase_, [this](const auto&... told) { On(told...); }, [this] { GoOn(); });
    // What the cluster says may hold what a program wrote of its secrets: that ends here.
    secrets_->RemoveFrom(actions);
    return actions;
  }

  // What is deployed, and where.
  using ApplySteps::project;
  const Place& place() const { return place_; }
  // What the cluster is, once that is known.
  const api::ServerVersion& version() const { return out_.version(); }
  // What was decided, from the end of comparing on.
  const Plan& plan() const { return decision_.plan; }
  const std::vector<std::string>& notes() const { return decision_.notes; }
  // What is up by now, from the end of deciding on.
  const Readiness& readiness() const { return readiness_; }

  // For a test that tells states apart: what is under way, and all else that it is made of.
  const Outbox& outbox() const { return out_; }
  using ApplySteps::Members;

 private:
  // What it comes to in a phase when something goes wrong. Null: nothing comes of it.
  struct Trouble {
    void (Apply::*fail)(Failure);
    void (Apply::*interrupt)();
    void (Apply::*interrupt_again)();
    void (Apply::*time_out)();
  };

  // A phase: when it is over `next` begins, with a step that may itself end the apply, or stop it.
  struct Row {
    Phase phase;
    void (Apply::*meanwhile)();  // at every event. Null: nothing
    bool (Apply::*is_over)() const;
    Phase next;
    void (Apply::*begin_next)();
    Trouble trouble;
  };

  // The machine.
  // clang-format off
  static const Row& RowOf(Phase phase) {
    using enum Phase;
    using A = Apply;
    //                              a failure  a signal           another      the timeout
    constexpr Trouble kUntouched = {&A::Leave, &A::LeaveAtSignal, nullptr,     &A::LeaveAtTimeout};
    constexpr Trouble kSaving =    {&A::Add,   nullptr,           nullptr,     &A::Postpone};
    constexpr Trouble kWorking =   {&A::Stop,  &A::StopAtSignal,  nullptr,     &A::StopAtTimeout};
    constexpr Trouble kUndoing =   {&A::Add,   &A::LimitWait,     &A::Abandon, nullptr};
    constexpr Trouble kEnding =    {&A::Add,   nullptr,           nullptr,     nullptr};
    static constexpr std::array kRows = {
        //  phase         meanwhile           until             next          by                  in trouble
        Row{kObserving,   nullptr,            &A::IsObserved,   kComparing,   &A::Compare,         kUntouched},
        Row{kComparing,   nullptr,            &A::IsObserved,   kIntending,   &A::Decide,          kUntouched},
        Row{kIntending,   nullptr,            &A::IsSaved,      kListening,   &A::Listen,          kSaving},
        Row{kListening,   nullptr,            &A::Listens,      kExecuting,   &A::Execute,         kWorking},
        Row{kExecuting,   &A::Proceed,        &A::IsUp,         kConcluding,  &A::Succeed,         kWorking},
        Row{kSettling,    &A::LeaveRemovals,  &A::IsQuiet,      kDiagnosing,  &A::Diagnose,        kUndoing},
        Row{kDiagnosing,  nullptr,            &A::IsDiagnosed,  kRollingBack, &A::RollBack,        kUndoing},
        Row{kRollingBack, &A::Proceed,        &A::IsIdle,       kConcluding,  &A::ConcludeFailed,  kUndoing},
        Row{kConcluding,  nullptr,            &A::IsSaved,      kFinished,    &A::End,             kEnding},
    };
    static_assert(kRows.size() == static_cast<size_t>(kFinished));  // each once, in the order of Phase:
    static_assert(std::ranges::is_sorted(kRows, std::ranges::less_equal(), &Row::phase));
    return kRows[static_cast<size_t>(phase)];
  }
  // clang-format on

  void GoOn() {
    TakeNews();
    for (Failure& failure : TakeFailures()) (this->*RowOf(phase_).trouble.fail)(std::move(failure));
    if (phase_ == Phase::kFinished) return;
    const Row& row = RowOf(phase_);
    if (row.meanwhile != nullptr) (this->*row.meanwhile)();
    if (phase_ == Phase::kFinished || !(this->*row.is_over)()) return;
    phase_ = row.next;
    (this->*row.begin_next)();
  }

  // What happens, and who takes it

  void On(const Begin&) {
    started_ = now_;
    out_.Timer(Timeout{}, options().timeout - input_->took);
    observation_.Observe(place_, out_);
    observation_.ObserveEvents(place_, out_);
  }
  void On(const Saved& saved) { saved_ = saved.status; }
  void On(const Interrupted& interrupted) {
    const Trouble& trouble = RowOf(phase_).trouble;
    const auto act = signal_.has_value() ? trouble.interrupt_again : trouble.interrupt;
    signal_ = interrupted.signal;
    if (act != nullptr) (this->*act)();
  }
  void On(const StreamOpened& event) { watch_.On(event, out_); }
  void On(const StreamEvent& event) { watch_.On(event, out_); }
  void On(const StreamEnded& event) {
    const absl::Status status = watch_.On(event, out_);
    if (!status.ok()) Fail({.what = absl::StrCat("the cluster does not tell what happens: ", status.message())});
  }

  void On(const WhatIsThere& asked, const Reply& reply) { OnObserved(Looking().On(asked, reply, out_)); }
  void On(const WhatWouldBe& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply, *desired_, out_)); }
  void On(const WhoHasName& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply)); }
  void On(const WhatElseIsThere& asked, const Reply& reply) { OnObserved(found_.On(asked, reply)); }
  void On(const OperationCall& call, const Reply& reply) { OnEnd(execution_.On(call, reply, *desired_, watch_, out_)); }
  void On(const WhatItIsNow& asked, const Reply& reply) { OnEnd(execution_.On(asked, reply, *desired_, out_)); }
  void On(const WhatIsLeft&, const Reply&) {}
  void On(const WhatRunsNow& asked, const Reply& reply) { watch_.On(asked, reply, out_); }
  void On(const WhatItWrote& asked, const Reply& reply) { Diagnosis::On(asked, reply, failures_); }
  void On(const WhatWasTold& asked, const Reply& reply) { Diagnosis::On(asked, reply, failures_); }
  void On(const IsItThere&, const Reply& reply) { OnVersion(reply.ok()); }

  void On(const Timeout&) {
    const auto act = RowOf(phase_).trouble.time_out;
    if (act != nullptr) (this->*act)();
  }
  void On(const Silence&) { out_.Request(IsItThere{}, api::GetVersion{}, kForVersion); }
  void On(const GiveUp&) { OnGiveUp(); }
  void On(const OpenAgain& timer) { watch_.On(timer, out_); }
  void On(const ListAgain& timer) { watch_.On(timer, out_); }
  void On(const Deaf& timer) { watch_.On(timer, out_); }
  void On(const Steady& timer) { readiness_.Steady(timer.component, timer.time); }
  void On(const Hurry&) {}  // a delete has that

  Observation& Looking() { return phase_ == Phase::kObserving ? observation_ : found_; }

  std::shared_ptr<const SecretRemover> secrets_;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_APPLY_H_
