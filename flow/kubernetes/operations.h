// The operations of a plan for a cluster: each is exactly one call of the API.
#ifndef FLOW_KUBERNETES_OPERATIONS_H_
#define FLOW_KUBERNETES_OPERATIONS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/plan.pb.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/kind.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/contract.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/observed.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// Operation::kind of a plan for a cluster.
enum class OperationKind : uint32_t {
  kCreate,
  kChange,
  kRemove,  // done when the object is gone, and with it what it owns
};

inline OperationKind KindOf(const Operation& operation) { return static_cast<OperationKind>(operation.kind()); }

// What no object has ever been: an apply with it makes what is not there, and is refused (kAborted) where the name is
// taken. So the fields of what it makes are flow's as those of what it changes are; after a POST they would be another
// manager's, and would stay when they leave the file. (etcd's own first version is 1; what is written has a later one.)
inline api::Precondition NotThere() { return {.resource_version = "1"}; }

// Whether a refusal says so itself: up to 1.21 services are made by code of their own, which takes no version at all. Sent
// once more without one, the apply makes it.
inline bool SaysNotThere(const absl::Status& status) {
  return absl::IsInternal(status) &&
         absl::StrContains(status.message(), "resourceVersion should not be set on objects to be created");
}

// Which object an operation is about.
api::ObjectName ObjectOf(const Operation& operation, const std::string& namespace_);

// The call that an operation is. `now`: the object that it changes or removes, as it is known to be; null: it is made, or
// is gone.
api::Call MakeCall(const Operation& operation, const api::ObjectName& object, const Desired& desired,
                   const ObjectPtr& now);

// Adds operations to a plan; each Add returns the one that it added.
class PlanBuilder {
 public:
  explicit PlanBuilder(Plan* plan) : plan_(*plan) {}

  // `target`: the uid of what is there.
  Operation& Add(OperationKind kind, const api::ObjectName& object, absl::string_view component,
                 absl::string_view reason, uint32_t stage, absl::string_view target = "") {
    struct Words {
      const char* action;
      const char* done;
    };
    static constexpr Words kWords[] = {{"create", "created"}, {"change", "changed"}, {"remove", "removed"}};
    const Words& words = kWords[static_cast<uint32_t>(kind)];
    Operation& operation = *plan_.add_operations();
    operation.set_kind(static_cast<uint32_t>(kind));
    operation.set_action(words.action);
    operation.set_done(words.done);
    operation.set_object(std::string(WordOf(object.kind)));
    operation.set_name(object.name);
    operation.set_component(std::string(component));
    operation.set_reason(std::string(reason));
    operation.set_target(std::string(target));
    operation.set_stage(stage);
    return operation;
  }

  // The index of the operation that was added last.
  uint32_t last() const { return plan_.operations_size() - 1; }

 private:
  Plan& plan_;
};

// How it is done

inline api::ObjectName ObjectOf(const Operation& operation, const std::string& namespace_) {
  for (const api::KindNames& names : api::kKinds) {
    if (WordOf(names.kind) != operation.object()) continue;
    return {names.kind, names.namespaced ? namespace_ : "", operation.name()};
  }
  return {};
}

inline api::Call MakeCall(const Operation& operation, const api::ObjectName& object, const Desired& desired,
                          const ObjectPtr& now) {
  if (KindOf(operation) == OperationKind::kRemove) {
    return api::Delete{
        .object = object,
        .only = {.uid = operation.target()},
        .propagation = IsWorkload(object.kind) ? api::Propagation::kForeground : api::Propagation::kBackground};
  }
  api::Apply apply{.object = object, .document = desired.Find(object)->document, .only = NotThere()};
  if (KindOf(operation) == OperationKind::kChange) {
    apply.only = {.uid = operation.target(), .resource_version = now == nullptr ? "" : now->resource_version()};
  }
  return apply;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OPERATIONS_H_
