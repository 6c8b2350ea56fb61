// What a failed apply has to take away again.
#ifndef FLOW_DEPLOY_ROLLBACK_H_
#define FLOW_DEPLOY_ROLLBACK_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/executor.h"
#include "flow/deploy/observed.h"
#include "flow/deploy/plan.pb.h"
#include "flow/deploy/readiness.h"
#include "flow/deploy/removal.h"

namespace flow::deploy {

// The command that removes what an apply had to leave.
inline std::string DeleteCommand(const compose::Project& project) {
  return absl::StrCat("flow-delete ",
                      project.namespace_() == "default" ? "" : absl::StrCat("-n ", project.namespace_(), " "),
                      project.pipeline());
}

namespace internal {

// The containers that an apply created, under the names they have by now.
inline std::vector<Container> CreatedContainers(const Executor& executor, const Observed& found,
                                                const std::set<uint32_t>& taken, const Readiness& readiness) {
  std::map<uint32_t, std::string> ids = executor.made();
  const auto& operations = executor.plan().operations();
  std::map<uint32_t, std::string> names;  // created by → name
  for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
    const Operation& operation = operations[index];
    if (operation.kind() == Operation::CREATE_CONTAINER) {
      names[index] = operation.name();
      // Its answer never came; what has its name now was created by it.
      for (const Container& container : found.containers) {
        const bool unanswered = executor.IsFailed(index) && !taken.contains(index);
        if (unanswered && container.name == operation.name()) ids[index] = container.id;
      }
    } else if (operation.kind() == Operation::RENAME_CONTAINER && operation.has_made_by() && executor.IsDone(index)) {
      names[operation.made_by()] = operation.name();
    }
  }
  std::vector<Container> created;
  for (const auto& [index, name] : names) {
    if (!ids.contains(index)) continue;
    Container container;
    container.id = ids[index];
    container.name = name;
    container.component = operations[index].component();
    container.number = operations[index].number();
    const Instance* instance = readiness.Get(container.id);
    const bool ran = instance != nullptr && instance->starts > 0 && !instance->completed;
    container.state = ran ? "running" : "created";
    created.push_back(std::move(container));
  }
  return created;
}

}  // namespace internal

// Whether no apply of a pipeline ever ended well, as far as its state knows: then all there is of it goes.
inline bool IsFirstApply(const std::optional<Deployment>& previous, const Observed& observed) {
  if (previous.has_value()) return !previous->has_succeeded();
  return std::all_of(observed.containers.begin(), observed.containers.end(),
                     [](const Container& container) { return container.reads_metadata(); });
}

// The volumes that a first apply's rollback may take away: those that this apply and the failed ones before it create.
// Others were there before, with someone's data: kept by a delete, or of a pipeline whose state was lost.
inline std::set<std::string> NewVolumes(const std::optional<Deployment>& previous, const Plan& plan) {
  std::set<std::string> volumes;
  if (previous.has_value()) volumes.insert(previous->new_volumes().begin(), previous->new_volumes().end());
  for (const Operation& operation : plan.operations()) {
    if (operation.kind() == Operation::CREATE_VOLUME) volumes.insert(operation.name());
  }
  return volumes;
}

// The rollback of one apply. A part of its machine.
class Rollback {
 public:
  // Before the first change of an apply: what there was, and what it is about to do.
  void Prepare(const std::optional<Deployment>& previous, const Observed& observed, const Plan& plan) {
    first_ = IsFirstApply(previous, observed);
    new_volumes_ = NewVolumes(previous, plan);
  }

  // For the state, while no apply ended well.
  const std::set<std::string>& new_volumes() const { return new_volumes_; }

  // A create was refused because its name was taken since this apply looked: another one is at work, whose container
  // may not be listed yet, and which may use the network and the volumes.
  void OnTaken(uint32_t create) { taken_.insert(create); }
  size_t taken() const { return taken_.size(); }

  // Finds out what of the pipeline is on the engine because of this apply; of a first apply all of it but what may hold
  // someone's data. `found`: what a search saw, for creates that were not answered.
  void Begin(const compose::Project& project, const Observed& observed, const Observed& found, const Executor& executor,
             const Readiness& readiness) {
    made_ = {.reason = "rolled back", .grace_seconds = GracesOf(project)};
    for (Container& container : internal::CreatedContainers(executor, found, taken_, readiness)) {
      made_.containers.push_back({std::move(container), "rolled back"});
    }
    if (!taken_.empty()) return;
    AddMade(found, executor);
    if (first_) AddWhatWasThere(project, observed, executor);
  }

  Plan RemovalPlan(const compose::Project& project) const { return PlanRemoval(made_, InputsOf(project)); }

  void OnRemoved(const Operation& operation) {
    if (operation.kind() == Operation::REMOVE_VOLUME) new_volumes_.erase(operation.target());
  }

  void OnNotRemoved(const Operation& operation, const absl::Status& status) {
    left_.push_back(absl::StrCat(operation.name(), " (", status.message(), ")"));
  }

  // The engine did not answer any more: all may be left.
  void OnUnknown() { left_ = {MayBeLeft()}; }

  const std::vector<std::string>& left() const { return left_; }

  // The names of what was to be taken away, comma-separated.
  std::string MayBeLeft() const {
    std::vector<std::string> names;
    for (const Leaving& leaving : made_.containers) names.push_back(leaving.container.name);
    for (const engine::NetworkSummary& network : made_.networks) names.push_back(network.name());
    names.insert(names.end(), made_.volumes.begin(), made_.volumes.end());
    return names.empty() ? "what was being created" : absl::StrJoin(names, ", ");
  }

  // The last line of a failed apply's message: what is left of it. `wanted`: it was not kept from rolling back.
  std::string WhatIsLeft(const compose::Project& project, bool wanted) const {
    const std::string command = absl::StrCat("`", DeleteCommand(project), "` removes ");
    if (!wanted) return absl::StrCat("all is left in place for a look (--norollback); ", command, "it");
    if (!left_.empty()) {
      return absl::StrCat("could not be removed: ", absl::StrJoin(left_, ", "), "; ", command, "what is left");
    }
    if (!taken_.empty()) {
      return "rolled back: the containers that this apply created are removed; the rest is left to the other one";
    }
    if (!first_) return "rolled back: what this apply created is removed, what it did not touch keeps running";
    if (kept_.empty()) return "rolled back: nothing of the pipeline is left on the engine";
    return absl::StrCat("rolled back: nothing of the pipeline is left on the engine but ",
                        kept_.size() == 1 ? "volume " : "volumes ", absl::StrJoin(kept_, ", "),
                        kept_.size() == 1 ? ", which was there before" : ", which were there before");
  }

 private:
  // What this apply's own operations created.
  void AddMade(const Observed& found, const Executor& executor) {
    const auto& operations = executor.plan().operations();
    for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
      const Operation& operation = operations[index];
      const bool made = executor.made().contains(index);
      if (operation.kind() == Operation::CREATE_NETWORK) {
        engine::NetworkSummary network;
        network.set_name(operation.name());
        if (made) network.set_id(executor.made().at(index));
        for (const auto& candidate : found.networks) {
          if (!made && executor.IsFailed(index)) network.set_id(candidate.id());
        }
        if (!network.id().empty()) made_.networks.push_back(std::move(network));
      } else if (operation.kind() == Operation::CREATE_VOLUME) {
        bool there = made;
        for (const auto& candidate : found.volumes) {
          there |= executor.IsFailed(index) && candidate.name() == operation.name();
        }
        if (there) made_.volumes.push_back(operation.name());
      }
    }
  }

  // What was there when this apply looked, and is no one's: left by applies that failed or were killed.
  void AddWhatWasThere(const compose::Project& project, const Observed& observed, const Executor& executor) {
    std::set<std::string> removed;
    const auto& operations = executor.plan().operations();
    for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
      if (operations[index].kind() == Operation::REMOVE_CONTAINER && executor.IsDone(index)) {
        removed.insert(operations[index].target());
      }
    }
    for (const Container& container : observed.containers) {
      if (!removed.contains(container.id)) made_.containers.push_back({container, "rolled back"});
    }
    for (const auto& network : observed.networks) {
      if (IsOwned(network.labels(), project.namespace_(), project.pipeline())) made_.networks.push_back(network);
    }
    for (const auto& volume : observed.volumes) {
      if (!IsOwned(volume.labels(), project.namespace_(), project.pipeline())) continue;
      (new_volumes_.contains(volume.name()) ? made_.volumes : kept_).push_back(volume.name());
    }
  }

  bool first_ = false;
  std::set<std::string> new_volumes_;
  std::set<uint32_t> taken_;       // creates
  Removal made_;                   // what is to be taken away
  std::vector<std::string> left_;  // what could not be
  std::vector<std::string> kept_;  // volumes that were there before
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_ROLLBACK_H_
