// The labels by which containers, networks and volumes are known, all of them.
//
// Ours are the truth about whose a thing is: what does not carry kPipelineLabel and kNamespaceLabel is never touched.
// Compose's make `docker compose ls | ps | logs | stop | down -p PROJECT`, and the tools that read its labels, see a
// pipeline as a project. In a Compose file only ours are written: Compose adds its own, and they would win over any
// written there.
#ifndef FLOW_PROJECT_LABELS_H_
#define FLOW_PROJECT_LABELS_H_

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "google/protobuf/map.h"

namespace flow::project {

// On containers, networks and volumes; set by translate.h.
inline constexpr char kNamespaceLabel[] = "com.obsrvr.flow.namespace";
inline constexpr char kPipelineLabel[] = "com.obsrvr.flow.pipeline";

// On containers alone; set by translate.h. The component's id; source, processor, sink or pipeline; the digest of the
// desired container (digest.h), by which an apply sees whether a container is still what the file asks for.
inline constexpr char kComponentLabel[] = "com.obsrvr.flow.component";
inline constexpr char kTypeLabel[] = "com.obsrvr.flow.type";
inline constexpr char kDigestLabel[] = "com.obsrvr.flow.digest";

// kTypeLabel of a container that is made to read an image's metadata, and never started. One that is there was left by
// an apply that was cut off, or is another apply's.
inline constexpr char kMetadataType[] = "metadata";

// Compose's, set where the engine's requests are made and by Compose itself for what it creates (docker/compose,
// pkg/api/labels.go). The project's name: on containers, networks and volumes.
inline constexpr char kComposeProjectLabel[] = "com.docker.compose.project";
// On containers, networks and volumes: the version of the program that made it.
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
// On containers alone: "SERVICE:CONDITION:RESTART,…", from which `docker compose down` without a file orders its stops.
inline constexpr char kComposeDependsOnLabel[] = "com.docker.compose.depends_on";

// On networks alone, on volumes alone: the key in the Compose file ("default"). Compose refuses a network of its name
// that carries another value or none.
inline constexpr char kComposeNetworkLabel[] = "com.docker.compose.network";
inline constexpr char kComposeVolumeLabel[] = "com.docker.compose.volume";

// True for keys that only flow and Compose set: a pipeline's own label of such a key would lie about whose a thing is.
inline bool IsReservedLabel(const std::string& key) {
  return absl::StartsWith(key, "com.obsrvr.flow.") || absl::StartsWith(key, "com.docker.compose.");
}

// The value of a label; empty where it is not there.
inline std::string Label(const google::protobuf::Map<std::string, std::string>& labels, absl::string_view key) {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? "" : found->second;
}

// Whether something with these labels is this pipeline's. Ownership is by flow's labels alone: never by name.
inline bool IsOwned(const google::protobuf::Map<std::string, std::string>& labels, absl::string_view name_space,
                    absl::string_view pipeline) {
  return Label(labels, kNamespaceLabel) == name_space && Label(labels, kPipelineLabel) == pipeline;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_LABELS_H_
