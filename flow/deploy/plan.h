// Making and printing plans.
#ifndef FLOW_DEPLOY_PLAN_H_
#define FLOW_DEPLOY_PLAN_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/observed.h"
#include "flow/deploy/plan.pb.h"

namespace flow::deploy {

// What a person calls an operation: "create container".
inline absl::string_view KindText(Operation::Kind kind) {
  switch (kind) {
    case Operation::PULL_IMAGE:
      return "pull image";
    case Operation::CREATE_NETWORK:
      return "create network";
    case Operation::CREATE_VOLUME:
      return "create volume";
    case Operation::CREATE_CONTAINER:
      return "create container";
    case Operation::RENAME_CONTAINER:
      return "rename container to";
    case Operation::START_CONTAINER:
      return "start container";
    case Operation::UNPAUSE_CONTAINER:
      return "unpause container";
    case Operation::STOP_CONTAINER:
      return "stop container";
    case Operation::REMOVE_CONTAINER:
      return "remove container";
    case Operation::REMOVE_NETWORK:
      return "remove network";
    case Operation::REMOVE_VOLUME:
      return "remove volume";
    default:
      return "nothing";
  }
}

// "create container flow-x-sink-1", without the reason.
inline std::string OperationText(const Operation& operation) {
  return absl::StrCat(KindText(operation.kind()), " ", operation.name());
}

// "container flow-x-sink-1 created": the same, when it is done.
inline std::string DoneText(const Operation& operation) {
  absl::string_view kind = KindText(operation.kind());
  if (operation.kind() == Operation::RENAME_CONTAINER) return absl::StrCat("container renamed to ", operation.name());
  const size_t space = kind.find(' ');
  const absl::string_view verb = kind.substr(0, space), object = kind.substr(space + 1);
  const absl::string_view ending = absl::EndsWith(verb, "e") ? "d" : absl::EndsWith(verb, "op") ? "ped" : "ed";
  return absl::StrCat(object, " ", operation.name(), " ", verb, ending);
}

// The plan as people and tests read it: one line an operation, with its reason.
inline std::string PlanText(const Plan& plan) {
  std::string text;
  for (const Operation& operation : plan.operations()) {
    absl::StrAppend(&text, OperationText(operation), ": ", operation.reason(), "\n");
  }
  return text;
}

// The same as data, appended to `report`.
inline void AddOperations(const Plan& plan, PlanReport* report) {
  for (const Operation& operation : plan.operations()) {
    const std::vector<absl::string_view> words = absl::StrSplit(KindText(operation.kind()), ' ');
    PlannedOperation& planned = *report->add_operations();
    planned.set_action(std::string(words.at(0)));
    planned.set_object(std::string(words.at(1)));
    planned.set_name(operation.name());
    planned.set_component(operation.component());
    planned.set_reason(operation.reason());
  }
}

// Builds a plan operation by operation; each Add returns the index that later ones refer to.
class PlanBuilder {
 public:
  explicit PlanBuilder(Plan* plan) : plan_(*plan) {}

  Operation& Add(Operation::Kind kind, absl::string_view name, absl::string_view reason, uint32_t stage) {
    Operation& operation = *plan_.add_operations();
    operation.set_kind(kind);
    operation.set_name(std::string(name));
    operation.set_reason(std::string(reason));
    operation.set_stage(stage);
    return operation;
  }

  // An operation on a container that is there.
  Operation& Add(Operation::Kind kind, const Container& container, absl::string_view reason, uint32_t stage) {
    Operation& operation = Add(kind, container.name, reason, stage);
    operation.set_component(container.component);
    operation.set_number(container.number);
    operation.set_target(container.id);
    return operation;
  }

  // The index of the operation that was added last.
  uint32_t last() const { return plan_.operations_size() - 1; }

 private:
  Plan& plan_;
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_PLAN_H_
