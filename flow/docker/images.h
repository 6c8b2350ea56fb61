// The images that a project's containers are made from, as the engine has them.
#ifndef FLOW_DOCKER_IMAGES_H_
#define FLOW_DOCKER_IMAGES_H_

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/operations.h"
#include "flow/docker/reconcile.h"
#include "flow/pipeline/image_reference.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// Reference in full → id, of those of `wanted` that the engine has. An image may be named by an id as well, which is at
// least twelve of its hexadecimal digits.
inline std::map<std::string, std::string> ImageIds(const std::set<std::string>& wanted,
                                                   const engine::ImageList& images) {
  std::map<std::string, std::string> by_reference;
  for (const engine::ImageSummary& image : images.images()) {
    for (const std::string& tag : image.tags()) {
      by_reference[pipeline::ParseImageReference(tag).ToString()] = image.id();
    }
    for (const std::string& digest : image.digests()) {
      by_reference[pipeline::ParseImageReference(digest).ToString()] = image.id();
    }
  }
  std::map<std::string, std::string> ids;
  for (const std::string& name : wanted) {
    pipeline::ImageReference reference = pipeline::ParseImageReference(name);
    const std::string key = reference.ToString();
    if (!reference.digest.empty()) reference.tag.clear();  // beside a digest a tag is a comment
    if (const auto found = by_reference.find(reference.ToString()); found != by_reference.end()) {
      ids[key] = found->second;
      continue;
    }
    const absl::string_view hex = absl::StripPrefix(name, "sha256:");
    if (hex.size() < 12 || hex.find_first_not_of("0123456789abcdef") != absl::string_view::npos) continue;
    for (const engine::ImageSummary& image : images.images()) {
      if (absl::StartsWith(absl::StripPrefix(image.id(), "sha256:"), hex)) ids[key] = image.id();
    }
  }
  return ids;
}

// The ids of the project's images: Observed::image_ids.
inline std::map<std::string, std::string> ImageIds(const project::Project& project, const engine::ImageList& images) {
  std::set<std::string> wanted;
  for (const project::Service& service : project.services()) wanted.insert(service.image());
  return ImageIds(wanted, images);
}

// The images of the containers that the plan creates or starts: whether they have a health check must be known.
inline std::set<std::string> ImagesToInspect(const project::Project& project, const Plan& plan) {
  std::set<std::string> images;
  for (const Operation& operation : plan.operations()) {
    if (KindOf(operation) != OperationKind::kStartContainer) continue;
    if (const project::Service* service = project::FindService(project, operation.component()))
      images.insert(service->image());
  }
  return images;
}

// Whether an image brings a health check. `HEALTHCHECK NONE` is a test of NONE.
inline bool HasHealthCheck(const engine::ImageInspect& image) {
  const auto& test = image.config().healthcheck().test();
  return !test.empty() && test[0] != "NONE";
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_IMAGES_H_
