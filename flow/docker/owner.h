// Whose a thing on the engine is, by its labels: never by its name.
#ifndef FLOW_DOCKER_OWNER_H_
#define FLOW_DOCKER_OWNER_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/pipeline/names.h"
#include "flow/project/labels.h"
#include "flow/project/project.pb.h"
#include "google/protobuf/map.h"

namespace flow::docker {

// Whether a container, network or volume with these labels is the project's.
inline bool IsOwned(const google::protobuf::Map<std::string, std::string>& labels, const project::Project& project) {
  return project::IsOwned(labels, project.namespace_(), project.pipeline());
}

// Whose it is, in words: `pipeline "a"`, `pipeline "a" of namespace "team"`, or that it is not flow's.
inline std::string OwnerText(const google::protobuf::Map<std::string, std::string>& labels) {
  const std::string pipeline = project::Label(labels, project::kPipelineLabel);
  if (pipeline.empty()) return "something that is not flow's";
  const std::string namespace_ = project::Label(labels, project::kNamespaceLabel);
  return absl::StrCat(
      "pipeline \"", pipeline, "\"",
      namespace_ == pipeline::kDefaultNamespace ? "" : absl::StrCat(" of namespace \"", namespace_, "\""));
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_OWNER_H_
