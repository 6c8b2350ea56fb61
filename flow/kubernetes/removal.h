// What takes objects away: for a delete, for a rollback, and for what has left the file.
#ifndef FLOW_KUBERNETES_REMOVAL_H_
#define FLOW_KUBERNETES_REMOVAL_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/deploy/inputs.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/observed.h"
#include "flow/kubernetes/operations.h"
#include "flow/project/labels.h"

namespace flow::kubernetes {

using deploy::Inputs;
using deploy::InputsOf;

// The inputs as far as the labels of what is there tell, for when the project is not known.
inline Inputs InputsByType(const std::vector<ObjectPtr>& objects) {
  std::map<std::string, std::string> types;
  for (const ObjectPtr& object : objects) {
    types[object->label(project::kComponentLabel)] = object->label(project::kTypeLabel);
  }
  return deploy::InputsByType(types);
}

// Adds the removal of these workloads to a plan, in the stage `stage`: each when those that it reads are gone.
inline void AddWorkloadRemovals(const std::vector<ObjectPtr>& objects, const Inputs& inputs, absl::string_view reason,
                                uint32_t stage, Plan* plan) {
  PlanBuilder builder(plan);
  std::map<std::string, std::vector<ObjectPtr>> of_component;
  std::set<std::string> components;
  for (const ObjectPtr& object : objects) {
    if (!IsWorkload(object->kind)) continue;
    of_component[object->label(project::kComponentLabel)].push_back(object);
    components.insert(object->label(project::kComponentLabel));
  }
  std::map<std::string, std::vector<uint32_t>> removals;  // of a component
  for (const std::string& component : deploy::InDataFlowOrder(components, inputs)) {
    std::set<uint32_t> after;
    if (const auto found = inputs.find(component); found != inputs.end()) {
      for (const std::string& input : found->second) {
        if (input != component) after.insert(removals[input].begin(), removals[input].end());
      }
    }
    for (const ObjectPtr& object : of_component.at(component)) {
      Operation& remove = builder.Add(OperationKind::kRemove, object->id(), component, reason, stage, object->uid());
      remove.mutable_after()->Assign(after.begin(), after.end());
      removals[component].push_back(builder.last());
    }
  }
}

// The plan of a removal: the workloads in the direction in which the data flows, then all else at once, then the namespace,
// where it is among them.
inline Plan PlanRemoval(const std::vector<ObjectPtr>& objects, const Inputs& inputs, absl::string_view reason) {
  Plan plan;
  AddWorkloadRemovals(objects, inputs, reason, /*stage=*/0, &plan);
  PlanBuilder builder(&plan);
  const auto add = [&](bool namespaces, uint32_t stage) {
    for (const ObjectPtr& object : objects) {
      const bool is_namespace = object->kind == api::Kind::kNamespace;
      if (IsWorkload(object->kind) || object->kind == api::Kind::kPod || is_namespace != namespaces) continue;
      builder.Add(OperationKind::kRemove, object->id(), object->label(project::kComponentLabel), reason, stage,
                  object->uid());
    }
  };
  add(/*namespaces=*/false, /*stage=*/1);
  add(/*namespaces=*/true, /*stage=*/2);
  return plan;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_REMOVAL_H_
