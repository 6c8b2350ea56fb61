// Deciding what has to be done so that the engine has what the project says. It compares, and does nothing.
#ifndef FLOW_DOCKER_RECONCILE_H_
#define FLOW_DOCKER_RECONCILE_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/anonymous_volumes.h"
#include "flow/docker/contract.h"
#include "flow/docker/images.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/docker/owner.h"
#include "flow/docker/removal.h"
#include "flow/project/labels.h"
#include "flow/project/mounted.h"
#include "flow/project/names.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::docker {

struct ReconcileOptions {
  bool force_recreate = false;  // replace every container, also one that has not changed
};

// What was decided.
struct Reconciliation {
  Plan plan;
  // Why nothing may be done: names that something else holds, images that may not be pulled. Empty: go ahead.
  std::vector<std::string> conflicts;
  // What differs from the file and stays as it is: a network or a volume is never recreated.
  std::vector<std::string> notes;
};

// The plan that makes the engine match the project, once the project's images are pulled (pulls.h). It has three stages:
// networks and volumes are created, then containers, then what is replaced is removed and containers are started. So
// what the engine refuses at a create ends an apply before anything of it has run. A container is replaced by one that
// is created under another name before the old one stops.
//
// An empty plan without conflicts: the engine matches already.
inline Reconciliation Reconcile(const project::Project& project, const Observed& observed,
                                const ReconcileOptions& options);

// The containers of others that have a name which the plan makes, told before anything is done: the engine would refuse
// such a name half-way. `holders` is what the engine has under these names.
inline std::vector<std::string> NameConflicts(const Plan& plan, const std::vector<engine::ContainerSummary>& holders,
                                              const project::Project& project);

// How it is done

namespace internal {

enum Stage : uint32_t { kCreateShared, kCreateContainers, kRun };

class Reconciler {
 public:
  Reconciler(const project::Project& project, const Observed& observed, const ReconcileOptions& options)
      : project_(project), observed_(observed), options_(options), builder_(&result_.plan) {}

  Reconciliation Run() {
    PlanNetwork();
    PlanVolumes();
    for (const project::Service& service : project_.services()) {
      for (int number = 1; number <= static_cast<int>(service.replicas()); ++number) Judge(service, number);
    }
    for (Replica& replica : replicas_) {
      if (replica.create) PlanCreate(&replica);
    }
    PlanRemovals();
    for (const Replica& replica : replicas_) PlanRun(replica);
    return std::move(result_);
  }

 private:
  // One container that should be there, and what has to happen so that it is.
  struct Replica {
    const project::Service* service;
    int number;
    std::string name;
    const Container* existing;  // nullptr: none
    bool create = false;
    bool rename = false;
    std::optional<OperationKind> run = {};  // how it is made to run, where it does not
    std::string reason = {};
    uint32_t created_by = 0;  // the operation, where `create`
  };

  void PlanNetwork() {
    const std::string& name = project_.network().name();
    if (observed_.networks.empty()) builder_.Add(OperationKind::kCreateNetwork, name, "not there", kCreateShared);
    for (const engine::NetworkSummary& network : observed_.networks) {
      if (IsOwned(network.labels(), project_)) {
        network_ids_.insert(network.id());
        network_ids_.insert(name);  // what Podman tells of a container in the id's place
        CompareLabels("network", name, network.labels());
      } else {
        Conflict("network", name, network.labels());
      }
    }
  }

  void PlanVolumes() {
    std::map<std::string, const engine::VolumeSummary*> there;
    for (const engine::VolumeSummary& volume : observed_.volumes) there[volume.name()] = &volume;
    for (const project::Volume& volume : project_.volumes()) {
      const auto found = there.find(volume.name());
      if (found == there.end()) {
        builder_.Add(OperationKind::kCreateVolume, volume.name(), "not there", kCreateShared);
        continue;
      }
      if (IsOwned(found->second->labels(), project_)) {
        CompareLabels("volume", volume.name(), found->second->labels());
      } else {
        Conflict("volume", volume.name(), found->second->labels());
      }
      there.erase(found);
    }
    for (const auto& [name, volume] : there) {
      if (!IsOwned(volume->labels(), project_)) continue;
      result_.notes.push_back(
          absl::StrCat("volume ", name, " is no longer in the file and stays; deleting the pipeline removes it"));
    }
  }

  // The engine cannot change the labels of what there is, and what a volume holds is worth more than its labels.
  void CompareLabels(absl::string_view kind, absl::string_view name,
                     const google::protobuf::Map<std::string, std::string>& labels) {
    std::set<std::string> differing;
    for (const auto& [key, value] : project_.labels()) {
      const auto found = labels.find(key);
      if (found == labels.end() || found->second != value) differing.insert(key);
    }
    for (const auto& [key, value] : labels) {
      if (!pipeline::IsReservedLabel(key) && !project_.labels().contains(key)) differing.insert(key);
    }
    if (differing.empty()) return;
    result_.notes.push_back(absl::StrCat(kind, " ", name, " keeps the labels it has, which the file has otherwise (",
                                         absl::StrJoin(differing, ", "),
                                         "): networks and volumes are never made anew"));
  }

  void Conflict(absl::string_view kind, absl::string_view name,
                const google::protobuf::Map<std::string, std::string>& labels) {
    result_.conflicts.push_back(absl::StrCat("the ", kind, " ", name, " is there already and belongs to ",
                                             OwnerText(labels), "; rename the pipeline, or remove it"));
  }

  // The container that counts as the replica's: an apply that was cut off while it replaced one leaves two. It is the
  // one with the right name, else the newest; the others go. nullptr: there is none.
  const Container* Keep(const std::string& component, int number, absl::string_view name) {
    const Container* keep = nullptr;
    for (const Container& container : observed_.containers) {
      if (container.component != component || container.number != number) continue;
      if (keep == nullptr || container.name == name || (keep->name != name && container.created > keep->created)) {
        keep = &container;
      }
    }
    return keep;
  }

  // Decides what has to happen to one replica, and why.
  void Judge(const project::Service& service, int number) {
    Replica replica{&service, number, project::ContainerName(project_.name(), service.name(), number), nullptr};
    replica.existing = Keep(service.name(), number, replica.name);
    if (replica.existing == nullptr) {
      replica.reason = "not there";
      replica.create = true;
    } else {
      kept_.insert(replica.existing->id);
      replica.reason = WhyReplace(service, *replica.existing);
      replica.create = !replica.reason.empty();
      replica.rename = replica.create || replica.existing->name != replica.name;
    }
    if (replica.create) {
      replica.run = OperationKind::kStartContainer;
    } else if (replica.existing->state == "paused") {
      replica.run = OperationKind::kUnpauseContainer;
      replica.reason = "paused";
    } else if (!replica.existing->running() && !Completed(service, *replica.existing)) {
      replica.run = OperationKind::kStartContainer;
      replica.reason = "not running";
    }
    replicas_.push_back(std::move(replica));
  }

  // Empty: it can stay.
  std::string WhyReplace(const project::Service& service, const Container& existing) const {
    if (options_.force_recreate) return "forced";
    if (existing.digest != project::Label(service.labels(), project::kDigestLabel)) return "configuration changed";
    const auto image = observed_.image_ids.find(ImageKey(service));
    if (image != observed_.image_ids.end() &&
        absl::StripPrefix(image->second, "sha256:") != absl::StripPrefix(existing.image_id, "sha256:")) {
      return "image changed";
    }
    const std::string now = project::Label(service.labels(), project::kMountedLabel);
    if (const std::string changed = project::ChangedMount(service, existing.mounted, now); !changed.empty()) {
      return absl::StrCat(changed, " changed");
    }
    if (existing.state == "dead" || existing.state == "removing") return "dead";
    // One that stopped before its network was removed can never start again.
    const bool connected =
        std::any_of(existing.network_ids.begin(), existing.network_ids.end(), [&](const std::string& id) {
          // A container that never ran has no id of its network yet.
          return id.empty() ? !network_ids_.empty() : network_ids_.contains(id);
        });
    return connected ? "" : "not in the pipeline's network";
  }

  // A run-once component that ended well and has not changed is not run again.
  static bool Completed(const project::Service& service, const Container& container) {
    return container.ended_well() && project::MayComplete(service);
  }

  void PlanCreate(Replica* replica) {
    const std::string name = replica->existing == nullptr ? replica->name : ReplacementName(replica->name);
    Operation& create = builder_.Add(OperationKind::kCreateContainer, name, replica->reason, kCreateContainers);
    create.set_component(replica->service->name());
    create.set_number(replica->number);
    replica->created_by = builder_.last();
    if (replica->existing != nullptr) {
      for (std::string& note : HandOver(*replica->existing, *replica->service, &create)) {
        result_.notes.push_back(std::move(note));
      }
    }
    // The first one is created alone. Where two applies run at the same time, the engine gives its name to one of them,
    // and the other learns so before it has created anything that the first one needs.
    if (!first_create_.has_value()) {
      first_create_ = replica->created_by;
    } else {
      create.add_after(*first_create_);
    }
  }

  // Under which name a replacement is created until the old container is gone. No component can have it: behind the
  // last "-" of a container's own name stands a number. An apply that was killed may have left one under that name.
  std::string ReplacementName(std::string name) const {
    const auto is_taken = [this](const std::string& wanted) {
      return std::any_of(observed_.containers.begin(), observed_.containers.end(),
                         [&](const Container& container) { return container.name == wanted; });
    };
    do {
      absl::StrAppend(&name, ".new");
    } while (is_taken(name));
    return name;
  }

  // What is replaced, and what the file no longer has.
  void PlanRemovals() {
    std::map<std::string, const project::Service*> replaced;  // by container id
    removal_.grace_seconds = GracesOf(project_);
    for (const Replica& replica : replicas_) {
      if (!replica.create || replica.existing == nullptr) continue;
      removal_.containers.push_back({*replica.existing, replica.reason, /*spares_volumes=*/true});
      replaced[replica.existing->id] = replica.service;
    }
    std::set<std::string> services;
    for (const project::Service& service : project_.services()) services.insert(service.name());
    for (const Container& container : observed_.containers) {
      if (kept_.contains(container.id)) continue;
      const char* reason = container.reads_metadata()               ? "left by an apply that was cut off"
                           : services.contains(container.component) ? "one too many"
                                                                    : "no longer in the file";
      removal_.containers.push_back({WithItsOwnVolumes(container), reason});
    }
    removed_by_ = AddRemoval(removal_, InputsOf(project_), kRun, &result_.plan);
    // A container that is replaced runs on until its replacement may start, which is when the components that it waits
    // for are ready. But one that holds a port which another component is to get stops at once: what it would wait for
    // may be waiting for that other component.
    for (Operation& operation : *result_.plan.mutable_operations()) {
      const bool holds_port = HoldsPortOfAnother(operation.target());
      const auto found = replaced.find(operation.target());
      const bool stops = KindOf(operation) == OperationKind::kStopContainer;
      if (stops && (holds_port || found != replaced.end())) operation.clear_after();
      if (!holds_port && found != replaced.end()) AddWaits(*found->second, &operation);
    }
  }

  // A container that goes, without the volumes that one has too which stays or hands them over: an apply that was cut off
  // leaves two that have them.
  Container WithItsOwnVolumes(Container leaving) const {
    std::erase_if(leaving.anonymous_volumes, [&](const AnonymousVolume& volume) {
      return std::any_of(observed_.containers.begin(), observed_.containers.end(),
                         [&](const Container& other) { return kept_.contains(other.id) && Has(other, volume.name); });
    });
    return leaving;
  }

  bool HoldsPortOfAnother(absl::string_view container_id) const {
    for (const Leaving& leaving : removal_.containers) {
      if (leaving.container.id != container_id) continue;
      for (const Replica& replica : replicas_) {
        const bool another = replica.service->name() != leaving.container.component;
        if (another && WantsPortOf(*replica.service, leaving.container)) return true;
      }
    }
    return false;
  }

  void AddWaits(const project::Service& service, Operation* operation) const {
    for (const project::Dependency& dependency : service.depends_on()) {
      const project::Service* const other = project::FindService(project_, dependency.service());
      const bool has_check = other != nullptr && other->has_health_check();
      Wait& wait = *operation->add_wait();
      wait.set_component(dependency.service());
      wait.set_condition(dependency.condition() == project::Dependency::COMPLETED ? Wait::COMPLETED
                         : has_check                                              ? Wait::HEALTHY
                                                                                  : Wait::RUNNING);
    }
  }

  void PlanRun(const Replica& replica) {
    if (replica.rename) {
      const std::string reason = replica.create ? replica.reason : "has another name";
      Operation& rename = AddOn(replica, OperationKind::kRenameContainer, reason);
      if (replica.create) rename.add_after(removed_by_.at(replica.existing->id));
    }
    if (!replica.run.has_value()) return;
    const uint32_t renamed_by = builder_.last();
    Operation& run = AddOn(replica, *replica.run, replica.reason);
    if (replica.rename) run.add_after(renamed_by);
    AddWaits(*replica.service, &run);
    AfterPortsAreFree(*replica.service, &run);
  }

  // An operation on the replica's container: the one that is there, or the one that this plan creates.
  Operation& AddOn(const Replica& replica, OperationKind kind, absl::string_view reason) {
    Operation& operation = builder_.Add(kind, replica.name, reason, kRun);
    operation.set_component(replica.service->name());
    operation.set_number(replica.number);
    if (replica.create) {
      operation.set_made_by(replica.created_by);
    } else {
      operation.set_target(replica.existing->id);
    }
    return operation;
  }

  // A host port that a leaving container still holds must be free before another one takes it.
  void AfterPortsAreFree(const project::Service& service, Operation* run) const {
    for (const Leaving& leaving : removal_.containers) {
      if (WantsPortOf(service, leaving.container)) run->add_after(removed_by_.at(leaving.container.id));
    }
  }

  static bool WantsPortOf(const project::Service& service, const Container& holder) {
    for (const engine::PublishedPort& held : holder.ports) {
      for (const project::Port& wanted : service.ports()) {
        if (wanted.published() != 0 && wanted.published() == held.public_port() && wanted.protocol() == held.type()) {
          return true;
        }
      }
    }
    return false;
  }

  const project::Project& project_;
  const Observed& observed_;
  const ReconcileOptions& options_;
  Reconciliation result_;
  PlanBuilder builder_;
  std::vector<Replica> replicas_;
  std::set<std::string> kept_;  // ids of containers that stay, or that are replaced under their own name
  std::set<std::string> network_ids_;
  Removal removal_;
  std::optional<uint32_t> first_create_;
  std::map<std::string, uint32_t> removed_by_;  // container id → operation
};

}  // namespace internal

inline Reconciliation Reconcile(const project::Project& project, const Observed& observed,
                                const ReconcileOptions& options) {
  return internal::Reconciler(project, observed, options).Run();
}

inline std::vector<std::string> NameConflicts(const Plan& plan, const std::vector<engine::ContainerSummary>& holders,
                                              const project::Project& project) {
  std::vector<std::string> conflicts;
  for (const engine::ContainerSummary& holder : holders) {
    if (IsOwned(holder.labels(), project)) continue;
    const std::string name = ReadContainer(holder).name;
    for (const Operation& operation : plan.operations()) {
      if (!TakesContainerName(operation) || operation.name() != name) continue;
      conflicts.push_back(absl::StrCat(operation.component(), ": the container name ", name, " is held by ",
                                       OwnerText(holder.labels()), "; remove or rename that container"));
    }
  }
  return conflicts;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_RECONCILE_H_
