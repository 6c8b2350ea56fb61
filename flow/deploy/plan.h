// Plans as people, tests and programs read them.
#ifndef FLOW_DEPLOY_PLAN_H_
#define FLOW_DEPLOY_PLAN_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/plan.pb.h"

namespace flow::deploy {

// "create container flow-x-sink-1", "rename container to flow-x-sink-1": without the reason.
inline std::string OperationText(const Operation& operation) {
  return absl::StrCat(operation.action(), " ", operation.object(), operation.action() == "rename" ? " to " : " ",
                      operation.name());
}

// "container flow-x-sink-1 created": the same, when it is done.
inline std::string DoneText(const Operation& operation) {
  const std::string& action = operation.action();
  if (action == "rename") return absl::StrCat(operation.object(), " renamed to ", operation.name());
  const absl::string_view ending = absl::EndsWith(action, "e") ? "d" : absl::EndsWith(action, "op") ? "ped" : "ed";
  return absl::StrCat(operation.object(), " ", operation.name(), " ", action, ending);
}

// A line an operation, with its reason.
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
    PlannedOperation& planned = *report->add_operations();
    planned.set_action(operation.action());
    planned.set_object(operation.object());
    planned.set_name(operation.name());
    planned.set_component(operation.component());
    planned.set_reason(operation.reason());
  }
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_PLAN_H_
