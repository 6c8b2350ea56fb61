// How a plan is carried out: which operations may begin, whose call is under way, and how each ended. It decides
// nothing: what an operation asks of its target, and what an answer means, is told to it.
#ifndef FLOW_DEPLOY_EXECUTION_H_
#define FLOW_DEPLOY_EXECUTION_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/plan.pb.h"

namespace flow::deploy {

// The purpose of the calls of an operation of the plan that is being carried out.
struct OperationCall {
  uint32_t operation;  // its index
};

// The progress of one plan, whose operations are named by their indices. A value: copying it copies the progress and
// shares the plan. Its calls are sent as OperationCalls, which Target::Purpose holds.
template <typename Target>
class Execution {
 public:
  // The call of an operation: what is asked, and how long the target may take to answer.
  struct Request {
    typename Target::Call call;
    absl::Duration deadline;
  };

  Execution() { Start(Plan()); }

  // From now on these operations; nothing of another plan is under way.
  void Start(Plan plan) {
    plan_ = std::make_shared<const Plan>(std::move(plan));
    progress_.assign(plan_->operations_size(), Progress::kPending);
    open_.clear();
    for (const Operation& operation : plan_->operations()) ++open_[operation.stage()];
    running_ = 0;
    moved_ = true;
    made_.clear();
    stopped_ = false;
  }

  // Makes the calls of all operations that may begin. `reached` tells whether a component is where a Wait wants it;
  // `request_of(index)` is what the operation asks. What each comes to is told by Done or Failed.
  template <typename RequestOf>
  void Pump(const std::function<bool(const Wait&)>& reached, const RequestOf& request_of, Outbox<Target>& out) {
    for (const uint32_t index : Begin(reached)) {
      out.Tell(Report::Kind::kBegun, plan_->operations(index), OperationText(plan_->operations(index)));
      Request request = request_of(index);
      out.Request(OperationCall{index}, std::move(request.call), request.deadline);
    }
  }

  // `made` is the id of what the operation created, where it created something.
  void Done(uint32_t index, absl::string_view made, Outbox<Target>& out) {
    Set(index, Progress::kDone);
    if (!made.empty()) made_[index] = std::string(made);
    out.Tell(Report::Kind::kDone, plan_->operations(index), DoneText(plan_->operations(index)));
  }

  // What comes after a failed operation goes on all the same, as a removal wants it, unless Stop is called. `as`: what
  // that is for who looks on.
  void Failed(uint32_t index, absl::string_view why, Outbox<Target>& out, Report::Kind as = Report::Kind::kFailed) {
    Set(index, Progress::kFailed);
    const Operation& operation = plan_->operations(index);
    out.Tell(as, operation, absl::StrCat(OperationText(operation), ": ", why));
  }

  // It counts as done, though nobody did it, and that is not told.
  void Skip(uint32_t index) { Set(index, Progress::kDone); }

  // These operations wait for no other any more.
  void Free(const std::function<bool(const Operation&)>& which) {
    Plan plan = *plan_;
    for (Operation& operation : *plan.mutable_operations()) {
      if (which(operation)) operation.clear_after();
    }
    plan_ = std::make_shared<const Plan>(std::move(plan));
    moved_ = true;
  }

  // The calls of these operations are no longer awaited, and count as failed, which is not told.
  void GiveUp(const std::function<bool(const Operation&)>& which, Outbox<Target>& out) {
    out.Cancel([&](const typename Target::Purpose& purpose) {
      const auto* call = std::get_if<OperationCall>(&purpose);
      if (call == nullptr || !which(plan_->operations(call->operation))) return false;
      Set(call->operation, Progress::kFailed);
      return true;
    });
  }

  // Nothing further begins.
  void Stop() { stopped_ = true; }

  // No call is under way.
  bool Idle() const { return running_ == 0; }

  // Those whose call is under way, in the plan's order.
  std::vector<Operation> UnderWay() const {
    std::vector<Operation> under_way;
    for (uint32_t index = 0; index < progress_.size(); ++index) {
      if (progress_[index] == Progress::kRunning) under_way.push_back(plan_->operations(index));
    }
    return under_way;
  }

  // Every operation is done or failed.
  bool Finished() const { return open_.empty(); }

  // Whether, for all that the plan itself asks, an operation may begin that could not at the last Pump: where not, one may
  // only because a component is by now where a Wait wants it.
  bool HasMoved() const { return moved_; }

  // The target's id of what an operation is about: of what was there, or of what this plan made. Empty: not made.
  std::string ObjectId(uint32_t index) const {
    const Operation& operation = plan_->operations(index);
    if (!operation.has_made_by()) return operation.target();
    const auto found = made_.find(operation.made_by());
    return found == made_.end() ? "" : found->second;
  }

  bool IsDone(uint32_t index) const { return progress_[index] == Progress::kDone; }
  bool IsFailed(uint32_t index) const { return progress_[index] == Progress::kFailed; }

  const Plan& plan() const { return *plan_; }
  // The ids of what was made, by the operation that made it.
  const std::map<uint32_t, std::string>& made() const { return made_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [plan, progress, open, running, moved, made, stopped] = *this;
    return std::tie(plan, progress, made, stopped);  // the others follow from progress, and what Pump has seen of it
  }

 private:
  // In this order: what is at least kDone is over.
  enum class Progress : uint8_t { kPending, kRunning, kDone, kFailed };

  std::vector<uint32_t> Begin(const std::function<bool(const Wait&)>& reached) {
    std::vector<uint32_t> begun;
    moved_ = false;
    if (stopped_ || open_.empty()) return begun;
    const uint32_t stage = open_.begin()->first;
    for (uint32_t index = 0; index < progress_.size(); ++index) {
      if (progress_[index] != Progress::kPending) continue;
      const Operation& operation = plan_->operations(index);
      if (operation.stage() > stage) continue;
      const bool may = std::all_of(operation.after().begin(), operation.after().end(),
                                   [&](uint32_t earlier) { return progress_[earlier] >= Progress::kDone; }) &&
                       std::all_of(operation.wait().begin(), operation.wait().end(), reached);
      if (!may) continue;
      Set(index, Progress::kRunning);
      begun.push_back(index);
    }
    return begun;
  }

  void Set(uint32_t index, Progress progress) {
    Progress& of_operation = progress_[index];
    if (of_operation == Progress::kRunning) --running_;
    if (progress == Progress::kRunning) ++running_;
    if (of_operation < Progress::kDone && progress >= Progress::kDone) {
      moved_ = true;
      const auto open = open_.find(plan_->operations(index).stage());
      if (--open->second == 0) open_.erase(open);
    }
    of_operation = progress;
  }

  std::shared_ptr<const Plan> plan_;
  std::vector<Progress> progress_;
  std::map<uint32_t, uint32_t> open_;  // stage → how many of its operations are not over; those with none are not there
  uint32_t running_ = 0;               // operations
  bool moved_ = false;                 // something is over since Begin
  std::map<uint32_t, std::string> made_;  // operation → id
  bool stopped_ = false;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_EXECUTION_H_
