// flow's labels, by which everything that it makes is known, on whatever target. They are the truth about whose a thing
// is: what does not carry both kPipelineLabel and kNamespaceLabel is never touched.
#ifndef FLOW_PROJECT_LABELS_H_
#define FLOW_PROJECT_LABELS_H_

#include <string>

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
// What it mounts of its machine (mounted.h), where that is known.
inline constexpr char kMountedLabel[] = "com.obsrvr.flow.mounted";

// kTypeLabel of a container that is made to read an image's metadata, and never started. One that is there was left by
// an apply that was cut off, or is another apply's.
inline constexpr char kMetadataType[] = "metadata";

// The value of a label; empty where it is not there.
inline std::string Label(const google::protobuf::Map<std::string, std::string>& labels, absl::string_view key) {
  const auto found = labels.find(std::string(key));
  return found == labels.end() ? "" : found->second;
}

// Whether something with these labels is this pipeline's. Ownership is by flow's labels alone: never by name.
inline bool IsOwned(const google::protobuf::Map<std::string, std::string>& labels, absl::string_view namespace_,
                    absl::string_view pipeline) {
  return Label(labels, kNamespaceLabel) == namespace_ && Label(labels, kPipelineLabel) == pipeline;
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_LABELS_H_
