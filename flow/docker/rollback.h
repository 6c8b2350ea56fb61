// What a failed apply has to take away again. Where another apply is at work on the pipeline it takes away nothing: the
// other one may stand on all that there is, whoever made it. It is the other's then, and the next look's to judge.
#ifndef FLOW_DOCKER_ROLLBACK_H_
#define FLOW_DOCKER_ROLLBACK_H_

#include <algorithm>
#include <cstdint>
#include <map>
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
#include "flow/deploy/plan.pb.h"
#include "flow/docker/anonymous_volumes.h"
#include "flow/docker/execution.h"
#include "flow/docker/observed.h"
#include "flow/docker/owner.h"
#include "flow/docker/readiness.h"
#include "flow/docker/removal.h"
#include "flow/pipeline/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/listed.h"

namespace flow::docker {

// The command that removes what an apply had to leave.
inline std::string DeleteCommand(const project::Project& project) {
  return absl::StrCat(
      "flow-delete ",
      project.namespace_() == pipeline::kDefaultNamespace ? "" : absl::StrCat("-n ", project.namespace_(), " "),
      project.pipeline());
}

namespace internal {

// The containers that an apply created, under the names they have by now.
inline std::vector<Container> CreatedContainers(const Execution& execution, const Observed& found,
                                                const std::set<uint32_t>& taken, const Readiness& readiness) {
  std::map<uint32_t, std::string> ids = execution.made();
  const auto& operations = execution.plan().operations();
  std::map<uint32_t, std::string> names;  // created by → name
  for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
    const Operation& operation = operations[index];
    if (KindOf(operation) == OperationKind::kCreateContainer) {
      names[index] = operation.name();
      // Its answer never came; what has its name now was created by it.
      for (const Container& container : found.containers) {
        const bool unanswered = execution.IsFailed(index) && !taken.contains(index);
        if (unanswered && container.name == operation.name()) ids[index] = container.id;
      }
    } else if (KindOf(operation) == OperationKind::kRenameContainer && operation.has_made_by() &&
               execution.IsDone(index)) {
      names[operation.made_by()] = operation.name();
    }
  }
  std::vector<Container> created;
  for (const auto& [index, name] : names) {
    if (!ids.contains(index)) continue;
    Container container;
    for (const deploy::HandedVolume& volume : operations[index].volumes()) {
      container.anonymous_volumes.push_back({volume.name(), volume.path()});
    }
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

// Whether the engine has, and in good order, all that a project wants.
inline bool IsAllThere(const project::Project& project, const Observed& observed) {
  const auto is_there = [&](const project::Service& service, int number) {
    return std::any_of(observed.containers.begin(), observed.containers.end(), [&](const Container& container) {
      const bool well = container.state == "running" || container.ended_well();
      return well && container.component == service.name() && container.number == number &&
             container.digest == project::Label(service.labels(), project::kDigestLabel);
    });
  };
  for (const project::Service& service : project.services()) {
    for (uint32_t number = 1; number <= service.replicas(); ++number) {
      if (!is_there(service, static_cast<int>(number))) return false;
    }
  }
  return true;
}

// Whether a pipeline was never up, and all there is of it was made by applies that failed or were cut off: then a
// rollback takes it all. Not what was there when the first of them began: its state was lost, or it was deployed from
// elsewhere. Nor what was cut off when all was up, perhaps by a full disk that would not take that news.
inline bool IsFirstApply(const std::optional<Deployment>& previous, const Observed& observed) {
  if (!previous.has_value()) {
    return std::all_of(observed.containers.begin(), observed.containers.end(),
                       [](const Container& container) { return container.reads_metadata(); });
  }
  if (previous->has_succeeded() || !previous->first()) return false;
  return previous->phase() != Deployment::APPLYING || !IsAllThere(previous->project(), observed);
}

// What an apply that found another one at work has made, and left to it.
struct Left {
  std::set<std::string> containers;  // ids
  std::set<std::string> volumes;     // names
  bool first = false;                // as a first apply: of an update what there was is no one's to take away
};

// The rollback of one apply. A part of its machine.
class Rollback {
 public:
  // Before the first change of an apply. `left`: where the same command's apply before this one found another at work,
  // what it left to that one. Where there is nothing else there is no other one, and it is this one's.
  void Prepare(const std::optional<Deployment>& previous, const Observed& observed, const std::optional<Left>& left) {
    ours_ = left.value_or(Left());
    alone_after_all_ =
        left.has_value() && std::all_of(observed.containers.begin(), observed.containers.end(),
                                        [&](const Container& c) { return ours_.containers.contains(c.id); });
    first_ = (alone_after_all_ && ours_.first) || IsFirstApply(previous, observed);
    ours_.first = first_;
  }

  // For the state: whether the next apply's rollback may take all there is. What was left to another apply is its own.
  bool first() const { return first_ && !another_; }
  // It seemed that another apply was at work, and none is.
  bool alone_after_all() const { return alone_after_all_; }
  // Another apply is at work.
  bool another() const { return another_; }
  // What this command has made by now.
  const Left& ours() const { return ours_; }

  void OnAnother() { another_ = true; }
  // A create was refused because something has its name: the container that has it is not this apply's.
  void OnNameTaken(uint32_t create) { taken_.insert(create); }

  // Finds out what of the pipeline is on the engine because of this apply; of a first apply all of it but what may hold
  // someone's data. `found`: what there is by now, for creates that were not answered, and for what others have made.
  void Begin(const project::Project& project, const Observed& observed, const Observed& found,
             const Execution& execution, const Readiness& readiness) {
    made_ = {.reason = "rolled back", .grace_seconds = GracesOf(project)};
    for (Container& container : internal::CreatedContainers(execution, found, taken_, readiness)) {
      AddContainer(std::move(container), observed, found, execution);
    }
    AddMade(project, found, execution);
    for (const Leaving& leaving : made_.containers) ours_.containers.insert(leaving.container.id);
    ours_.volumes.insert(made_.volumes.begin(), made_.volumes.end());
    another_ |= HasOthers(observed, found);
    if (first_ && !another_) AddWhatWasThere(project, observed, execution);
    FindTouched(observed, execution);
  }

  Plan RemovalPlan(const project::Project& project) const {
    return another_ ? Plan() : PlanRemoval(made_, InputsOf(project));
  }

  void OnNotRemoved(const Operation& operation, const absl::Status& status) {
    left_.push_back(absl::StrCat(operation.name(), " (", status.message(), ")"));
  }

  // The engine did not answer any more: all may be left.
  void OnUnknown() { left_ = {MayBeLeft()}; }

  const std::vector<std::string>& left() const { return left_; }

  // What was to be taken away, by its names.
  std::string MayBeLeft() const {
    std::vector<std::string> names;
    for (const Leaving& leaving : made_.containers) names.push_back(leaving.container.name);
    for (const engine::NetworkSummary& network : made_.networks) names.push_back(network.name());
    names.insert(names.end(), made_.volumes.begin(), made_.volumes.end());
    return names.empty() ? "what was being created" : text::Listed(names);
  }

  // The last line of a failed apply's message: what is left of it. `wanted`: it was not kept from rolling back.
  std::string WhatIsLeft(const project::Project& project, bool wanted) const {
    const std::string command = absl::StrCat("`", DeleteCommand(project), "` removes ");
    if (!wanted) return absl::StrCat("all is left in place for a look (--norollback); ", command, "it");
    if (!left_.empty()) {
      return absl::StrCat("could not be removed: ", text::Listed(left_), "; ", command, "what is left");
    }
    if (another_) {
      return absl::StrCat(
          "another apply of this pipeline is at work on the engine: all is left to it. When it is done, "
          "apply again; ",
          command, "what is left");
    }
    if (!first_) {
      return absl::StrCat("rolled back: what this apply created is removed, what it did not touch keeps running",
                          holding_.empty() ? ""
                                           : absl::StrCat("; stopped and kept, for what its image keeps in it: ",
                                                          text::Listed(holding_)),
                          touched_.empty() ? ""
                                           : absl::StrCat("\n", text::ListedLines(touched_),
                                                          "\n`flow-apply` with the file as it was before brings that "
                                                          "back"));
    }
    if (kept_.empty()) return "rolled back: nothing of the pipeline is left on the engine";
    return absl::StrCat("rolled back: nothing of the pipeline is left on the engine but ",
                        kept_.size() == 1 ? "volume " : "volumes ", text::Listed(kept_),
                        kept_.size() == 1 ? ", which was there before" : ", which were there before");
  }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [first, alone_after_all, another, ours, taken, made, holding, touched, left, kept] = *this;
    return std::tie(first, alone_after_all, another, ours, taken, made, holding, touched, left, kept);
  }

 private:
  // A container that this apply created. Where all goes, so do the volumes that were handed over to it; else they are the
  // old one's, or, where that is gone, what is in them would be lost with the new one.
  void AddContainer(Container container, const Observed& observed, const Observed& found, const Execution& execution) {
    Leaving leaving{std::move(container), "rolled back"};
    if (!first()) {
      leaving.stays = HoldsAlone(leaving.container, observed.containers, found.containers, execution);
      if (leaving.stays) holding_.push_back(leaving.container.name);
      leaving.container.anonymous_volumes.clear();
    }
    made_.containers.push_back(std::move(leaving));
  }

  // Whether there is a container that was not there when this apply looked, and that it has not made.
  bool HasOthers(const Observed& observed, const Observed& found) const {
    return std::any_of(found.containers.begin(), found.containers.end(), [&](const Container& container) {
      const bool was_there = std::any_of(observed.containers.begin(), observed.containers.end(),
                                         [&](const Container& before) { return before.id == container.id; });
      return !was_there && !container.reads_metadata() && !ours_.containers.contains(container.id);
    });
  }

  // What this apply's own operations created.
  void AddMade(const project::Project& project, const Observed& found, const Execution& execution) {
    const auto is_owned = [&](const auto& labels) { return IsOwned(labels, project); };
    const auto& operations = execution.plan().operations();
    for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
      const Operation& operation = operations[index];
      const bool made = execution.made().contains(index);
      if (KindOf(operation) == OperationKind::kCreateNetwork) {
        engine::NetworkSummary network;
        network.set_name(operation.name());
        if (made) network.set_id(execution.made().at(index));
        for (const auto& candidate : found.networks) {
          if (!made && execution.IsFailed(index) && is_owned(candidate.labels())) network.set_id(candidate.id());
        }
        if (!network.id().empty()) made_.networks.push_back(std::move(network));
      } else if (KindOf(operation) == OperationKind::kCreateVolume) {
        bool there = made;
        for (const auto& candidate : found.volumes) {
          there |= execution.IsFailed(index) && candidate.name() == operation.name() && is_owned(candidate.labels());
        }
        if (there) made_.volumes.push_back(operation.name());
      }
    }
  }

  // What was there when this apply looked, and is no one's: left by applies that failed or were killed.
  void AddWhatWasThere(const project::Project& project, const Observed& observed, const Execution& execution) {
    std::set<std::string> removed;
    const auto& operations = execution.plan().operations();
    for (uint32_t index = 0; index < static_cast<uint32_t>(operations.size()); ++index) {
      if (KindOf(operations[index]) == OperationKind::kRemoveContainer && execution.IsDone(index)) {
        removed.insert(operations[index].target());
      }
    }
    for (const Container& container : observed.containers) {
      if (!removed.contains(container.id)) made_.containers.push_back({container, "rolled back"});
    }
    for (const auto& network : observed.networks) {
      if (IsOwned(network.labels(), project)) made_.networks.push_back(network);
    }
    for (const auto& volume : observed.volumes) {
      if (!IsOwned(volume.labels(), project)) continue;
      (ours_.volumes.contains(volume.name()) ? made_.volumes : kept_).push_back(volume.name());
    }
  }

  // Tells of each component of which an update has stopped or removed something what of it is there now. A stop that
  // was not answered may have been carried out.
  void FindTouched(const Observed& observed, const Execution& execution) {
    std::map<std::string, absl::string_view> became;  // by container id
    for (uint32_t index = 0; index < static_cast<uint32_t>(execution.plan().operations_size()); ++index) {
      const Operation& operation = execution.plan().operations(index);
      const bool begun = execution.IsDone(index) || execution.IsFailed(index);
      if (KindOf(operation) == OperationKind::kStopContainer && begun) became.emplace(operation.target(), "stopped");
      if (KindOf(operation) != OperationKind::kRemoveContainer || !execution.IsDone(index)) continue;
      became[operation.target()] = "removed";
    }
    std::map<std::string, std::vector<std::string>> touched, running;  // names, by component
    for (const Container& container : observed.containers) {
      const auto found = became.find(container.id);
      if (found != became.end()) {
        touched[container.component].push_back(absl::StrCat(container.name, " is ", found->second));
      } else if (container.running()) {
        running[container.component].push_back(container.name);
      }
    }
    for (const auto& [component, what] : touched) {
      const std::vector<std::string>& runs = running[component];
      touched_.push_back(absl::StrCat(component, ": ", text::Listed(what), "; ",
                                      runs.empty() ? "nothing of it runs" : text::Listed(runs),
                                      runs.empty()       ? ""
                                      : runs.size() == 1 ? " runs on"
                                                         : " run on"));
    }
  }

  bool first_ = false;
  bool alone_after_all_ = false;
  bool another_ = false;
  Left ours_;
  std::set<uint32_t> taken_;          // creates that were refused because of their names
  Removal made_;                      // what is to be taken away
  std::vector<std::string> holding_;  // containers of it that only stop: they hold volumes alone
  std::vector<std::string> touched_;  // what an update has done to what was there, a line a component
  std::vector<std::string> left_;     // what could not be
  std::vector<std::string> kept_;     // volumes that were there before
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_ROLLBACK_H_
