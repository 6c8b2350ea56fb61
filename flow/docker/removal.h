// What takes containers, networks and volumes away: for a delete, for a rollback, and for what has left the file.
#ifndef FLOW_DOCKER_REMOVAL_H_
#define FLOW_DOCKER_REMOVAL_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "flow/deploy/inputs.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/contract.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

using deploy::Inputs;
using deploy::InputsOf;

// The inputs as far as the containers' labels tell, for when the project is not known.
inline Inputs InputsByType(const std::vector<Container>& containers) {
  std::map<std::string, std::string> types;
  for (const Container& container : containers) types[container.component] = container.type;
  return deploy::InputsByType(types);
}

// A container that goes with its anonymous volumes, and why.
struct Leaving {
  Container container;
  std::string reason;
  bool spares_volumes = false;  // they stay
  bool stays = false;           // it is stopped, and stays for its volumes' sake
};

struct Removal {
  std::vector<Leaving> containers;
  std::vector<engine::NetworkSummary> networks;
  std::vector<std::string> volumes;
  std::string reason;                           // why networks and volumes go
  std::map<std::string, double> grace_seconds;  // component → how long it may take to stop, where that is known
};

// The plan of a removal: a container is stopped when those that it reads are stopped, and removed when it is stopped
// itself; its anonymous volumes go then, networks and named volumes when all containers are gone.
inline Plan PlanRemoval(const Removal& removal, const Inputs& inputs);

// Container id → the index of an operation on it.
using OperationOf = std::map<std::string, uint32_t>;

// The two halves of that, added to a plan. The stops, in the stage `stage`: of what runs, each after those of what it
// reads.
inline OperationOf AddStops(const Removal& removal, const Inputs& inputs, uint32_t stage, Plan* plan);

// And what is left to do with what is stopped, by `stopped_by` or by itself: the removals, in the stage `stage`;
// networks and named volumes go in the one behind it.
inline OperationOf AddRemovals(const Removal& removal, const Inputs& inputs, const OperationOf& stopped_by,
                               uint32_t stage, Plan* plan);

// How many seconds each of the project's components may take to stop.
inline std::map<std::string, double> GracesOf(const project::Project& project) {
  std::map<std::string, double> graces;
  for (const project::Service& service : project.services()) {
    graces[service.name()] = service.stop_grace_period_seconds();
  }
  return graces;
}

// How it is done

namespace internal {

// What goes, by component.
inline std::map<std::string, std::vector<const Leaving*>> ByComponent(const Removal& removal) {
  std::map<std::string, std::vector<const Leaving*>> of_component;
  for (const Leaving& leaving : removal.containers) of_component[leaving.container.component].push_back(&leaving);
  return of_component;
}

inline std::vector<std::string> InDataFlowOrder(const Removal& removal, const Inputs& inputs) {
  std::set<std::string> components;
  for (const Leaving& leaving : removal.containers) components.insert(leaving.container.component);
  return deploy::InDataFlowOrder(components, inputs);
}

}  // namespace internal

inline Plan PlanRemoval(const Removal& removal, const Inputs& inputs) {
  Plan plan;
  const OperationOf stopped_by = AddStops(removal, inputs, /*stage=*/0, &plan);
  AddRemovals(removal, inputs, stopped_by, /*stage=*/0, &plan);
  return plan;
}

inline OperationOf AddStops(const Removal& removal, const Inputs& inputs, uint32_t stage, Plan* plan) {
  PlanBuilder builder(plan);
  const auto of_component = internal::ByComponent(removal);
  OperationOf stopped_by;
  std::map<std::string, std::vector<uint32_t>> stops;  // of a component
  for (const std::string& component : internal::InDataFlowOrder(removal, inputs)) {
    std::vector<uint32_t> after;
    if (const auto found = inputs.find(component); found != inputs.end()) {
      for (const std::string& input : found->second) {
        if (input != component) after.insert(after.end(), stops[input].begin(), stops[input].end());
      }
    }
    for (const Leaving* leaving : of_component.at(component)) {
      const Container& container = leaving->container;
      if (!container.running()) continue;
      Operation& stop = builder.Add(OperationKind::kStopContainer, container, leaving->reason, stage);
      stop.mutable_after()->Assign(after.begin(), after.end());
      if (const auto grace = removal.grace_seconds.find(component); grace != removal.grace_seconds.end()) {
        stop.set_grace_seconds(grace->second);
      }
      stops[component].push_back(builder.last());
      stopped_by[container.id] = builder.last();
    }
    // Where a component has nothing to stop, what reads it comes after what that one reads.
    if (stops[component].empty()) stops[component] = after;
  }
  return stopped_by;
}

inline OperationOf AddRemovals(const Removal& removal, const Inputs& inputs, const OperationOf& stopped_by,
                               uint32_t stage, Plan* plan) {
  PlanBuilder builder(plan);
  const auto of_component = internal::ByComponent(removal);
  OperationOf removed_by;
  std::map<std::string, std::vector<uint32_t>> holders;  // of an anonymous volume: what removes those that have it
  for (const std::string& component : internal::InDataFlowOrder(removal, inputs)) {
    for (const Leaving* leaving : of_component.at(component)) {
      const Container& container = leaving->container;
      if (leaving->stays) continue;
      Operation& remove = builder.Add(OperationKind::kRemoveContainer, container, leaving->reason, stage);
      remove.set_spares_volumes(leaving->spares_volumes);
      const auto stop = stopped_by.find(container.id);
      if (stop != stopped_by.end() && plan->operations(stop->second).stage() == stage) remove.add_after(stop->second);
      removed_by[container.id] = builder.last();
      if (leaving->spares_volumes) continue;
      for (const AnonymousVolume& volume : container.anonymous_volumes) holders[volume.name].push_back(builder.last());
    }
  }
  for (const auto& [volume, removals] : holders) {
    const std::string reason = plan->operations(removals[0]).reason();
    Operation& remove = builder.Add(OperationKind::kRemoveVolume, volume, reason, stage);
    remove.set_target(volume);
    remove.mutable_after()->Assign(removals.begin(), removals.end());
  }
  for (const engine::NetworkSummary& network : removal.networks) {
    builder.Add(OperationKind::kRemoveNetwork, network.name(), removal.reason, stage + 1).set_target(network.id());
  }
  for (const std::string& volume : removal.volumes) {
    builder.Add(OperationKind::kRemoveVolume, volume, removal.reason, stage + 1).set_target(volume);
  }
  return removed_by;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_REMOVAL_H_
