// Deciding what has to be done so that the engine has what the project says. It compares, and does nothing.
#ifndef FLOW_DOCKER_RECONCILE_H_
#define FLOW_DOCKER_RECONCILE_H_

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
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

// The plan that makes the engine match the project, once the project's images are pulled (pulls.h). It has four stages:
// networks and volumes are created; then containers; then what is replaced or has left the file is stopped and
// containers are started, in the order of what waits for what; and when all that the engine may refuse is done, what is
// old is removed. So what the engine refuses at a create ends an apply before anything of it has run, and what it
// refuses at a start leaves the old containers there. One that replaces another has another name until that is gone.
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

enum Stage : uint32_t { kCreateShared, kCreateContainers, kRun, kClear };

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
    PlanStops();
    const std::vector<const Replica*> in_order = InOrderOfStart();
    for (const Replica* replica : in_order) PlanRun(*replica);
    removed_by_ = AddRemovals(removal_, InputsOf(project_), stopped_by_, kClear, &result_.plan);
    for (const Replica* replica : in_order) PlanRename(*replica);
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
        new_volumes_.insert(volume.key());
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
  // one that can stay as it is, else the one with the right name, else the newest; the others go. nullptr: there is none.
  const Container* Keep(const project::Service& service, int number, absl::string_view name) const {
    const auto merit = [&](const Container& container) {
      return std::make_tuple(WhyReplace(service, container).empty(), container.name == name, container.created);
    };
    const Container* keep = nullptr;
    for (const Container& container : observed_.containers) {
      if (container.component != service.name() || container.number != number) continue;
      if (keep == nullptr || merit(*keep) < merit(container)) keep = &container;
    }
    return keep;
  }

  // Decides what has to happen to one replica, and why.
  void Judge(const project::Service& service, int number) {
    Replica replica{&service, number, project::ContainerName(project_.name(), service.name(), number), nullptr};
    replica.existing = Keep(service, number, replica.name);
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
    const std::set<uint32_t> after = CreatedBefore(*replica);
    create.mutable_after()->Assign(after.begin(), after.end());
  }

  // What is created before a replica is. The first one of all is created alone: where two applies run at the same time,
  // the engine gives its name to one of them, and the other learns so before it has created anything that the first one
  // needs. Those that share a new volume are created one after the other: an engine fills an empty volume with what the
  // image has there, at a create, and two that do so at once fail.
  std::set<uint32_t> CreatedBefore(const Replica& replica) {
    std::set<uint32_t> before;
    if (!first_create_.has_value()) first_create_ = replica.created_by;
    before.insert(*first_create_);
    for (const project::Mount& mount : replica.service->mounts()) {
      if (mount.type() != project::Mount::VOLUME || !new_volumes_.contains(mount.source())) continue;
      const auto [last, is_first] = last_to_fill_.try_emplace(mount.source(), replica.created_by);
      if (!is_first) before.insert(std::exchange(last->second, replica.created_by));
    }
    before.erase(replica.created_by);
    return before;
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

  // What is replaced, and what the file no longer has. A container that is replaced runs on until its replacement may
  // start (PlanRun); all others stop at once. So does one that holds a port which another component is to get: what it
  // would wait for may be waiting for that other component.
  void PlanStops() {
    removal_.grace_seconds = GracesOf(project_);
    Removal at_once{.grace_seconds = removal_.grace_seconds};
    for (const Replica& replica : replicas_) {
      if (!replica.create || replica.existing == nullptr) continue;
      removal_.containers.push_back({*replica.existing, replica.reason, /*spares_volumes=*/true});
      if (HoldsPortOfAnother(*replica.existing)) at_once.containers.push_back(removal_.containers.back());
    }
    std::set<std::string> services;
    for (const project::Service& service : project_.services()) services.insert(service.name());
    for (const Container& container : observed_.containers) {
      if (kept_.contains(container.id)) continue;
      const char* reason = container.reads_metadata()               ? "left by an apply that was cut off"
                           : services.contains(container.component) ? "one too many"
                                                                    : "no longer in the file";
      removal_.containers.push_back({WithItsOwnVolumes(container), reason});
      at_once.containers.push_back(removal_.containers.back());
    }
    stopped_by_ = AddStops(at_once, InputsOf(project_), kRun, &result_.plan);
    for (const Leaving& leaving : at_once.containers) {
      const auto stop = stopped_by_.find(leaving.container.id);
      if (stop == stopped_by_.end() || !HoldsPortOfAnother(leaving.container)) continue;
      result_.plan.mutable_operations(static_cast<int>(stop->second))->clear_after();
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

  bool HoldsPortOfAnother(const Container& container) const {
    return std::any_of(replicas_.begin(), replicas_.end(), [&](const Replica& replica) {
      return replica.service->name() != container.component && WantsPortOf(*replica.service, container);
    });
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

  // The replicas, each behind those of the components that it waits for; else in the order of the file.
  std::vector<const Replica*> InOrderOfStart() const {
    std::vector<const Replica*> order;
    std::set<std::string> taken;
    const std::function<void(const project::Service&)> take = [&](const project::Service& service) {
      if (!taken.insert(service.name()).second) return;
      for (const project::Dependency& dependency : service.depends_on()) {
        if (const auto* input = project::FindService(project_, dependency.service())) take(*input);
      }
      for (const Replica& replica : replicas_) {
        if (replica.service == &service) order.push_back(&replica);
      }
    };
    for (const project::Service& service : project_.services()) take(service);
    return order;
  }

  // The old container stops when the new one may start.
  void PlanRun(const Replica& replica) {
    if (!replica.run.has_value()) return;
    const Container* const old = replica.create ? replica.existing : nullptr;
    if (old != nullptr && old->running() && !stopped_by_.contains(old->id)) {
      Operation& stop = builder_.Add(OperationKind::kStopContainer, *old, replica.reason, kRun);
      stop.set_grace_seconds(replica.service->stop_grace_period_seconds());
      AddWaits(*replica.service, &stop);
      stopped_by_[old->id] = builder_.last();
    }
    Operation& run = AddOn(replica, *replica.run, replica.reason, kRun);
    AddWaits(*replica.service, &run);
    // The same replica does not run twice, and a host port must be free that a leaving container still holds.
    for (const Leaving& leaving : removal_.containers) {
      const Container& other = leaving.container;
      const bool is_same = other.component == replica.service->name() && other.number == replica.number;
      const auto stop = stopped_by_.find(other.id);
      if (stop == stopped_by_.end() || (!is_same && !WantsPortOf(*replica.service, other))) continue;
      run.add_after(stop->second);
    }
  }

  // To the name that it should have, when nothing that leaves has that any more.
  void PlanRename(const Replica& replica) {
    if (!replica.rename) return;
    Operation& rename = AddOn(replica, OperationKind::kRenameContainer,
                              replica.create ? absl::string_view(replica.reason) : "has another name", kClear);
    for (const Leaving& leaving : removal_.containers) {
      if (leaving.container.name == replica.name) rename.add_after(removed_by_.at(leaving.container.id));
    }
  }

  // An operation on the replica's container: the one that is there, or the one that this plan creates.
  Operation& AddOn(const Replica& replica, OperationKind kind, absl::string_view reason, Stage stage) {
    Operation& operation = builder_.Add(kind, replica.name, reason, stage);
    operation.set_component(replica.service->name());
    operation.set_number(replica.number);
    if (replica.create) {
      operation.set_made_by(replica.created_by);
    } else {
      operation.set_target(replica.existing->id);
    }
    return operation;
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
  std::set<std::string> new_volumes_;             // keys
  std::map<std::string, uint32_t> last_to_fill_;  // new volume's key → the last create of a container that mounts it
  OperationOf stopped_by_, removed_by_;
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
