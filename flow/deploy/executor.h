// Doing: which operation of a plan may begin next, and which containers it made. It decides nothing.
#ifndef FLOW_DEPLOY_EXECUTOR_H_
#define FLOW_DEPLOY_EXECUTOR_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/deploy/plan.pb.h"

namespace flow::deploy {

// The progress of one plan. A value: copying it copies the progress and shares the plan.
class Executor {
 public:
  Executor() : Executor(Plan()) {}
  explicit Executor(Plan plan)
      : plan_(std::make_shared<const Plan>(std::move(plan))), progress_(plan_->operations_size(), Progress::kPending) {}

  // The operations that may begin now, which begin by this: the caller makes their calls. `reached` tells whether a
  // component is where a Wait wants it.
  std::vector<uint32_t> Begin(const std::function<bool(const Wait&)>& reached) {
    std::vector<uint32_t> begun;
    if (stopped_) return begun;
    const uint32_t stage = CurrentStage();
    for (uint32_t index = 0; index < progress_.size(); ++index) {
      const Operation& operation = plan_->operations(index);
      if (progress_[index] != Progress::kPending || operation.stage() > stage) continue;
      const bool may = std::all_of(operation.after().begin(), operation.after().end(),
                                   [&](uint32_t earlier) { return progress_[earlier] >= Progress::kDone; }) &&
                       std::all_of(operation.wait().begin(), operation.wait().end(), reached);
      if (!may) continue;
      progress_[index] = Progress::kRunning;
      begun.push_back(index);
    }
    return begun;
  }

  // An operation's call was answered. `made` is the id of what it created, where it created something.
  void Done(uint32_t index, absl::string_view made = "") {
    progress_[index] = Progress::kDone;
    if (!made.empty()) made_[index] = std::string(made);
  }

  // An operation failed. What comes after it goes on all the same, as a removal wants it, unless Stop is called.
  void Failed(uint32_t index) { progress_[index] = Progress::kFailed; }

  // Nothing further begins.
  void Stop() { stopped_ = true; }

  // No call is under way.
  bool Idle() const {
    return std::none_of(progress_.begin(), progress_.end(), [](Progress p) { return p == Progress::kRunning; });
  }

  // Every operation is done or failed.
  bool Finished() const {
    return std::all_of(progress_.begin(), progress_.end(), [](Progress p) { return p >= Progress::kDone; });
  }

  // The container an operation is about: the one that was there, or the one that the plan made.
  std::string Target(uint32_t index) const {
    const Operation& operation = plan_->operations(index);
    if (!operation.has_made_by()) return operation.target();
    const auto found = made_.find(operation.made_by());
    return found == made_.end() ? "" : found->second;
  }

  bool IsDone(uint32_t index) const { return progress_[index] == Progress::kDone; }
  bool IsRunning(uint32_t index) const { return progress_[index] == Progress::kRunning; }
  bool IsFailed(uint32_t index) const { return progress_[index] == Progress::kFailed; }

  const Plan& plan() const { return *plan_; }
  const std::map<uint32_t, std::string>& made() const { return made_; }

  // A letter an operation: what a test tells states apart by.
  std::string DebugString() const {
    std::string text(stopped_ ? "!" : "");
    for (const Progress progress : progress_) text += "-r+x"[static_cast<int>(progress)];
    return text;
  }

 private:
  // In this order: what is at least kDone is over.
  enum class Progress : uint8_t { kPending, kRunning, kDone, kFailed };

  uint32_t CurrentStage() const {
    uint32_t stage = UINT32_MAX;
    for (uint32_t index = 0; index < progress_.size(); ++index) {
      if (progress_[index] < Progress::kDone) stage = std::min(stage, plan_->operations(index).stage());
    }
    return stage;
  }

  std::shared_ptr<const Plan> plan_;
  std::vector<Progress> progress_;
  std::map<uint32_t, std::string> made_;  // operation → id
  bool stopped_ = false;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_EXECUTOR_H_
