// How a pipeline on a Docker engine is: its containers as flow/deploy/status.h takes them.
#ifndef FLOW_DOCKER_STATUS_H_
#define FLOW_DOCKER_STATUS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/deploy/status.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/observed.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::docker {

// Puts the containers of a pipeline, as the engine lists them, into the input of a status.
// `probe_cannot_run`: ids of those whose probe cannot run, which is no verdict.
inline void AddContainers(const std::vector<Container>& containers, const std::set<std::string>& probe_cannot_run,
                          deploy::StatusInput* input);

// Whether the list does not tell a container's health though the file asks for a check, as Podman's never does: then an
// inspection does. `project`: what the state says of the pipeline.
inline bool IsHealthUntold(const Container& container, const project::Project& project) {
  const project::Service* service = project::FindService(project, container.component);
  return service != nullptr && service->has_health_check() && container.state == "running" &&
         container.health == Health::kNone;
}

// How it is done

namespace internal {

// "5 minutes" of "Up 5 minutes (healthy)", the engine's own words.
inline std::string UpText(absl::string_view status) {
  if (!absl::ConsumePrefix(&status, "Up ")) return "";
  return std::string(absl::StripTrailingAsciiWhitespace(status.substr(0, status.find('('))));
}

inline std::string EndpointText(const engine::PublishedPort& port) {
  const std::string ip = absl::StrContains(port.ip(), ':') ? absl::StrCat("[", port.ip(), "]") : port.ip();
  return absl::StrCat(ip, ":", port.public_port(), "->", port.private_port(), "/", port.type());
}

inline deploy::ReplicaState ReplicaStateOf(absl::string_view state) {
  using deploy::ReplicaState;
  if (state == "created") return ReplicaState::kPending;
  if (state == "running") return ReplicaState::kRunning;
  if (state == "restarting") return ReplicaState::kRestarting;
  if (state == "paused") return ReplicaState::kPaused;
  if (state == "exited") return ReplicaState::kExited;
  return ReplicaState::kDead;  // "dead", "removing"
}

inline deploy::Replica ReplicaOf(const Container& container) {
  deploy::Replica replica{.id = container.id,
                          .name = container.name,
                          .component = container.component,
                          .type = container.type,
                          .number = container.number,
                          .image = container.image,
                          .digest = container.digest,
                          .state = ReplicaStateOf(container.state),
                          .state_word = container.state,
                          .up = container.running() ? UpText(container.status) : "",
                          .health = container.health,
                          .exit_code = container.exit_code,
                          .is_connected = container.is_connected()};
  for (const engine::PublishedPort& port : container.ports) {
    if (port.public_port() != 0) replica.endpoints.push_back(EndpointText(port));
  }
  return replica;
}

}  // namespace internal

inline void AddContainers(const std::vector<Container>& containers, const std::set<std::string>& probe_cannot_run,
                          deploy::StatusInput* input) {
  input->replica_noun = "container";
  for (const Container& container : containers) {
    if (container.reads_metadata()) {
      input->is_prepared = true;
      continue;
    }
    deploy::Replica replica = internal::ReplicaOf(container);
    if (probe_cannot_run.contains(container.id)) replica.health = Health::kUnknown;
    input->replicas.push_back(std::move(replica));
  }
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_STATUS_H_
