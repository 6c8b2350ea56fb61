// What the engine has of one pipeline, in the terms that planning and status think in: which calls ask for it, and how
// their answers are read.
#ifndef FLOW_DOCKER_OBSERVED_H_
#define FLOW_DOCKER_OBSERVED_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/deploy/replica.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/compose_labels.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

using deploy::Health;

// One that the engine made and named itself, as the image keeps data there and the file mounts nothing.
struct AnonymousVolume {
  std::string name;  // 64 hexadecimal digits
  std::string path;  // in the container
};

struct Container {
  std::string id;
  std::string name;  // without the slash that the engine puts before it
  std::string component;
  std::string type;
  int number = 0;  // of the component's replicas, from 1; 0 where its label is no number
  std::string digest;
  std::string mounted;  // its label of what it mounts of its machine
  std::string image;
  std::string image_id;
  std::string state;   // in Docker's words: created running paused restarting removing exited dead
  std::string status;  // "Up 5 minutes (healthy)"
  Health health = Health::kNone;
  int exit_code = 0;    // of an exited one
  int64_t created = 0;  // seconds since the epoch
  std::vector<std::string> network_ids;
  std::map<std::string, std::string> addresses;  // where it is in each network, by the network's name, while it runs
  std::vector<engine::PublishedPort> ports;
  std::vector<AnonymousVolume> anonymous_volumes;

  bool running() const { return state == "running" || state == "restarting" || state == "paused"; }
  // Its program ended by itself, and well. Whether that is completion, project::MayComplete tells.
  bool ended_well() const { return state == "exited" && exit_code == 0; }
  // To the network; an engine lists one that it still makes without any.
  bool is_connected() const { return !network_ids.empty(); }
  // It belongs to no component, but to the reading of an image's metadata.
  bool reads_metadata() const { return type == project::kMetadataType; }
};

// Everything the engine has that an apply of one pipeline has to know.
struct Observed {
  std::vector<Container> containers;             // the pipeline's own, in the order of component and number
  std::vector<engine::NetworkSummary> networks;  // of the project's network's name; may be foreign, may be several
  // Without it (dockerd --bridge=none) an engine does not know what "host-gateway" is.
  bool has_bridge = false;
  std::vector<engine::VolumeSummary> volumes;  // whose names begin as the project's do; may be foreign
  // Image reference in full → id of the image that it names now. Absent: the engine has no such image.
  std::map<std::string, std::string> image_ids;
};

// The call that lists a pipeline's containers, of whatever state.
engine::ListContainers ListPipelineContainers(absl::string_view namespace_, absl::string_view pipeline);

// The calls that ask what there is that carries the project's labels or names, for ReadInto.
std::vector<engine::Call> ObservingCalls(const project::Project& project);

// Replaces the containers, networks or volumes that were observed before by those of an answer. False: the answer is
// about something else.
bool ReadInto(const engine::Reply& reply, Observed* observed);

// The containers of a list, by component, number and age.
std::vector<Container> ReadContainers(const engine::ContainerList& list);
Container ReadContainer(const engine::ContainerSummary& summary);

// The oldest of the pipeline's networks, the one with the id `except` left out; nullptr where the list has none.
const engine::NetworkSummary* OldestOwned(const engine::NetworkList& list, absl::string_view namespace_,
                                          absl::string_view pipeline, absl::string_view except = "");

// The health that a container's status tells in its text: the list has no field for it before API 1.52.
inline Health HealthOf(absl::string_view status) {
  if (absl::StrContains(status, "(healthy)")) return Health::kHealthy;
  if (absl::StrContains(status, "(unhealthy)")) return Health::kUnhealthy;
  if (absl::StrContains(status, "(health: starting)")) return Health::kStarting;
  return Health::kNone;
}

// The exit code in "Exited (3) 2 hours ago"; 0 where there is none.
inline int ExitCodeOf(absl::string_view status) {
  const size_t open = status.find('('), close = status.find(')');
  int code = 0;
  if (!absl::StartsWith(status, "Exited (") || close == absl::string_view::npos) return 0;
  return absl::SimpleAtoi(status.substr(open + 1, close - open - 1), &code) ? code : 0;
}

namespace internal {

// The state in Docker's words. Podman has more: one that is told to stop and has not yet is running still.
inline std::string StateOf(const engine::ContainerSummary& summary) {
  if (summary.state() == "stopping") return "running";
  if (summary.state() == "stopped") return "exited";
  if (summary.state() == "initialized" || summary.state() == "configured") return "created";
  return summary.state();
}

// Named ones begin as the project's name does.
inline bool IsAnonymous(const engine::MountPoint& mount) {
  return mount.type() == "volume" && mount.name().size() == 64 &&
         mount.name().find_first_not_of("0123456789abcdef") == std::string::npos;
}

}  // namespace internal

inline engine::ListContainers ListPipelineContainers(absl::string_view namespace_, absl::string_view pipeline) {
  return {.labels = {absl::StrCat(project::kNamespaceLabel, "=", namespace_),
                     absl::StrCat(project::kPipelineLabel, "=", pipeline)}};
}

inline std::vector<engine::Call> ObservingCalls(const project::Project& project) {
  return {ListPipelineContainers(project.namespace_(), project.pipeline()),
          engine::ListNetworks{.name = project.network().name(), .and_bridge = true},
          engine::ListVolumes{.name_prefix = absl::StrCat(project.name(), "_")}};
}

inline bool ReadInto(const engine::Reply& reply, Observed* observed) {
  if (const auto* containers = std::get_if<engine::ContainerList>(&reply)) {
    observed->containers = ReadContainers(*containers);
  } else if (const auto* networks = std::get_if<engine::NetworkList>(&reply)) {
    observed->networks.assign(networks->networks().begin(), networks->networks().end());
    const auto is_bridge = [](const engine::NetworkSummary& network) { return network.name() == engine::kBridge; };
    observed->has_bridge = std::erase_if(observed->networks, is_bridge) > 0;
  } else if (const auto* volumes = std::get_if<engine::VolumeList>(&reply)) {
    observed->volumes.assign(volumes->volumes().begin(), volumes->volumes().end());
  } else {
    return false;
  }
  return true;
}

inline std::vector<Container> ReadContainers(const engine::ContainerList& list) {
  std::vector<Container> containers;
  for (const engine::ContainerSummary& summary : list.containers()) containers.push_back(ReadContainer(summary));
  std::sort(containers.begin(), containers.end(), [](const Container& a, const Container& b) {
    return std::tie(a.component, a.number, a.created, a.id) < std::tie(b.component, b.number, b.created, b.id);
  });
  return containers;
}

inline Container ReadContainer(const engine::ContainerSummary& summary) {
  Container container;
  container.id = summary.id();
  if (summary.names_size() > 0) container.name = std::string(absl::StripPrefix(summary.names(0), "/"));
  container.component = project::Label(summary.labels(), project::kComponentLabel);
  container.type = project::Label(summary.labels(), project::kTypeLabel);
  container.number = engine::ReplicaNumber(summary.labels());
  container.digest = project::Label(summary.labels(), project::kDigestLabel);
  container.mounted = project::Label(summary.labels(), project::kMountedLabel);
  container.image = summary.image();
  container.image_id = summary.image_id();
  container.state = internal::StateOf(summary);
  container.status = summary.status();
  container.health = HealthOf(summary.status());
  container.exit_code = ExitCodeOf(summary.status());
  container.created = summary.created();
  for (const auto& [name, endpoint] : summary.network_settings().networks()) {
    container.network_ids.push_back(endpoint.network_id());
    if (!endpoint.ip_address().empty()) container.addresses[name] = endpoint.ip_address();
  }
  container.ports.assign(summary.ports().begin(), summary.ports().end());
  for (const engine::MountPoint& mount : summary.mounts()) {
    if (internal::IsAnonymous(mount)) container.anonymous_volumes.push_back({mount.name(), mount.destination()});
  }
  return container;
}

inline const engine::NetworkSummary* OldestOwned(const engine::NetworkList& list, absl::string_view namespace_,
                                                 absl::string_view pipeline, absl::string_view except) {
  const auto age = [](const engine::NetworkSummary& network) { return std::tie(network.created(), network.id()); };
  const engine::NetworkSummary* oldest = nullptr;
  for (const engine::NetworkSummary& network : list.networks()) {
    if (network.id() == except || !project::IsOwned(network.labels(), namespace_, pipeline)) continue;
    if (oldest == nullptr || age(network) < age(*oldest)) oldest = &network;
  }
  return oldest;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_OBSERVED_H_
