// The labels of Docker Compose on what flow makes on an engine (docker/compose, pkg/api/labels.go). They are why
// `docker compose ls | ps | logs | stop | down -p PROJECT`, and the tools that read its labels, see a pipeline as a
// project. They say nothing about whose a thing is: that is for flow's own (flow/project/labels.h).
//
// In a Compose file none of them is written: Compose adds its own, which would win over any written there.
#ifndef FLOW_DOCKER_ENGINE_COMPOSE_LABELS_H_
#define FLOW_DOCKER_ENGINE_COMPOSE_LABELS_H_

#include <string>

#include "absl/strings/numbers.h"
#include "flow/project/labels.h"
#include "google/protobuf/map.h"

namespace flow::docker::engine {

// On containers, networks and volumes: the project's name, and the version of the program that made it.
inline constexpr char kComposeProjectLabel[] = "com.docker.compose.project";
inline constexpr char kComposeVersionLabel[] = "com.docker.compose.version";

// On containers alone. The service, its replica counted from 1, "False" for what is no `compose run`.
inline constexpr char kComposeServiceLabel[] = "com.docker.compose.service";
inline constexpr char kComposeContainerNumberLabel[] = "com.docker.compose.container-number";
inline constexpr char kComposeOneoffLabel[] = "com.docker.compose.oneoff";
// On containers alone: a network or volume that has this one with a hash Compose does not compute itself makes Compose
// ask whether to recreate it; one without it is taken as it is.
inline constexpr char kComposeConfigHashLabel[] = "com.docker.compose.config-hash";
// On containers alone: where the Compose file is (absolute; several with commas), for `docker compose ls`.
inline constexpr char kComposeConfigFilesLabel[] = "com.docker.compose.project.config_files";
inline constexpr char kComposeWorkingDirLabel[] = "com.docker.compose.project.working_dir";

// On networks alone, on volumes alone: the key in the Compose file ("default"). Compose refuses a network of its name
// that carries another value or none.
inline constexpr char kComposeNetworkLabel[] = "com.docker.compose.network";
inline constexpr char kComposeVolumeLabel[] = "com.docker.compose.volume";

// Which of its component's replicas a container with these labels is, from 1; 0 where they tell no number.
inline int ReplicaNumber(const google::protobuf::Map<std::string, std::string>& labels) {
  int number = 0;
  return absl::SimpleAtoi(project::Label(labels, kComposeContainerNumberLabel), &number) ? number : 0;
}

}  // namespace flow::docker::engine

#endif  // FLOW_DOCKER_ENGINE_COMPOSE_LABELS_H_
