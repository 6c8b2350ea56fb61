// Whether the engine's machine can give what components ask for. The engine itself tells that late and in other words:
// too much when a container is created, without saying how much it asked for; too little when it is started, in the
// words of its runtime.
#ifndef FLOW_DOCKER_CAPACITY_H_
#define FLOW_DOCKER_CAPACITY_H_

#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/operations.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// The least that the kernel can give: 1 ms of a period of 100 ms (Linux, tg_set_cfs_bandwidth).
inline constexpr double kLeastCpus = 0.01;
// The least that the engine can give (Docker 20.10 and later).
inline constexpr double kLeastMemoryBytes = 6 * 1024 * 1024;

// What keeps the containers that the plan creates from running, a line a component. `info`: the answer to GET /info; what
// that does not tell (it has 0 CPUs) is not judged.
inline std::vector<std::string> CapacityConflicts(const Plan& plan, const project::Project& project,
                                                  const engine::Info& info);

// How it is done

namespace internal {

// Why the resources cannot be given; empty where they can.
inline std::string CapacityProblem(const project::Resources& resources, const engine::Info& info) {
  const double cpus = resources.limit_cpus(), memory = resources.limit_memory_bytes();
  if (info.cpus() != 0 && cpus > info.cpus()) {
    return absl::StrCat("limits.cpu asks for ", cpus, " CPUs, and the engine's machine has ", info.cpus());
  }
  if (cpus != 0 && cpus < kLeastCpus) {
    return absl::StrCat("limits.cpu asks for ", cpus, " CPUs, and the least that the engine can give is ", kLeastCpus);
  }
  if (memory != 0 && memory < kLeastMemoryBytes) {
    return absl::StrCat("limits.memory asks for ", static_cast<int64_t>(memory),
                        " bytes, and the least that the engine can give is 6Mi");
  }
  return "";
}

}  // namespace internal

inline std::vector<std::string> CapacityConflicts(const Plan& plan, const project::Project& project,
                                                  const engine::Info& info) {
  std::vector<std::string> conflicts;
  std::set<std::string> seen;
  for (const Operation& operation : plan.operations()) {
    if (KindOf(operation) != OperationKind::kCreateContainer || !seen.insert(operation.component()).second) continue;
    const project::Service* service = project::FindService(project, operation.component());
    const std::string problem = internal::CapacityProblem(service->resources(), info);
    if (!problem.empty()) conflicts.push_back(absl::StrCat(operation.component(), ": ", problem));
  }
  return conflicts;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_CAPACITY_H_
