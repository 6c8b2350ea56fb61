// How a pipeline is: what its target has of it, held against what was asked for.
#ifndef FLOW_DEPLOY_STATUS_H_
#define FLOW_DEPLOY_STATUS_H_

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
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/replica.h"
#include "flow/deploy/status.pb.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::deploy {

// All that a status is made from.
struct StatusInput {
  std::string namespace_;
  std::string pipeline;
  std::optional<Deployment> deployment;  // the state; nothing: there is none that can be read
  std::vector<Replica> replicas;         // the pipeline's, as its target has them
  bool is_prepared = false;              // an apply is finding out what it needs, and has not written its intent yet
  std::optional<int> holder;             // the process that works on the pipeline now
  std::string replica_noun = "replica";  // what the target calls one: "container", "pod"
  // By component, where the target knows it: how many replicas it is to have, and why it makes none, in its words.
  std::map<std::string, uint32_t> asked_for;
  std::map<std::string, std::string> refusals;
  std::map<std::string, std::string> notes;  // by component: what is to be known of one that is well
};

// The status of one pipeline. Its components are those that were asked for, in the file's order, then those that the
// target has besides.
inline PipelineStatus DescribePipeline(const StatusInput& input);

// Whether --check is content.
inline bool IsWell(const PipelineStatus& pipeline) {
  return pipeline.state() == "running" || pipeline.state() == "completed";
}

// How it is done

namespace internal {

// From the worst to the best: a component is what the worst of its replicas is.
inline constexpr absl::string_view kComponentStates[] = {"missing",  "failed",  "unhealthy", "restarting", "paused",
                                                         "starting", "pending", "running",   "completed"};

inline size_t Rank(absl::string_view state) {
  return std::find(std::begin(kComponentStates), std::end(kComponentStates), state) - std::begin(kComponentStates);
}

// The component's word by one replica. Where the state does not tell what the component is, an exited one with 0 is one
// that ended well: what restarts would not be exited.
inline absl::string_view WordOf(const Replica& replica, const project::Service* service) {
  switch (replica.state) {
    case ReplicaState::kPending:
      return "pending";
    case ReplicaState::kRestarting:
      return "restarting";
    case ReplicaState::kPaused:
      return "paused";
    case ReplicaState::kExited:
      return replica.exit_code == 0 && (service == nullptr || project::MayComplete(*service)) ? "completed" : "failed";
    case ReplicaState::kDead:
      return "failed";
    case ReplicaState::kRunning:
      if (!replica.trouble.empty()) return "unhealthy";
      return replica.health == Health::kStarting    ? "starting"
             : replica.health == Health::kUnhealthy ? "unhealthy"
                                                    : "running";
  }
  return "failed";
}

inline absl::string_view WordOf(Health health) {
  static constexpr absl::string_view kWords[] = {"none", "starting", "healthy", "unhealthy", "unknown"};
  return kWords[static_cast<int>(health)];
}

// In what a replica is not what the last apply made: someone changed it by other means. (What its image's tag names
// now, the plan tells.)
inline std::string Drift(const Replica& replica, const project::Service& service) {
  const std::string desired = project::Label(service.labels(), project::kDigestLabel);
  if (!desired.empty() && !replica.digest.empty() && replica.digest != desired) {
    return absl::StrCat(replica.name, " is not configured as it was last applied");
  }
  if (replica.state == ReplicaState::kRunning && !replica.is_connected) {
    return absl::StrCat(replica.name, " is not in the pipeline's network");
  }
  return "";
}

// Up to so many replicas are named one by one.
inline constexpr size_t kMostNamed = 3;

// "waits (…)" of one, "wait (…)" of several: what is said of something begins with its verb.
inline std::string OfSeveral(absl::string_view what) {
  if (absl::ConsumePrefix(&what, "is ")) return absl::StrCat("are ", what);
  if (absl::ConsumePrefix(&what, "waits ")) return absl::StrCat("wait ", what);
  return std::string(what);
}

// "x-1, x-2 exited with code 137", "4 of 5 containers are paused": what the replicas come to that make the component
// what it is. Empty: its word says all.
inline std::string TroubleText(const ComponentStatus& component, const project::Service* service,
                               const std::vector<Replica>& replicas, const std::string& noun) {
  std::map<std::string, std::vector<std::string>> names;  // by what they come to
  for (const Replica& replica : replicas) {
    if (WordOf(replica, service) != component.state()) continue;
    if (!replica.waits_for.empty()) {
      names[absl::StrCat("waits (", replica.waits_for, ")")].push_back(replica.name);
    } else if (!replica.trouble.empty()) {
      names[replica.trouble].push_back(replica.name);
    } else if (replica.state == ReplicaState::kExited) {
      names[absl::StrCat("exited with code ", replica.exit_code)].push_back(replica.name);
    } else if (replicas.size() > 1 && component.state() != "running") {
      names[absl::StrCat("is ", component.state())].push_back(replica.name);
    }
  }
  if (component.state() == "completed") return "";
  std::vector<std::string> parts;
  for (const auto& [what, of] : names) {
    parts.push_back(absl::StrCat(of.size() > kMostNamed
                                     ? absl::StrCat(of.size(), " of ", replicas.size(), " ", noun, "s")
                                     : absl::StrJoin(of, ", "),
                                 " ", of.size() > 1 ? OfSeveral(what) : what));
  }
  return absl::StrJoin(parts, "; ");
}

// Why a component is not as it should be, in a few words.
inline std::string ComponentMessage(const ComponentStatus& component, const project::Service* service,
                                    const std::vector<Replica>& replicas, const StatusInput& input) {
  const std::string& noun = input.replica_noun;
  if (component.state() == "missing") {
    const auto refusal = input.refusals.find(component.id());
    return absl::StrCat(component.replicas() > 1
                            ? absl::StrCat("there are ", replicas.size(), " of ", component.replicas(), " ", noun, "s")
                            : absl::StrCat("there is no ", noun),
                        refusal == input.refusals.end() ? "" : absl::StrCat(": ", refusal->second));
  }
  if (std::string trouble = TroubleText(component, service, replicas, noun); !trouble.empty()) return trouble;
  if (const auto note = input.notes.find(component.id()); note != input.notes.end()) return note->second;
  if (service == nullptr) return "";
  for (const Replica& replica : replicas) {
    if (std::string drift = Drift(replica, *service); !drift.empty()) return drift;
  }
  if (replicas.size() <= service->replicas()) return "";
  return absl::StrCat("there are ", replicas.size(), " ", noun, "s, and ", service->replicas(), " asked for");
}

inline ComponentStatus DescribeComponent(const std::string& id, const project::Service* service,
                                         const std::vector<Replica>& replicas, const StatusInput& input) {
  ComponentStatus component;
  component.set_id(id);
  const Replica any = replicas.empty() ? Replica() : replicas.front();
  const auto asked_for = input.asked_for.find(id);
  component.set_type(service != nullptr ? service->type() : any.type);
  component.set_image(service != nullptr ? service->image() : any.image);
  component.set_replicas(service != nullptr                   ? service->replicas()
                         : asked_for != input.asked_for.end() ? asked_for->second
                                                              : static_cast<uint32_t>(replicas.size()));
  absl::string_view state = component.replicas() > replicas.size() ? "missing" : "completed";
  Health health = Health::kNone;
  for (const Replica& replica : replicas) {
    ReplicaStatus& status = *component.add_containers();
    status.set_id(replica.id);
    status.set_name(replica.name);
    status.set_state(replica.state_word);
    status.set_exit_code(replica.exit_code);
    status.set_up(replica.up);
    status.set_health(std::string(WordOf(replica.health)));
    status.set_node(replica.node);
    status.set_restart_count(replica.restarts);
    status.set_started_at(replica.started_at);
    const absl::string_view word = WordOf(replica, service);
    if (Rank(word) < Rank(state)) state = word;
    if (word == "running" || word == "completed") component.set_ready(component.ready() + 1);
    if (health == Health::kNone || replica.health == Health::kUnhealthy) health = replica.health;
    for (const std::string& endpoint : replica.endpoints) component.add_endpoints(endpoint);
  }
  // Nothing was asked for, and nothing is there.
  if (component.replicas() == 0 && replicas.empty()) state = "running";
  component.set_state(std::string(state));
  component.set_health(std::string(WordOf(health)));
  component.set_message(ComponentMessage(component, service, replicas, input));
  return component;
}

// The pipeline's word by its components alone. What has ended does not live any more, however well it ended.
inline std::string WordOf(const PipelineStatus& pipeline, const std::vector<Replica>& replicas) {
  const bool lives = std::any_of(replicas.begin(), replicas.end(), [](const Replica& replica) {
    return replica.state != ReplicaState::kExited && replica.state != ReplicaState::kDead;
  });
  size_t completed = 0, fine = 0;
  for (const ComponentStatus& component : pipeline.components()) {
    completed += component.state() == "completed";
    fine += component.state() == "running" || component.state() == "completed";
  }
  const size_t all = pipeline.components_size();
  if (all > 0 && completed == all) return "completed";
  if (fine == all) return "running";
  return lives ? "degraded" : "failed";
}

// What a person should know: which components are not well, and why.
inline std::string MessageOf(const PipelineStatus& pipeline) {
  std::vector<std::string> parts;
  for (const ComponentStatus& component : pipeline.components()) {
    if (component.state() == "running" || component.state() == "completed") {
      if (!component.message().empty()) parts.push_back(absl::StrCat(component.id(), ": ", component.message()));
      continue;
    }
    parts.push_back(absl::StrCat(component.id(), " is ", component.state(),
                                 component.message().empty() ? "" : absl::StrCat(" (", component.message(), ")")));
  }
  return absl::StrJoin(parts, ", ");
}

}  // namespace internal

inline PipelineStatus DescribePipeline(const StatusInput& input) {
  PipelineStatus pipeline;
  pipeline.set_name(input.pipeline);
  pipeline.set_namespace_(input.namespace_);
  std::map<std::string, std::vector<Replica>> of_component;
  for (const Replica& replica : input.replicas) of_component[replica.component].push_back(replica);
  for (const auto& [id, count] : input.asked_for) of_component.try_emplace(id);
  const bool known = input.deployment.has_value() && input.deployment->has_project();
  if (known) {
    for (const project::Service& service : input.deployment->project().services()) {
      *pipeline.add_components() =
          internal::DescribeComponent(service.name(), &service, of_component[service.name()], input);
      of_component.erase(service.name());
    }
  }
  for (const auto& [id, replicas] : of_component) {
    *pipeline.add_components() = internal::DescribeComponent(id, nullptr, replicas, input);
    if (known) pipeline.mutable_components()->rbegin()->set_message("no longer in the file");
  }
  pipeline.set_state(internal::WordOf(pipeline, input.replicas));
  pipeline.set_message(internal::MessageOf(pipeline));
  const Deployment deployment = input.deployment.value_or(Deployment());
  const bool applies = input.is_prepared && deployment.phase() != Deployment::DELETING;
  if (!input.deployment.has_value() && !applies) return pipeline;

  // Between taking a lock and writing its id there it is held by someone who cannot be told.
  const bool told = input.holder.has_value() && *input.holder > 0;
  const std::string holder = told ? absl::StrCat(" by process ", *input.holder) : "";
  switch (applies ? Deployment::APPLYING : deployment.phase()) {
    case Deployment::APPLYING:
      pipeline.set_state("applying");
      pipeline.set_message(input.holder.has_value() ? absl::StrCat("is being applied", holder)
                                                    : "an apply was cut off; apply or delete it again");
      break;
    case Deployment::DELETING:
      pipeline.set_state("deleting");
      pipeline.set_message(input.holder.has_value()     ? absl::StrCat("is being deleted", holder)
                           : deployment.error().empty() ? "a delete was cut off; delete it again"
                                                        : deployment.error());
      break;
    case Deployment::FAILED: {
      // Of a pipeline that was never up there is nothing to tell but this; else the replicas tell how it is.
      const bool never_up = !deployment.has_succeeded() && (deployment.first() || input.replicas.empty());
      if (never_up) pipeline.set_state("failed");
      const std::string error = absl::StrCat("the last apply failed: ", deployment.error());
      pipeline.set_message(never_up || pipeline.message().empty() ? error
                                                                  : absl::StrCat(pipeline.message(), "; ", error));
      break;
    }
    default:
      if (input.replicas.empty() && !deployment.has_succeeded()) pipeline.set_state("pending");
  }
  return pipeline;
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_STATUS_H_
