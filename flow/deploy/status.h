// How a pipeline is: what the engine has of it, held against what was asked for.
#ifndef FLOW_DEPLOY_STATUS_H_
#define FLOW_DEPLOY_STATUS_H_

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/observed.h"
#include "flow/deploy/operation_call.h"
#include "flow/deploy/status.pb.h"

namespace flow::deploy {

// All that a status is made from.
struct StatusInput {
  std::string namespace_;
  std::string pipeline;
  std::optional<Deployment> deployment;    // the state; nothing: there is none that can be read
  std::vector<Container> containers;       // the pipeline's, as the engine lists them
  std::optional<int> holder;               // the process that works on the pipeline now
  std::set<std::string> probe_cannot_run;  // ids of unhealthy containers whose probe cannot run: that is no verdict
};

namespace internal {

// From the worst to the best: a component is what the worst of its containers is.
inline constexpr absl::string_view kComponentStates[] = {"missing",  "failed",  "unhealthy", "restarting", "paused",
                                                         "starting", "pending", "running",   "completed"};

inline size_t Rank(absl::string_view state) {
  return std::find(std::begin(kComponentStates), std::end(kComponentStates), state) - std::begin(kComponentStates);
}

// Whether exit code 0 is completion. Where the state does not tell, an exited container with 0 is one that ended well:
// what restarts would not be exited.
inline bool MayEnd(const compose::Service* service) {
  return service == nullptr || service->restart().mode() == compose::RestartPolicy::NO ||
         service->restart().mode() == compose::RestartPolicy::ON_FAILURE;
}

inline std::string ContainerWord(const Container& container, const compose::Service* service) {
  if (container.state == "created") return "pending";
  if (container.state == "restarting" || container.state == "paused") return container.state;
  if (container.state == "exited") return container.exit_code == 0 && MayEnd(service) ? "completed" : "failed";
  if (container.state != "running") return "failed";
  if (container.health == Health::kStarting) return "starting";
  return container.health == Health::kUnhealthy ? "unhealthy" : "running";
}

// "5 minutes" of "Up 5 minutes (healthy)", the engine's own words.
inline std::string UpText(absl::string_view status) {
  if (!absl::ConsumePrefix(&status, "Up ")) return "";
  return std::string(absl::StripTrailingAsciiWhitespace(status.substr(0, status.find('('))));
}

inline std::string HealthWord(const Container& container, const StatusInput& input) {
  if (input.probe_cannot_run.contains(container.id)) return "unknown";
  static constexpr const char* kWords[] = {"none", "starting", "healthy", "unhealthy"};
  return kWords[static_cast<int>(container.health)];
}

inline std::string EndpointText(const engine::PublishedPort& port) {
  const std::string ip = absl::StrContains(port.ip(), ':') ? absl::StrCat("[", port.ip(), "]") : port.ip();
  return absl::StrCat(ip, ":", port.public_port(), "->", port.private_port(), "/", port.type());
}

// In what a container is not what the last apply made: someone changed it by other means. (What its image's tag names
// now, the plan tells.)
inline std::string Drift(const Container& container, const compose::Service& service) {
  const std::string desired = Label(service.labels(), compose::kDigestLabel);
  if (!desired.empty() && container.digest != desired) {
    return absl::StrCat(container.name, " is not configured as it was last applied");
  }
  if (container.state == "running" && container.network_ids.empty()) {
    return absl::StrCat(container.name, " is not in the pipeline's network");
  }
  return "";
}

// Why a component is not as it should be, in a few words.
inline std::string ComponentMessage(const ComponentStatus& component, const compose::Service* service,
                                    const std::vector<Container>& containers) {
  if (component.state() == "missing") {
    return component.replicas() > 1
               ? absl::StrCat("there are ", containers.size(), " of ", component.replicas(), " containers")
               : "there is no container";
  }
  for (const Container& container : containers) {
    if (container.state == "exited" && component.state() == "failed") {
      return absl::StrCat(container.name, " exited with code ", container.exit_code);
    }
  }
  if (service == nullptr) return "";
  for (const Container& container : containers) {
    if (std::string drift = Drift(container, *service); !drift.empty()) return drift;
  }
  if (containers.size() <= service->replicas()) return "";
  return absl::StrCat("there are ", containers.size(), " containers, and ", service->replicas(), " asked for");
}

inline ComponentStatus DescribeComponent(const std::string& id, const compose::Service* service,
                                         const std::vector<Container>& containers, const StatusInput& input) {
  ComponentStatus component;
  component.set_id(id);
  component.set_type(service != nullptr ? service->type() : containers.front().type);
  component.set_image(service != nullptr ? service->image() : containers.front().image);
  component.set_replicas(service != nullptr ? service->replicas() : static_cast<uint32_t>(containers.size()));
  std::string state = component.replicas() > containers.size() ? "missing" : "completed";
  std::string health = "none";
  for (Container container : containers) {
    ContainerStatus& status = *component.add_containers();
    status.set_id(container.id);
    status.set_name(container.name);
    status.set_state(container.state);
    status.set_exit_code(container.exit_code);
    status.set_up(container.running() ? UpText(container.status) : "");
    status.set_health(HealthWord(container, input));
    if (status.health() == "unknown") container.health = Health::kNone;
    const std::string word = ContainerWord(container, service);
    if (Rank(word) < Rank(state)) state = word;
    if (word == "running" || word == "completed") component.set_ready(component.ready() + 1);
    if (health == "none" || status.health() == "unhealthy") health = status.health();
    for (const engine::PublishedPort& port : container.ports) {
      if (port.public_port() != 0) component.add_endpoints(EndpointText(port));
    }
  }
  // Nothing was asked for, and nothing is there.
  if (component.replicas() == 0 && containers.empty()) state = "running";
  component.set_state(state);
  component.set_health(health);
  component.set_message(ComponentMessage(component, service, containers));
  return component;
}

// The pipeline's word by its components alone.
inline std::string WordOf(const PipelineStatus& pipeline) {
  size_t completed = 0, fine = 0, alive = 0;
  for (const ComponentStatus& component : pipeline.components()) {
    completed += component.state() == "completed";
    fine += component.state() == "running" || component.state() == "completed";
    // Of a component of which some replicas are missing, others may live.
    alive += component.ready() > 0 || (component.state() != "missing" && component.state() != "failed");
  }
  const size_t all = pipeline.components_size();
  if (all > 0 && completed == all) return "completed";
  if (fine == all) return "running";
  return alive == 0 ? "failed" : "degraded";
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

// The status of one pipeline. Its components are those that were asked for, in the file's order, then those that the
// engine has besides.
inline PipelineStatus DescribePipeline(const StatusInput& input) {
  PipelineStatus pipeline;
  pipeline.set_name(input.pipeline);
  pipeline.set_namespace_(input.namespace_);
  std::map<std::string, std::vector<Container>> of_component;
  bool metadata_is_read = false;
  for (const Container& container : input.containers) {
    metadata_is_read |= container.reads_metadata();
    if (!container.reads_metadata()) of_component[container.component].push_back(container);
  }
  const bool known = input.deployment.has_value() && input.deployment->has_project();
  if (known) {
    for (const compose::Service& service : input.deployment->project().services()) {
      *pipeline.add_components() =
          internal::DescribeComponent(service.name(), &service, of_component[service.name()], input);
      of_component.erase(service.name());
    }
  }
  for (const auto& [id, containers] : of_component) {
    *pipeline.add_components() = internal::DescribeComponent(id, nullptr, containers, input);
    if (known) pipeline.mutable_components()->rbegin()->set_message("no longer in the file");
  }
  pipeline.set_state(internal::WordOf(pipeline));
  pipeline.set_message(internal::MessageOf(pipeline));
  const Deployment deployment = input.deployment.value_or(Deployment());
  // An apply that reads metadata has not written its intent yet.
  const bool applies = metadata_is_read && deployment.phase() != Deployment::DELETING;
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
      // Of a pipeline that was never up there is nothing to tell but this; else the containers tell how it is.
      const bool never_up = !deployment.has_succeeded() && (deployment.first() || input.containers.empty());
      if (never_up) pipeline.set_state("failed");
      const std::string error = absl::StrCat("the last apply failed: ", deployment.error());
      pipeline.set_message(never_up || pipeline.message().empty() ? error
                                                                  : absl::StrCat(pipeline.message(), "; ", error));
      break;
    }
    default:
      if (input.containers.empty() && !deployment.has_succeeded()) pipeline.set_state("pending");
  }
  return pipeline;
}

// Whether --check is content.
inline bool IsWell(const PipelineStatus& pipeline) {
  return pipeline.state() == "running" || pipeline.state() == "completed";
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_STATUS_H_
