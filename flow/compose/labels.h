#ifndef FLOW_COMPOSE_LABELS_H_
#define FLOW_COMPOSE_LABELS_H_
#include "absl/strings/string_view.h"
namespace flow::compose {
inline constexpr absl::string_view kNamespaceLabel = "com.obsrvr.flow.namespace";
inline constexpr absl::string_view kPipelineLabel = "com.obsrvr.flow.pipeline";
inline constexpr absl::string_view kComponentLabel = "com.obsrvr.flow.component";
inline constexpr absl::string_view kTypeLabel = "com.obsrvr.flow.type";
inline constexpr absl::string_view kDigestLabel = "com.obsrvr.flow.digest";
inline constexpr absl::string_view kComposeProjectLabel = "com.docker.compose.project";
inline constexpr absl::string_view kComposeServiceLabel = "com.docker.compose.service";
inline constexpr absl::string_view kComposeContainerNumberLabel = "com.docker.compose.container-number";
inline constexpr absl::string_view kComposeOneoffLabel = "com.docker.compose.oneoff";
inline constexpr absl::string_view kComposeConfigHashLabel = "com.docker.compose.config-hash";
inline constexpr absl::string_view kComposeVersionLabel = "com.docker.compose.version";
inline constexpr absl::string_view kComposeConfigFilesLabel = "com.docker.compose.project.config_files";
inline constexpr absl::string_view kComposeWorkingDirLabel = "com.docker.compose.project.working_dir";
inline constexpr absl::string_view kComposeNetworkLabel = "com.docker.compose.network";
inline constexpr absl::string_view kComposeVolumeLabel = "com.docker.compose.volume";
inline constexpr absl::string_view kComposeVersion = "2.40.3";
}  // namespace flow::compose
#endif
