// Plans as people, tests and programs read them.
#ifndef FLOW_DEPLOY_PLAN_H_
#define FLOW_DEPLOY_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/plan.pb.h"
#include "flow/text/columns.h"

namespace flow::deploy {

// "create container flow-x-sink-1", "rename container to flow-x-sink-1": without the reason.
inline std::string OperationText(const Operation& operation);

// "container flow-x-sink-1 created": the same, when it is done.
inline std::string DoneText(const Operation& operation);

// A line an operation, with its reason.
inline std::string PlanText(const Plan& plan);

// The same with the order: each operation with its number, its reason, the operations that it comes after and the
// components that it waits for. "then" stands where what is below begins only when all above is finished: between two
// stages, and between two of the `plans`, which are carried out one after the other.
//
//   [1]  create container flow-x-db-1      not there
//   [2]  create container flow-x-source-1  not there  after [1]
//   then
//   [3]  start container flow-x-db-1       not there
//   [4]  start container flow-x-source-1   not there  waits for db healthy
//
// Characters that could change what a terminal shows are replaced, as in a table. No operations: empty.
inline std::string OrderedPlanText(const std::vector<Plan>& plans);

// The operations as data, appended to `report`.
inline void AddOperations(const Plan& plan, PlanReport* report);

// How it is done

namespace internal {

inline absl::string_view ConditionText(Wait::Condition condition) {
  switch (condition) {
    case Wait::HEALTHY:
      return "healthy";
    case Wait::COMPLETED:
      return "completed";
    default:
      return "running";
  }
}

// "after [1], [2]  waits for db healthy, a running"; `before`: how many operations stand before those of its plan.
inline std::string OrderText(const Operation& operation, size_t before) {
  std::string text;
  if (!operation.after().empty()) {
    absl::StrAppend(&text, "after ", absl::StrJoin(operation.after(), ", ", [before](std::string* out, uint32_t index) {
      absl::StrAppend(out, "[", before + index + 1, "]");
    }));
  }
  if (!operation.wait().empty()) {
    absl::StrAppend(&text, text.empty() ? "" : "  ", "waits for ",
                    absl::StrJoin(operation.wait(), ", ", [](std::string* out, const Wait& wait) {
                      absl::StrAppend(out, wait.component(), " ", ConditionText(wait.condition()));
                    }));
  }
  return text;
}

}  // namespace internal

inline std::string OperationText(const Operation& operation) {
  return absl::StrCat(operation.action(), " ", operation.object(), operation.action() == "rename" ? " to " : " ",
                      operation.name());
}

inline std::string DoneText(const Operation& operation) {
  if (operation.action() == "rename") return absl::StrCat(operation.object(), " renamed to ", operation.name());
  return absl::StrCat(operation.object(), " ", operation.name(), " ", operation.done());
}

inline std::string PlanText(const Plan& plan) {
  std::string text;
  for (const Operation& operation : plan.operations()) {
    absl::StrAppend(&text, OperationText(operation), ": ", operation.reason(), "\n");
  }
  return text;
}

inline std::string OrderedPlanText(const std::vector<Plan>& plans) {
  std::vector<text::Row> rows;
  std::vector<bool> begins_stage;  // a row an operation
  for (const Plan& plan : plans) {
    const size_t before = rows.size();
    const Operation* previous = nullptr;
    for (const Operation& operation : plan.operations()) {
      begins_stage.push_back(previous == nullptr || previous->stage() != operation.stage());
      rows.push_back({absl::StrCat("[", rows.size() + 1, "]"), OperationText(operation), operation.reason(),
                      internal::OrderText(operation, before)});
      previous = &operation;
    }
  }
  std::string text;
  const std::vector<std::string> lines = text::AlignedLines(std::move(rows));
  for (size_t index = 0; index < lines.size(); ++index) {
    absl::StrAppend(&text, index > 0 && begins_stage[index] ? "then\n" : "", lines[index], "\n");
  }
  return text;
}

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
