// Whether what was started is up: what the engine's events say of each container, and what that means for its
// component.
//
// A container counts as *up* when it is healthy, or, where it has no health check, has run for min_ready without
// exiting, or has completed. It has *failed* (docs/architecture.md, "Failing while it deploys"):
//
//   restart policy `no`           at the first exit with another code than 0
//   one that restarts             at the second exit: one is forgiven and told (0 under on-failure is completion)
//   a health check                at once when the engine says unhealthy
//
// What reads a component without a health check is started when that has run for kSteadyAfter, or min_ready where that
// is less: a program that dies as it starts (a command that is not there, a wrong flag) is seen before anything behind
// it is started.
#ifndef FLOW_DOCKER_READINESS_H_
#define FLOW_DOCKER_READINESS_H_

#include <algorithm>
#include <cstddef>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::docker {

inline constexpr absl::Duration kSteadyAfter = absl::Milliseconds(200);

// What has become of a container by an event.
enum class Transition {
  kNothing,
  kStarted,      // it runs: min_ready begins now
  kUp,           // healthy
  kCompleted,    // it ended with 0, and may
  kForgiven,     // it exited and it is started again
  kExited,       // failed: it exited
  kUnhealthy,    // failed, unless a look at the probe shows that it cannot run
  kDisappeared,  // failed: someone removed it
};

// One container that the apply wants to be up.
struct Instance {
  std::string component;
  int number = 0;
  std::string id;        // empty: not created yet
  bool awaited = false;  // something is started when this is steady
  bool restarts = false;
  bool ends = false;              // exit code 0 is completion
  Health health = Health::kNone;  // kNone: has no health check; kUnknown: its probe cannot run in its image
  bool probing = false;           // a probe has begun whose end was not told
  bool running = false;
  bool steady = false;  // ran for kSteadyAfter since it started
  bool ready = false;   // ran for min_ready since it started
  bool completed = false;
  bool failed = false;
  bool seen = false;         // an event of it came since the list was asked for, and is newer than what that says
  bool to_list = false;      // it was there when the list was asked for
  bool exit_listed = false;  // a list told the last exit; the event of it may still come
  int starts = 0;
  int exits = 0;
  int exit_code = 0;

  // Its health counts.
  bool judged() const { return health != Health::kNone && health != Health::kUnknown; }
  bool started() const { return completed || (running && (health == Health::kHealthy || (!judged() && steady))); }
  bool up() const { return completed || (running && (health == Health::kHealthy || (!judged() && ready))); }
};

class Readiness {
 public:
  // What the project wants to be up: every replica of every service, none of them created yet.
  // `has_check(service)`: by its own definition or its image's.
  template <typename HasCheck>
  void Expect(const project::Project& project, const HasCheck& has_check) {
    instances_.clear();
    auto of_component = std::make_shared<Index>();
    std::set<std::string> awaited;
    for (const project::Service& service : project.services()) {
      for (const project::Dependency& dependency : service.depends_on()) {
        if (dependency.condition() == project::Dependency::STARTED) awaited.insert(dependency.service());
      }
    }
    for (const project::Service& service : project.services()) {
      for (uint32_t number = 1; number <= service.replicas(); ++number) {
        Instance instance{.component = service.name(), .number = static_cast<int>(number)};
        instance.awaited = awaited.contains(service.name());
        instance.restarts = service.restart().mode() != project::RestartPolicy::NO;
        instance.ends = project::MayComplete(service);
        instance.health = has_check(service) ? Health::kStarting : Health::kNone;
        (*of_component)[service.name()].push_back(instances_.size());
        instances_.push_back(std::move(instance));
      }
    }
    of_component_ = std::move(of_component);
  }

  // A container of a component that this apply created.
  void Created(absl::string_view component, int number, absl::string_view id) {
    if (Instance* instance = Find(component, number)) instance->id = std::string(id);
  }

  // A container that is there and stays: as the list of containers tells it.
  void Adopt(const Container& container) {
    Instance* instance = Find(container.component, container.number);
    if (instance == nullptr) return;
    instance->id = container.id;
    instance->running = container.state == "running";
    instance->steady = instance->ready = instance->running;
    if (instance->running) instance->health = container.health;
    if (container.state == "restarting") instance->exits = 1;
    instance->completed = container.ended_well() && instance->ends;
  }

  // All that are there and that the plan does not remove.
  void AdoptWhatStays(const std::vector<Container>& containers, const Plan& plan) {
    std::set<std::string> leaving;
    for (const Operation& operation : plan.operations()) {
      if (KindOf(operation) == OperationKind::kRemoveContainer) leaving.insert(operation.target());
    }
    for (const Container& container : containers) {
      if (!leaving.contains(container.id)) Adopt(container);
    }
  }

  // The engine answered that it started a container; the event may have come before, or the exit even.
  Transition StartAnswered(absl::string_view id) {
    Instance* instance = Find(id);
    return instance == nullptr || instance->starts > 0 ? Transition::kNothing : Start(instance);
  }

  Transition StartSeen(absl::string_view id) {
    Instance* instance = Find(id);
    if (instance == nullptr) return Transition::kNothing;
    instance->seen = true;
    return instance->running ? Transition::kNothing : Start(instance);
  }

  Transition ExitSeen(absl::string_view id, int exit_code) {
    Instance* instance = Find(id);
    if (instance == nullptr) return Transition::kNothing;
    instance->seen = true;
    // An engine that was killed tells how what it had left running ended, before or after it is asked for its list.
    if (std::exchange(instance->exit_listed, false)) return Transition::kNothing;
    instance->running = instance->steady = instance->ready = false;
    instance->exit_code = exit_code;
    ++instance->exits;
    // A fast exit can be told before the start was answered.
    instance->starts = std::max(instance->starts, instance->exits);
    if (exit_code == 0 && instance->ends) {
      instance->completed = true;
      return Transition::kCompleted;
    }
    if (instance->restarts && instance->exits == 1) return Transition::kForgiven;
    instance->failed = true;
    return Transition::kExited;
  }

  Transition HealthSeen(absl::string_view id, Health health) {
    Instance* instance = Find(id);
    if (instance == nullptr || !instance->judged() || !instance->running) return Transition::kNothing;
    instance->seen = true;
    if (instance->health == health) return Transition::kNothing;
    instance->health = health;
    if (health == Health::kHealthy) return Transition::kUp;
    return health == Health::kUnhealthy ? Transition::kUnhealthy : Transition::kNothing;
  }

  Transition RemovalSeen(absl::string_view id) {
    Instance* instance = Find(id);
    if (instance == nullptr) return Transition::kNothing;
    instance->running = instance->steady = instance->ready = instance->completed = false;
    instance->failed = true;
    return Transition::kDisappeared;
  }

  // What events have told of a container that a list of the same time does not show yet: that it has completed, that it
  // is healthy. And that its probe cannot run, which no list tells.
  void BringUpToDate(Container* container) const {
    const Instance* instance = Get(container->id);
    if (instance == nullptr || container->state != "running") return;
    if (instance->completed) {
      container->state = "exited";
      container->exit_code = 0;
    } else if (instance->health == Health::kUnknown || instance->health == Health::kHealthy) {
      container->health = instance->health;
    }
  }

  // The list is asked for, for what no event has told.
  void ListAsked() {
    for (Instance& instance : instances_) {
      instance.seen = false;
      instance.to_list = !instance.id.empty();
    }
  }

  // The ids of containers that were there when the list was asked for, and that are not in it.
  std::vector<std::string> NotListed(const std::vector<Container>& list) const {
    std::set<std::string> listed;
    for (const Container& container : list) listed.insert(container.id);
    std::vector<std::string> missing;
    for (const Instance& instance : instances_) {
      const bool told = instance.failed || instance.id.empty();
      if (!told && instance.to_list && !listed.contains(instance.id)) missing.push_back(instance.id);
    }
    return missing;
  }

  // After the stream of events broke: what the list says now, which is what the events in between would have.
  Transition ListedAgain(const Container& container) {
    Instance* instance = Find(container.id);
    if (instance == nullptr || instance->seen) return Transition::kNothing;
    if (instance->running && !container.running()) {
      const Transition transition = ExitSeen(container.id, container.exit_code);
      instance->exit_listed = true;
      return transition;
    }
    if (!instance->running && container.state == "running") return StartSeen(container.id);
    return container.health == Health::kNone ? Transition::kNothing : HealthSeen(container.id, container.health);
  }

  // kSteadyAfter has passed since the `starts`th start of a container.
  void Steady(absl::string_view id, int starts) {
    Instance* instance = Find(id);
    if (instance != nullptr && instance->running && instance->starts == starts) instance->steady = true;
  }

  // min_ready has passed since the `starts`th start of a container; nothing where it exited meanwhile.
  Transition Ready(absl::string_view id, int starts) {
    Instance* instance = Find(id);
    if (instance == nullptr || !instance->running || instance->starts != starts) return Transition::kNothing;
    instance->steady = instance->ready = true;
    return instance->judged() ? Transition::kNothing : Transition::kUp;
  }

  // The container's probe cannot run in its image: that is no verdict, and it counts as one without a health check.
  // It has run for longer than min_ready when the first probe was made.
  Transition ProbeCannotRun(absl::string_view id) {
    Instance* instance = Find(id);
    if (instance == nullptr) return Transition::kNothing;
    instance->health = Health::kUnknown;
    return instance->running && instance->ready ? Transition::kUp : Transition::kNothing;
  }

  // A command begins in the container, as every probe is one. True: of the one before no end was told, as of a probe that
  // cannot be run.
  bool ExecBegun(absl::string_view id) {
    Instance* instance = Find(id);
    return instance != nullptr && std::exchange(instance->probing, true);
  }

  void ExecEnded(absl::string_view id) {
    if (Instance* instance = Find(id)) instance->probing = false;
  }

  // The container's failure is known by other means: the engine would not start it.
  void Fail(absl::string_view id) {
    if (Instance* instance = Find(id)) instance->failed = true;
  }

  // The container is gone because we removed it.
  void Forget(absl::string_view id) {
    if (Instance* instance = Find(id)) {
      instance->id.clear();
      instance->running = instance->steady = instance->ready = instance->completed = false;
    }
  }

  // Whether a component is where a Wait wants it. One with no replicas always is.
  bool Reached(const Wait& wait) const {
    return AllOf(wait.component(), [&](const Instance& instance) {
      return wait.condition() == Wait::COMPLETED ? instance.completed : instance.started();
    });
  }

  bool Up(absl::string_view component) const {
    return AllOf(component, [](const Instance& instance) { return instance.up(); });
  }

  bool Completed(absl::string_view component) const {
    return AllOf(component, [](const Instance& instance) { return instance.completed; });
  }

  // How many of a component's replicas are up, and of how many.
  std::pair<size_t, size_t> ReplicasUp(absl::string_view component) const {
    const auto found = of_component_->find(std::string(component));
    if (found == of_component_->end()) return {0, 0};
    const auto& of = found->second;
    return {std::count_if(of.begin(), of.end(), [&](size_t index) { return instances_[index].up(); }), of.size()};
  }

  bool AllUp() const {
    return std::all_of(instances_.begin(), instances_.end(), [](const Instance& instance) { return instance.up(); });
  }

  // The components of which a replica has not been started, in the order of the file.
  std::vector<std::string> NotStarted() const {
    std::vector<std::string> components;
    for (const Instance& instance : instances_) {
      const bool ran = instance.starts > 0 || instance.running || instance.completed;
      const bool told = !components.empty() && components.back() == instance.component;
      if (!ran && !told) components.push_back(instance.component);
    }
    return components;
  }

  // A component's containers, in the order of their numbers.
  std::vector<std::string> ContainerIds(absl::string_view component) const {
    std::vector<std::string> ids;
    const auto found = of_component_->find(std::string(component));
    if (found == of_component_->end()) return ids;
    for (const size_t index : found->second) {
      if (!instances_[index].id.empty()) ids.push_back(instances_[index].id);
    }
    return ids;
  }

  const Instance* Get(absl::string_view id) const { return const_cast<Readiness*>(this)->Find(id); }
  const std::vector<Instance>& instances() const { return instances_; }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [instances, of_component] = *this;
    return std::tie(instances, of_component);
  }

 private:
  Transition Start(Instance* instance) {
    instance->running = true;
    instance->exit_listed = false;
    instance->steady = instance->ready = instance->completed = false;
    ++instance->starts;
    // A container that starts again is not judged by its health from before.
    if (instance->judged()) instance->health = Health::kStarting;
    instance->probing = false;
    return Transition::kStarted;
  }

  using Index = std::map<std::string, std::vector<size_t>>;  // component → its instances, by number

  template <typename Predicate>
  bool AllOf(absl::string_view component, const Predicate& predicate) const {
    const auto found = of_component_->find(std::string(component));
    return found == of_component_->end() || std::all_of(found->second.begin(), found->second.end(),
                                                        [&](size_t index) { return predicate(instances_[index]); });
  }

  Instance* Find(absl::string_view component, int number) {
    const auto found = of_component_->find(std::string(component));
    if (found == of_component_->end() || number < 1 || number > static_cast<int>(found->second.size())) return nullptr;
    return &instances_[found->second[number - 1]];
  }

  Instance* Find(absl::string_view id) {
    for (Instance& instance : instances_) {
      if (!instance.id.empty() && instance.id == id) return &instance;
    }
    return nullptr;
  }

  std::vector<Instance> instances_;
  std::shared_ptr<const Index> of_component_ = std::make_shared<Index>();
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_READINESS_H_
