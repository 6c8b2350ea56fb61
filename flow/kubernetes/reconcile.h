// Deciding: what should be, held against what the cluster has and what dry runs say would become of it → a plan. Nothing
// after it decides.
//
// An object that is not there is created; one that would become another is changed, with the fields as the reason; what
// cannot be changed in place (a job's pods, a selector) is removed and created; what has the pipeline's labels and is no
// longer wanted is removed. Fields that others have set and the file does not name are no difference: the dry run leaves
// them as they are. A claim is never removed or replaced: it holds someone's data.
#ifndef FLOW_KUBERNETES_RECONCILE_H_
#define FLOW_KUBERNETES_RECONCILE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api/refusal.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/difference.h"
#include "flow/kubernetes/observation.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/operations.h"
#include "flow/kubernetes/removal.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::kubernetes {

struct ReconcileOptions {
  bool force_recreate = false;  // every workload is replaced
};

struct Reconciliation {
  Plan plan;
  // What a person should know of it: what was changed by someone else, and what differs and stays so.
  std::vector<std::string> notes;
  // What keeps all of it from being done, a line each; then the plan means nothing.
  std::vector<std::string> conflicts;
  // Whose pods are made anew.
  std::set<std::string> remade;
  // Another apply of the pipeline has made or replaced something since this one looked: the plan means nothing.
  bool by_another = false;
};

// `observed` and `comparisons` are of the same look.
Reconciliation Reconcile(const project::Project& project, const Desired& desired, const Observed& observed,
                         const Comparisons& comparisons, const ReconcileOptions& options);

// Why nothing can be put into the pipeline's own namespace: it is someone else's, or on its way out. Empty: it can.
std::string NamespaceProblem(const Place& place, const Observed& observed);

// How it is done

namespace internal {

// Whether a document was refused because of what is there: as a new object the cluster would take it.
inline bool IsImmutable(const api::ObjectName& object, const absl::Status& refused) {
  if (!absl::IsInvalidArgument(refused)) return false;
  if (absl::StrContains(refused.message(), "immutable")) return true;
  const auto refusal = api::RefusalOf(refused);
  if (object.kind != api::Kind::kService || !refusal.has_value()) return false;
  for (const api::Refusal::Cause& cause : refusal->causes) {
    if (!absl::StartsWith(cause.field, "spec.clusterIP")) return false;  // the only one that keeps its value
  }
  return !refusal->causes.empty();
}

class Reconciler {
 public:
  Reconciler(const project::Project& project, const Desired& desired, const Observed& observed,
             const Comparisons& comparisons, const ReconcileOptions& options)
      : project_(project),
        desired_(desired),
        observed_(observed),
        comparisons_(comparisons),
        options_(options),
        builder_(&result_.plan) {}

  Reconciliation Run() && {
    FindLeaving();
    for (const DesiredObject& one : desired_.objects()) Decide(one);
    for (const ObjectPtr& object : leaving_) PlanLeaving(*object);
    return std::move(result_);
  }

 private:
  // In the order in which they begin; what is in one may wait for components besides.
  enum Stage : uint32_t { kNamespace, kSurroundings, kRun, kClear };

  static Stage StageOf(api::Kind kind) {
    return kind == api::Kind::kNamespace ? kNamespace : IsWorkload(kind) ? kRun : kSurroundings;
  }

  // Workloads that are no longer wanted go before others of their component come: what was a job may be a deployment now.
  void FindLeaving() {
    std::vector<ObjectPtr> workloads;
    for (const api::Kind kind : kOwnKinds) {
      if (kind == api::Kind::kPod) continue;
      for (const ObjectPtr& object : observed_.OfKind(kind)) {
        if (desired_.Find(object->id()) != nullptr) continue;
        (IsWorkload(kind) ? workloads : leaving_).push_back(object);
      }
    }
    AddWorkloadRemovals(workloads, InputsByType(workloads), "no longer in the file", kRun, &result_.plan);
    uint32_t index = 0;
    for (Operation& operation : *result_.plan.mutable_operations()) {
      removals_[operation.component()].push_back(index++);
      const bool stays = project::FindService(project_, operation.component()) != nullptr;
      if (stays) operation.set_reason("its restart policy changed");
    }
  }

  void PlanLeaving(const api::Object& object) {
    if (object.kind == api::Kind::kClaim) {
      result_.notes.push_back(
          absl::StrCat(TextOf(object.id()), " is no longer in the file; it stays, and so does what it holds"));
      return;
    }
    builder_.Add(OperationKind::kRemove, object.id(), object.label(project::kComponentLabel), "no longer in the file",
                 kClear, object.uid());
  }

  void Decide(const DesiredObject& one) {
    const ObjectPtr there = observed_.Find(one.object);
    const auto found = comparisons_.find(one.object);
    const Comparison& comparison = found == comparisons_.end() ? Comparison() : found->second;
    if (there == nullptr) return DecideNew(one, comparison);
    if (there->is_going()) return DecideGoing(one, *there);
    if (!comparison.differences.has_value()) return DecideRefused(one, *there, comparison);
    const std::vector<Difference>& differences = *comparison.differences;
    if (IsWorkload(one.object.kind) && options_.force_recreate) return Replace(one, *there, "--force_recreate");
    if (HasCondition(*there, "Failed")) return Replace(one, *there, "it has failed");
    if (differences.empty()) return;
    const std::string reason = FieldsText(one.object.kind, differences);
    for (const std::string& field : comparison.taken_over) {
      result_.notes.push_back(absl::StrCat(TextOf(one.object), ": ", field, " is taken back: ", reason));
    }
    Operation& change =
        builder_.Add(OperationKind::kChange, one.object, one.component, reason, StageOf(one.object.kind), there->uid());
    if (!IsWorkload(one.object.kind)) return;
    AddWaits(one, change);
    if (ChangesPods(differences)) result_.remade.insert(one.component);
  }

  void DecideNew(const DesiredObject& one, const Comparison& comparison) {
    if (comparison.holder != nullptr && IsOwned(*comparison.holder, IdOf(project_))) {
      result_.by_another = true;
      return;
    }
    if (comparison.holder != nullptr) {
      return Conflict(one,
                      absl::StrCat("the name of ", TextOf(one.object), " is held by ", OwnerText(*comparison.holder),
                                   "; remove that, or give the component another id"));
    }
    if (!comparison.refused.ok()) return Refuse(one, comparison.refused);
    Create(one, "not there");
  }

  void DecideGoing(const DesiredObject& one, const api::Object& there) {
    if (one.object.kind == api::Kind::kClaim) {
      return Conflict(one, absl::StrCat(TextOf(one.object), " is being removed (held by ", FinalizersOf(there),
                                        "); apply again when it is gone"));
    }
    Replace(one, there, "is being removed");
  }

  void DecideRefused(const DesiredObject& one, const api::Object& there, const Comparison& comparison) {
    const auto fields = [&] {
      const text::Value document = text::Made(one.document);
      const std::string text = FieldsText(one.object.kind, Differences(there.document, document, Compare::kNamed));
      return text.empty() ? std::string("it cannot be changed in place") : text;
    };
    if (absl::IsAborted(comparison.refused)) {
      result_.by_another = true;
      return;
    }
    const bool is_claim = one.object.kind == api::Kind::kClaim;
    if (is_claim && (absl::IsInvalidArgument(comparison.refused) || absl::IsPermissionDenied(comparison.refused))) {
      result_.notes.push_back(
          absl::StrCat(TextOf(one.object), " stays as it is, as a claim cannot be changed: ", fields()));
      return;
    }
    if (!IsImmutable(one.object, comparison.refused)) return Refuse(one, comparison.refused);
    Replace(one, there, fields());
  }

  void Refuse(const DesiredObject& one, const absl::Status& refused) {
    const std::optional<api::Refusal> refusal = api::RefusalOf(refused);
    if (absl::IsNotFound(refused) && refusal.has_value() && refusal->kind == "namespaces") {
      // Said of each object that should be in it.
      result_.conflicts = {absl::StrCat("there is no namespace \"", refusal->name,
                                        "\" on the cluster; `kubectl create namespace ", refusal->name, "` makes it")};
      return;
    }
    Conflict(one, absl::StrCat("the cluster would not take ", TextOf(one.object), ": ", refused.message()));
  }

  void Conflict(const DesiredObject& one, absl::string_view what) {
    result_.conflicts.push_back(absl::StrCat(one.component.empty() ? "" : absl::StrCat(one.component, ": "), what));
  }

  void Create(const DesiredObject& one, absl::string_view reason) {
    Operation& create =
        builder_.Add(OperationKind::kCreate, one.object, one.component, reason, StageOf(one.object.kind));
    if (!IsWorkload(one.object.kind)) return;
    result_.remade.insert(one.component);
    AddWaits(one, create);
    const auto old = removals_.find(one.component);
    if (old != removals_.end()) create.mutable_after()->Assign(old->second.begin(), old->second.end());
  }

  // The old one runs until the new one may start.
  void Replace(const DesiredObject& one, const api::Object& there, absl::string_view why) {
    const std::string reason = absl::StrCat("replaced: ", why);
    Operation& remove =
        builder_.Add(OperationKind::kRemove, one.object, one.component, reason, StageOf(one.object.kind), there.uid());
    const uint32_t removed_by = builder_.last();
    if (IsWorkload(one.object.kind)) {
      removals_[one.component].push_back(removed_by);
      AddWaits(one, remove);
    }
    Create(one, reason);
    if (!IsWorkload(one.object.kind)) result_.plan.mutable_operations()->rbegin()->add_after(removed_by);
  }

  void AddWaits(const DesiredObject& one, Operation& operation) const {
    const project::Service* const service = project::FindService(project_, one.component);
    for (const project::Dependency& dependency : service->depends_on()) {
      const project::Service* const other = project::FindService(project_, dependency.service());
      Wait& wait = *operation.add_wait();
      wait.set_component(dependency.service());
      wait.set_condition(dependency.condition() == project::Dependency::COMPLETED ? Wait::COMPLETED
                         : other != nullptr && other->has_health_check()          ? Wait::HEALTHY
                                                                                  : Wait::RUNNING);
    }
  }

  const project::Project& project_;
  const Desired& desired_;
  const Observed& observed_;
  const Comparisons& comparisons_;
  const ReconcileOptions& options_;
  Reconciliation result_;
  PlanBuilder builder_;
  std::map<std::string, std::vector<uint32_t>> removals_;  // of workloads, by component: operations
  std::vector<ObjectPtr> leaving_;                         // but for workloads
};

}  // namespace internal

inline Reconciliation Reconcile(const project::Project& project, const Desired& desired, const Observed& observed,
                                const Comparisons& comparisons, const ReconcileOptions& options) {
  return internal::Reconciler(project, desired, observed, comparisons, options).Run();
}

inline std::string NamespaceProblem(const Place& place, const Observed& observed) {
  const ObjectPtr there = observed.Find(place.NamespaceObject());
  if (there == nullptr) return "";
  if (!IsOwned(*there, place.id)) {
    return absl::StrCat("the namespace ", place.namespace_, " is held by ", OwnerText(*there),
                        "; --kube_namespace=NAME puts the pipeline into a namespace that is there");
  }
  if (!there->is_going()) return "";
  return absl::StrCat("the namespace ", place.namespace_, " is being deleted; apply again when it is gone");
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_RECONCILE_H_
