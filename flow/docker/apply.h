// The state machine of flow-apply: observe, decide, write the intent, do, wait until all is up; and when something goes
// wrong, ask why, take away what was made, and tell. contract.h says what its driver owes it. Its phases are a table,
// in RowOf below and, in words, in docs/architecture.md.
//
// What it promises (apply_states_test.cc holds it to that in every state it can reach):
//   * nothing is changed before the intent is saved, and nothing at all where a name is held by something else;
//   * no container is started before what it waits for is where it waits for it;
//   * after a failed first apply nothing of the pipeline is left; after a failed update nothing that it created; but
//     where another apply is at work, all stays that the other one may stand on (two_applies_test.cc);
//   * the last state that it saves is the truth.
#ifndef FLOW_DOCKER_APPLY_H_
#define FLOW_DOCKER_APPLY_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "flow/deploy/secrets.h"
#include "flow/deploy/step.h"
#include "flow/docker/apply_input.h"
#include "flow/docker/apply_steps.h"
#include "flow/docker/contract.h"
#include "flow/docker/diagnosis.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/execution.h"
#include "flow/docker/failure.h"
#include "flow/docker/observed.h"
#include "flow/docker/readiness.h"
#include "flow/docker/secrets.h"

namespace flow::docker {

// A value: copying it copies the whole state of the deployment, so that a test can go on from one point in several
// ways.
class Apply : private ApplySteps {
 public:
  explicit Apply(ApplyInput input)
      : ApplySteps(std::move(input)),
        secrets_(std::make_shared<const deploy::SecretFilter>(input_->placement.secrets)) {}

  std::vector<Action> Step(absl::Time now, const Event& event) {
    now_ = now;
    // What the engine says may hold what a program wrote of its secrets: that ends here.
    const auto* answer = std::get_if<Answer>(&event);
    return answer == nullptr || secrets_->empty() ? Take(event) : Take(WithoutSecrets(*answer, *secrets_));
  }

  // What is deployed.
  using ApplySteps::project;
  // What the engine is spoken to in, once that is known.
  const compose::ApiVersion& api_version() const { return out_.version(); }
  // What was decided, from the end of observing on: first the pulls, then the rest.
  const Plan& pulls() const { return pulls_.plan; }
  const Plan& plan() const { return decision_.plan; }
  const std::vector<std::string>& notes() const { return decision_.notes; }
  // The pipeline's containers, as they were when this apply had ended well.
  const std::vector<Container>& containers() const {
    return watch_.at_last().has_value() ? *watch_.at_last() : observation_.observed().containers;
  }
  // What this command has made, and left where it ended with Finish::again.
  const Left& left() const { return rollback_.ours(); }
  // What is up by now, from the end of deciding on.
  const Readiness& readiness() const { return watch_.readiness(); }

  // For a test that tells states apart: what is under way, and all else that it is made of.
  const Outbox& outbox() const { return out_; }
  using ApplySteps::Members;

 private:
  // What is done with what the engine tells of the containers.
  enum class Events {
    kIgnored,
    kNoted,   // a failure is kept for later: what follows it changes things, and the intent is not saved yet
    kJudged,  // a failure fails the apply
  };

  // What it comes to in a phase when something goes wrong. Null: nothing comes of it.
  struct Trouble {
    void (Apply::*fail)(Failure);
    void (Apply::*interrupt)();
    void (Apply::*interrupt_again)();
    void (Apply::*time_out)();
    Events events;
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
    //                              a failure  a signal           another      the timeout         events
    constexpr Trouble kUntouched = {&A::Leave, &A::LeaveAtSignal, nullptr,     &A::LeaveAtTimeout, Events::kNoted};
    constexpr Trouble kSaving =    {&A::Add,   nullptr,           nullptr,     &A::Postpone,       Events::kNoted};
    constexpr Trouble kWorking =   {&A::Stop,  &A::StopAtSignal,  nullptr,     &A::StopAtTimeout,  Events::kJudged};
    constexpr Trouble kStopping =  {&A::Add,   &A::LimitWait,     &A::Abandon, nullptr,            Events::kJudged};
    constexpr Trouble kUndoing =   {&A::Add,   &A::LimitWait,     &A::Abandon, nullptr,            Events::kIgnored};
    constexpr Trouble kEnding =    {&A::Add,   nullptr,           nullptr,     nullptr,            Events::kIgnored};
    static constexpr std::array kRows = {
        //  phase         meanwhile      until            next          by                  in trouble
        Row{kConnecting,  nullptr,       &A::IsObserved,  kObserving,   &A::Observe,        kUntouched},
        Row{kObserving,   &A::HoldStill, &A::IsStill,     kPreparing,   &A::Decide,         kUntouched},
        Row{kPreparing,   nullptr,       &A::IsObserved,  kIntending,   &A::Intend,         kUntouched},
        Row{kIntending,   nullptr,       &A::IsSaved,     kPulling,     &A::Pull,           kSaving},
        Row{kPulling,     &A::Proceed,   &A::IsDone,      kPulled,      &A::ListImages,     kWorking},
        Row{kPulled,      nullptr,       &A::IsObserved,  kInspecting,  &A::Inspect,        kWorking},
        Row{kInspecting,  nullptr,       &A::MayExecute,  kExecuting,   &A::Execute,        kWorking},
        Row{kExecuting,   &A::Proceed,   &A::IsUp,        kClosing,     &A::LookAtLast,     kWorking},
        Row{kClosing,     nullptr,       &A::IsClosed,    kConcluding,  &A::Succeed,        kWorking},
        Row{kSettling,    nullptr,       &A::IsQuiet,     kDiagnosing,  &A::Diagnose,       kStopping},
        Row{kDiagnosing,  nullptr,       &A::IsDiagnosed, kRollingBack, &A::RollBack,       kUndoing},
        Row{kRollingBack, &A::Proceed,   &A::IsIdle,      kConcluding,  &A::ConcludeFailed, kUndoing},
        Row{kConcluding,  nullptr,       &A::IsSaved,     kFinished,    &A::End,            kEnding},
    };
    static_assert(kRows.size() == static_cast<size_t>(kFinished));  // each once, in the order of Phase:
    static_assert(std::ranges::is_sorted(kRows, std::ranges::less_equal(), &Row::phase));
    return kRows[static_cast<size_t>(phase)];
  }
  // clang-format on

  std::vector<Action> Take(const Event& event) {
    return deploy::TakeStep(
        event, out_, phase_, [this](const auto&... told) { On(told...); }, [this] { GoOn(); });
  }

  void GoOn() {
    if (RowOf(phase_).trouble.events == Events::kJudged) Fail(watch_.TakeFailures());
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
    const std::optional<Known>& known = input_->known;
    known.has_value() ? observation_.Know(*known, project(), out_) : observation_.Connect(out_);
  }
  void On(const Saved& saved) { saved_ = saved.status; }
  void On(const Interrupted& interrupted) {
    const Trouble& trouble = RowOf(phase_).trouble;
    const auto act = signal_.has_value() ? trouble.interrupt_again : trouble.interrupt;
    signal_ = interrupted.signal;
    if (act != nullptr) (this->*act)();
  }
  void On(const StreamOpened& event) { Hear(event); }
  void On(const StreamEvent& event) { Hear(event); }
  void On(const StreamEnded& event) { Hear(event); }
  template <typename OfStream>
  void Hear(const OfStream& event) {
    if (RowOf(phase_).trouble.events != Events::kIgnored) watch_.On(event, out_);
  }

  void On(const WhatIsThere& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply, project(), out_)); }
  void On(const WhoHoldsNames& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply)); }
  void On(const WhatImageSays& asked, const Reply& reply) { OnObserved(observation_.On(asked, reply)); }
  void On(const OperationCall& call, const Reply& reply) {
    const std::optional<Reply> end = TakeAnswer(execution_, claim_, call, reply, project(), out_);
    if (end.has_value()) OnOperation(call.operation, *end);
  }
  void On(const GiveNetworkUp&, const Reply&) {}  // where it stays, the maker of the older one gives way to it
  void On(const WhatRunsNow& asked, const Reply& reply) { watch_.On(asked, reply, out_); }
  void On(const WhatRunsAtLast& asked, const Reply& reply) { watch_.On(asked, reply, out_); }
  void On(const WhatProbeSaid& asked, const Reply& reply) { watch_.On(asked, reply, out_); }
  void On(const StartAgain& asked, const Reply& reply) { watch_.On(asked, reply); }
  void On(const WhyItFailed& asked, const Reply& reply) { Diagnosis::On(asked, reply, failures_); }
  void On(const WhatItWrote& asked, const Reply& reply) { Diagnosis::On(asked, reply, failures_); }
  void On(const WhoHasPort& asked, const Reply& reply) { Diagnosis::On(asked, reply, failures_); }
  void On(const WhatThereIsNow& asked, const Reply& reply) { diagnosis_.On(asked, reply); }
  void On(const IsItThere&, const Reply& reply) { OnPing(reply.ok()); }
  void On(const WhoUsesIt&, const Reply&) {}  // a delete asks that

  void On(const Timeout&) {
    const auto act = RowOf(phase_).trouble.time_out;
    if (act != nullptr) (this->*act)();
  }
  void On(const Silence&) { out_.Request(IsItThere{}, engine::Ping{}, kForPing); }
  void On(const LookAgain&) { observation_.Observe(project(), out_); }
  void On(const LookForNetworks& timer) { claim_.On(timer, out_); }
  void On(const OpenAgain& timer) { watch_.On(timer, out_); }
  void On(const ListAgain& timer) { watch_.On(timer, out_); }
  void On(const Deaf& timer) { watch_.On(timer, out_); }
  void On(const Steady& timer) { watch_.On(timer); }
  void On(const Ready& timer) { watch_.On(timer, out_); }
  void On(const Hurry&) {}  // a delete has these
  void On(const Kill&) {}

  std::shared_ptr<const deploy::SecretFilter> secrets_;
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_APPLY_H_
