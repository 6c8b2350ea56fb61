// What a failed apply has to take away again.
#ifndef FLOW_DEPLOY_ROLLBACK_H_
#define FLOW_DEPLOY_ROLLBACK_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/executor.h"
#include "flow/deploy/failure.h"
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

// What of a pipeline is on the engine because of this apply; of a first apply all of it. `found`: what a search saw,
// for creates that were not answered. `taken`: creates that were refused because their name was taken since this apply
// looked. Another apply is at work then (its container may not be listed yet), which may use the network and the
// volumes.
inline Removal WhatWasMade(const compose::Project& project, const Observed& observed, const Observed& found,
                           const Executor& executor, const std::set<uint32_t>& taken, const Readiness& readiness,
                           bool first) {
  Removal removal{.reason = "rolled back", .grace_seconds = GracesOf(project)};
  std::vector<Container> created = internal::CreatedContainers(executor, found, taken, readiness);
  removal.beside_another = !taken.empty();
  for (Container& container : created) removal.containers.push_back({std::move(container), "rolled back"});
  if (removal.beside_another) return removal;
  const auto& operations = executor.plan().operations();
  std::set<std::string> removed;
  for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
    const Operation& operation = operations[index];
    if (operation.kind() == Operation::REMOVE_CONTAINER && executor.IsDone(index)) removed.insert(operation.target());
    const bool made = executor.made().contains(index);
    if (operation.kind() == Operation::CREATE_NETWORK) {
      engine::NetworkSummary network;
      network.set_name(operation.name());
      if (made) network.set_id(executor.made().at(index));
      for (const auto& candidate : found.networks) {
        if (!made && executor.IsFailed(index)) network.set_id(candidate.id());
      }
      if (!network.id().empty()) removal.networks.push_back(std::move(network));
    } else if (operation.kind() == Operation::CREATE_VOLUME) {
      bool there = made;
      for (const auto& candidate : found.volumes)
        there |= executor.IsFailed(index) && candidate.name() == operation.name();
      if (there) removal.volumes.push_back(operation.name());
    }
  }
  if (!first) return removal;
  for (const Container& container : observed.containers) {
    if (!removed.contains(container.id)) removal.containers.push_back({container, "rolled back"});
  }
  for (const auto& network : observed.networks) {
    if (IsOwned(network.labels(), project.namespace_(), project.pipeline())) removal.networks.push_back(network);
  }
  for (const auto& volume : observed.volumes) {
    if (IsOwned(volume.labels(), project.namespace_(), project.pipeline())) removal.volumes.push_back(volume.name());
  }
  return removal;
}

// The names of what a removal takes, comma-separated.
inline std::string NamesOf(const Removal& removal) {
  std::vector<std::string> names;
  for (const Leaving& leaving : removal.containers) names.push_back(leaving.container.name);
  for (const engine::NetworkSummary& network : removal.networks) names.push_back(network.name());
  names.insert(names.end(), removal.volumes.begin(), removal.volumes.end());
  return absl::StrJoin(names, ", ");
}

// The components that were never started because others failed, comma-separated; empty where all were, or where no
// component is to blame.
inline std::string NotStarted(const Readiness& readiness, const std::vector<Failure>& failures) {
  std::set<std::string> failed;
  for (const Failure& failure : failures) {
    if (!failure.component.empty()) failed.insert(failure.component);
  }
  if (failed.empty()) return "";
  std::vector<std::string> waiting;
  for (const Instance& instance : readiness.instances()) {
    const bool told = failed.contains(instance.component) || (!waiting.empty() && waiting.back() == instance.component);
    if (!told && instance.starts == 0 && !instance.running && !instance.completed)
      waiting.push_back(instance.component);
  }
  return absl::StrJoin(waiting, ", ");
}

// The last line of a failed apply's message: what is left of it. `left`: what could not be removed.
inline std::string WhatIsLeft(const compose::Project& project, bool rollback, const Removal& made,
                              const std::vector<std::string>& left, bool first) {
  const std::string command = absl::StrCat("`", DeleteCommand(project), "` removes ");
  if (!rollback) return absl::StrCat("all is left in place for a look (--norollback); ", command, "it");
  if (!left.empty()) {
    return absl::StrCat("could not be removed: ", absl::StrJoin(left, ", "), "; ", command, "what is left");
  }
  if (made.beside_another) {
    return "rolled back: the containers that this apply created are removed; the rest is left to the other one";
  }
  return first ? "rolled back: nothing of the pipeline is left on the engine"
               : "rolled back: what this apply created is removed, what it did not touch keeps running";
}

// All that a failed apply's message says: each failure, what waited for it, and what is left.
inline std::string FailedText(const std::vector<Failure>& failures, const Readiness& readiness,
                              const std::string& what_is_left) {
  std::vector<std::string> parts;
  for (const Failure& failure : failures) parts.push_back(FailureText(failure));
  if (const std::string waiting = NotStarted(readiness, failures); !waiting.empty()) {
    parts.push_back(absl::StrCat("not started because of it: ", waiting));
  }
  parts.push_back(what_is_left);
  return absl::StrJoin(parts, "\n");
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_ROLLBACK_H_
