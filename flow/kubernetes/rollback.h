// What a failed apply has to take away again. Where another apply is at work on the pipeline it takes away nothing: the
// other one may stand on all that there is, whoever made it.
#ifndef FLOW_KUBERNETES_ROLLBACK_H_
#define FLOW_KUBERNETES_ROLLBACK_H_

#include <algorithm>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/execution.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/operations.h"
#include "flow/kubernetes/removal.h"
#include "flow/pipeline/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/listed.h"

namespace flow::kubernetes {

// The command that removes what an apply had to leave.
inline std::string DeleteCommand(const PipelineId& id) {
  return absl::StrCat("flow-delete --driver=kubernetes ",
                      id.namespace_ == pipeline::kDefaultNamespace ? "" : absl::StrCat("-n ", id.namespace_, " "),
                      id.pipeline);
}

// Whether a workload is as it should be.
inline bool IsWell(const api::Object& workload) {
  if (workload.kind == api::Kind::kJob) return !HasCondition(workload, "Failed");
  return workload["status"]["availableReplicas"].number() == workload["spec"]["replicas"].number();
}

// Whether a pipeline was never up, and all there is of it was made by applies that failed or were cut off: then a rollback
// takes it all. Not what was there when the first of them began, nor what was cut off when all was up. Claims and their
// namespace may be there without it: a delete has kept them.
inline bool IsFirstApply(const std::optional<Deployment>& previous, const Observed& observed) {
  const auto is_made = [](const auto& one) {
    return one.first.kind != api::Kind::kNamespace && one.first.kind != api::Kind::kClaim;
  };
  if (!previous.has_value()) return std::none_of(observed.objects.begin(), observed.objects.end(), is_made);
  if (previous->has_succeeded() || !previous->first()) return false;
  if (previous->phase() != Deployment::APPLYING) return true;
  std::set<std::string> well;
  for (const auto& [name, object] : observed.objects) {
    if (IsWorkload(name.kind) && IsWell(*object)) well.insert(object->label(project::kComponentLabel));
  }
  return std::any_of(previous->project().services().begin(), previous->project().services().end(),
                     [&](const project::Service& service) { return !well.contains(service.name()); });
}

// The rollback of one apply. A part of its machine.
class Rollback {
 public:
  // Before the first change of an apply.
  void Prepare(const std::optional<Deployment>& previous, const Observed& observed) {
    first_ = IsFirstApply(previous, observed);
  }

  // For the state: whether the next apply's rollback may take all there is.
  bool first() const { return first_ && !another_; }
  // Another apply is at work.
  bool another() const { return another_; }
  void OnAnother() { another_ = true; }
  // The cluster would not tell all that there is: what is not known stays, and the namespace for it.
  void OnBlind() { blind_ = true; }
  // A create was refused because something has its name: what is there is not this apply's.
  void OnNameTaken(const api::ObjectName& object) { taken_.insert(object); }

  // Finds out what of the pipeline is on the cluster because of this apply; of a first apply all of it but claims that
  // were there before, which may hold someone's data. `observed`: what there was before it; `found`: what there is;
  // `others`: what else is in the pipeline's own namespace.
  void Begin(const Place& place, const Observed& observed, const Observed& found,
             const std::vector<std::string>& others, const Execution& execution) {
    const std::set<api::ObjectName> created = CreatedBy(execution);
    bool keeps_namespace = blind_ || !others.empty();
    if (blind_) left_.push_back("what the cluster would not tell of");
    for (const auto& [name, object] : found.objects) {
      if (name.kind == api::Kind::kPod || !IsOwned(*object, place.id)) continue;
      const ObjectPtr before = observed.Find(name);
      const bool was_there = before != nullptr && before->uid() == object->uid();
      const bool made = !was_there && created.contains(name);
      another_ |= !was_there && !made && !object->is_going();
      const bool is_data = name.kind == api::Kind::kClaim && !made;
      if (is_data) kept_.push_back(TextOf(name));
      keeps_namespace |= is_data;
      if (!is_data && (made || first_)) made_.push_back(object);
    }
    const auto is_namespace = [](const ObjectPtr& object) { return object->kind == api::Kind::kNamespace; };
    if (keeps_namespace) std::erase_if(made_, is_namespace);
    // With the namespace all goes that is in it.
    if (std::any_of(made_.begin(), made_.end(), is_namespace)) {
      std::erase_if(made_, [&](const ObjectPtr& object) { return !is_namespace(object) && !IsWorkload(object->kind); });
    }
    if (!others.empty() && first_) kept_.insert(kept_.end(), others.begin(), others.end());
    FindTouched(execution);
  }

  Plan RemovalPlan(const project::Project& project) const {
    return another_ ? Plan() : PlanRemoval(made_, InputsOf(project), "rolled back");
  }

  void OnNotRemoved(const Operation& operation, const absl::Status& status) {
    left_.push_back(absl::StrCat(operation.object(), " ", operation.name(), " (", status.message(), ")"));
  }

  // The cluster did not answer any more: all may be left.
  void OnUnknown() { left_ = {MayBeLeft()}; }

  const std::vector<std::string>& left() const { return left_; }

  // What was to be taken away, in words.
  std::string MayBeLeft() const {
    std::vector<std::string> names;
    for (const ObjectPtr& object : made_) names.push_back(TextOf(object->id()));
    return names.empty() ? "what was being created" : text::Listed(names);
  }

  // The last line of a failed apply's message: what is left of it. `wanted`: it was not kept from rolling back.
  std::string WhatIsLeft(const PipelineId& id, bool wanted) const {
    const std::string command = absl::StrCat("`", DeleteCommand(id), "` removes ");
    if (!wanted) return absl::StrCat("all is left in place for a look (--norollback); ", command, "it");
    if (!left_.empty()) {
      return absl::StrCat("could not be removed: ", text::Listed(left_), "; ", command, "what is left");
    }
    if (another_) {
      return absl::StrCat(
          "another apply of this pipeline is at work on the cluster: all is left to it. When it is done, apply again; ",
          command, "what is left");
    }
    if (!first_) {
      return absl::StrCat("rolled back: what this apply created is removed, what it did not touch keeps running",
                          touched_.empty() ? ""
                                           : absl::StrCat("\n", text::ListedLines(touched_),
                                                          "\n`flow-apply` with the file as it was before brings that "
                                                          "back"));
    }
    return kept_.empty()
               ? "rolled back: nothing of the pipeline is left on the cluster"
               : absl::StrCat("rolled back: nothing of the pipeline is left on the cluster but ", text::Listed(kept_));
  }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [first, another, blind, taken, made, touched, left, kept] = *this;
    return std::tie(first, another, blind, taken, made, touched, left, kept);
  }

 private:
  // What this apply has created, as far as it knows: a create that was not answered may have been carried out, and what
  // is there under its name is its work.
  std::set<api::ObjectName> CreatedBy(const Execution& execution) const {
    std::set<api::ObjectName> created;
    for (uint32_t index = 0; index < static_cast<uint32_t>(execution.plan().operations_size()); ++index) {
      const bool done = execution.IsDone(index) || execution.IsFailed(index);
      const bool creates = KindOf(execution.plan().operations(static_cast<int>(index))) == OperationKind::kCreate;
      if (creates && done && !taken_.contains(execution.ObjectOf(index))) created.insert(execution.ObjectOf(index));
    }
    return created;
  }

  // Tells what an update has changed or removed of what was there.
  void FindTouched(const Execution& execution) {
    if (first_) return;
    for (uint32_t index = 0; index < static_cast<uint32_t>(execution.plan().operations_size()); ++index) {
      const Operation& operation = execution.plan().operations(static_cast<int>(index));
      if (!execution.IsDone(index) || KindOf(operation) == OperationKind::kCreate) continue;
      touched_.push_back(
          absl::StrCat(operation.object(), " ", operation.name(), " is ", operation.done(), ": ", operation.reason()));
    }
  }

  bool first_ = false;
  bool another_ = false;
  bool blind_ = false;
  std::set<api::ObjectName> taken_;   // creates that were refused because of their names
  std::vector<ObjectPtr> made_;       // what is to be taken away
  std::vector<std::string> touched_;  // a line each
  std::vector<std::string> left_;     // what could not be taken away
  std::vector<std::string> kept_;     // what was there before
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_ROLLBACK_H_
