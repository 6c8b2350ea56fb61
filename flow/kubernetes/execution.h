// A cluster's side of carrying out a plan: the call that each operation makes, and what its answer comes to. A removal is
// done when the object is gone, which its answer tells of the one and the watch of the other; a workload is gone when its
// pods are. A node may take a minute to give up a pod of which nothing runs any more (kubelet 1.20: the status goes out every
// 10 s, and where the container was cleaned up before, at the next look at all pods): what is left of it is removed here.
#ifndef FLOW_KUBERNETES_EXECUTION_H_
#define FLOW_KUBERNETES_EXECUTION_H_

#include <cstdint>
#include <functional>
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
#include "flow/deploy/execution.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/deadlines.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/difference.h"
#include "flow/kubernetes/failure.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/operations.h"
#include "flow/kubernetes/pod_report.h"
#include "flow/kubernetes/watch.h"
#include "flow/project/labels.h"
#include "flow/text/listed.h"

namespace flow::kubernetes {

class Execution : public deploy::Execution<Cluster> {
 public:
  // How an operation ended: the object as it is then (none of one that is gone), or why it failed.
  struct End {
    uint32_t operation;
    absl::StatusOr<ObjectPtr> result;
  };

  explicit Execution(std::string namespace_ = "") : namespace_(std::move(namespace_)) {}

  // From now on this plan, which was made for objects as they are in `planned_on`.
  void Start(Plan plan, Observed planned_on) {
    deploy::Execution<Cluster>::Start(std::move(plan));
    planned_on_ = std::make_shared<const Observed>(std::move(planned_on));
    going_.clear();
    leaving_.clear();
    cleared_.clear();
    tries_.clear();
    removals_.clear();
    for (uint32_t index = 0; index < static_cast<uint32_t>(this->plan().operations_size()); ++index) {
      const Operation& operation = this->plan().operations(static_cast<int>(index));
      if (KindOf(operation) == OperationKind::kRemove) removals_.emplace(operation.target(), index);
    }
  }

  // Makes the calls of all operations that may begin; `begins` is told of each before.
  void Begin(const Desired& desired, const Watch& watch, const std::function<bool(const Wait&)>& reached,
             const std::function<void(const Operation&)>& begins, Outbox& out) {
    Pump(
        reached,
        [&](uint32_t index) {
          begins(plan().operations(static_cast<int>(index)));
          return Request{CallOf(index, desired, watch.known().Find(ObjectOf(index))), kWriteDeadline};
        },
        out);
  }

  // Each takes an answer in. Nothing: the operation goes on.

  std::optional<End> On(const OperationCall& call, const absl::StatusOr<api::Reply>& reply, const Desired& desired,
                        const Watch& watch, Outbox& out) {
    const uint32_t index = call.operation;
    if (SaysNotThere(reply.status())) {
      auto apply = std::get<api::Apply>(CallOf(index, desired, nullptr));
      apply.only = {};
      out.Request(call, std::move(apply), kWriteDeadline);
      return std::nullopt;
    }
    if (KindOf(plan().operations(static_cast<int>(index))) == OperationKind::kRemove) {
      return OnRemoval(index, reply, watch, out);
    }
    // Someone has changed it since: its status perhaps, which is no harm.
    const bool changed =
        absl::IsAborted(reply.status()) && KindOf(plan().operations(static_cast<int>(index))) == OperationKind::kChange;
    if (changed && ++tries_[index] <= kMostTries) {
      out.Request(WhatItIsNow{index}, api::Get{ObjectOf(index)}, kLookDeadline);
      return std::nullopt;
    }
    if (!reply.ok()) return Fails(index, reply.status(), out);
    return Ends(index, std::make_shared<const api::Object>(std::get<api::Object>(*reply)), out);
  }

  std::optional<End> On(const WhatItIsNow& asked, const absl::StatusOr<api::Reply>& reply, const Desired& desired,
                        Outbox& out) {
    if (!reply.ok()) return Fails(asked.operation, reply.status(), out);
    const auto now = std::make_shared<const api::Object>(std::get<api::Object>(*reply));
    const ObjectPtr planned_on = planned_on_->Find(ObjectOf(asked.operation));
    const bool same = planned_on != nullptr && planned_on->uid() == now->uid() &&
                      Differences(planned_on->document, now->document).empty();
    if (!same) return Fails(asked.operation, absl::AbortedError("it was changed by someone else meanwhile"), out);
    out.Request(OperationCall{asked.operation}, CallOf(asked.operation, desired, now), kWriteDeadline);
    return std::nullopt;
  }

  // What the watch tells of an object: that it is gone, which ends its removal; or of a pod that is left where its workload
  // is to go, which is removed then. Takes the same time however many others there are.
  std::optional<End> On(const Watch::News& news, const Watch& watch, Outbox& out) {
    const api::Object& object = *news.object;
    if (news.deleted) {
      const auto removal = removals_.find(object.uid());
      if (removal == removals_.end() || !going_.contains(removal->second)) return std::nullopt;
      return Ends(removal->second, nullptr, out);
    }
    const std::string& component = object.label(project::kComponentLabel);
    if (object.kind == api::Kind::kPod && leaving_.contains(component)) ClearPods(component, watch, out);
    return std::nullopt;
  }

  // Removals that are answered are not waited for any more: each ends with what holds its object.
  std::vector<End> LeaveGoing(const Watch& watch, Outbox& out) {
    std::vector<End> ends;
    for (const uint32_t index : std::set<uint32_t>(going_)) {
      ends.push_back(*Fails(index, absl::DeadlineExceededError(WhatHolds(index, watch)), out));
    }
    return ends;
  }

  // Nor is anything else that is under way.
  std::vector<End> GiveUpAll(const Watch& watch, Outbox& out) {
    GiveUp([](const Operation&) { return true; }, out);
    return LeaveGoing(watch, out);
  }

  api::ObjectName ObjectOf(uint32_t index) const {
    return kubernetes::ObjectOf(plan().operations(static_cast<int>(index)), namespace_);
  }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    return std::tuple_cat(deploy::Execution<Cluster>::Members(), std::tie(planned_on_, going_, cleared_, tries_));
  }

 private:
  static constexpr int kMostTries = 5;

  api::Call CallOf(uint32_t index, const Desired& desired, const ObjectPtr& now) const {
    return MakeCall(plan().operations(static_cast<int>(index)), ObjectOf(index), desired, now);
  }

  // What comes of it the watch tells. Where it is refused the node does it in its own time.
  void ClearPods(const std::string& component, const Watch& watch, Outbox& out) {
    for (const ObjectPtr& pod : watch.PodsOf(component)) {
      const bool is_left = pod->is_going() && IsAtRest(*pod);
      if (!is_left || !cleared_.insert(pod->uid()).second) continue;
      out.Request(WhatIsLeft{},
                  api::Delete{.object = pod->id(), .only = {.uid = pod->uid()}, .grace = absl::ZeroDuration()},
                  kWriteDeadline);
    }
  }

  // Why what was to go is still there: a workload waits for its pods to end.
  std::string WhatHolds(uint32_t index, const Watch& watch) const {
    std::vector<std::string> pods;
    if (IsWorkload(ObjectOf(index).kind)) {
      for (const ObjectPtr& pod : watch.PodsOf(ComponentOf(index))) pods.push_back(WhereItIs(*pod));
    }
    if (!pods.empty()) return absl::StrCat("waits for ", text::Listed(pods));
    const ObjectPtr there = watch.known().Find(ObjectOf(index));
    return there == nullptr ? "it is still there" : HoldersOf(*there);
  }

  // "pod x on node1, which does not answer".
  static std::string WhereItIs(const api::Object& pod) {
    const std::string& node = pod["spec"]["nodeName"].text();
    return absl::StrCat("pod ", pod.name(), node.empty() ? "" : absl::StrCat(" on ", node),
                        IsCutOff(pod) ? ", which does not answer" : "");
  }

  std::optional<End> OnRemoval(uint32_t index, const absl::StatusOr<api::Reply>& reply, const Watch& watch,
                               Outbox& out) {
    const std::string& uid = plan().operations(static_cast<int>(index)).target();
    if (absl::IsAborted(reply.status()) || absl::IsNotFound(reply.status())) {
      const ObjectPtr known = watch.known().Find(ObjectOf(index));
      const bool is_going = known != nullptr && known->uid() == uid && known->is_going();
      if (is_going && !absl::IsNotFound(reply.status())) {
        Goes(index, watch, out);  // somebody removes it already
        return std::nullopt;
      }
      return Ends(index, nullptr, out);  // another object has that name: the one that was to go is gone
    }
    if (!reply.ok()) return Fails(index, reply.status(), out);
    const auto* const there = std::get_if<api::Object>(&*reply);
    if (there == nullptr || watch.IsGone(uid)) return Ends(index, nullptr, out);
    if (!Watch::Tells(ObjectOf(index).kind)) {
      return Fails(index, absl::FailedPreconditionError(HoldersOf(*there)), out);
    }
    Goes(index, watch, out);
    return std::nullopt;
  }

  // The removal of what is still there is answered.
  void Goes(uint32_t index, const Watch& watch, Outbox& out) {
    going_.insert(index);
    if (!IsWorkload(ObjectOf(index).kind)) return;
    leaving_.insert(ComponentOf(index));
    ClearPods(ComponentOf(index), watch, out);
  }
  void IsOver(uint32_t index) {
    const bool was_going = going_.erase(index) > 0;
    if (was_going && IsWorkload(ObjectOf(index).kind)) leaving_.erase(leaving_.find(ComponentOf(index)));
  }

  const std::string& ComponentOf(uint32_t index) const {
    return plan().operations(static_cast<int>(index)).component();
  }

  std::optional<End> Ends(uint32_t index, ObjectPtr object, Outbox& out) {
    IsOver(index);
    Done(index, object == nullptr ? "" : object->uid(), out);
    return End{index, std::move(object)};
  }

  std::optional<End> Fails(uint32_t index, const absl::Status& status, Outbox& out) {
    IsOver(index);
    const bool by_another = IsByAnother(plan().operations(static_cast<int>(index)), status);
    Failed(index, by_another ? kByAnother : status.message(), out,
           by_another ? Report::Kind::kNote : Report::Kind::kFailed);
    return End{index, status};
  }

  std::string namespace_;
  std::shared_ptr<const Observed> planned_on_ = std::make_shared<const Observed>();
  std::map<std::string, uint32_t> removals_;  // of the plan: uid → operation
  std::set<uint32_t> going_;                  // removals that are answered, whose objects are still there
  std::multiset<std::string> leaving_;        // of those that are of workloads the components
  std::set<std::string> cleared_;             // uids of pods that were at rest, and are removed
  std::map<uint32_t, int> tries_;             // of operations that were refused because of another version
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_EXECUTION_H_
