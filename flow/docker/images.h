// The images that a project's containers are made from, as the engine has them.
#ifndef FLOW_DOCKER_IMAGES_H_
#define FLOW_DOCKER_IMAGES_H_

#include <map>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/operations.h"
#include "flow/pipeline/image_reference.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"

namespace flow::docker {

// The reference in full under which ImageIds and Observed::image_ids know a service's image:
// "docker.io/library/busybox:1.36" of "busybox:1.36".
inline std::string ImageKey(const project::Service& service) {
  return pipeline::ParseImageReference(service.image()).ToString();
}

// Reference in full → id of the image that it names, for those of `wanted` that the engine has. An image may be named by
// its id too: by at least the first twelve of its hexadecimal digits.
inline std::map<std::string, std::string> ImageIds(const std::set<std::string>& wanted,
                                                   const engine::ImageList& images);

// The same for the images of the project: Observed::image_ids.
inline std::map<std::string, std::string> ImageIds(const project::Project& project, const engine::ImageList& images);

// The images, as the file names them, of the containers that the plan starts. Whether they have a health check decides
// when such a container is ready.
inline std::set<std::string> ImagesToInspect(const project::Project& project, const Plan& plan);

// Whether a file names an image by its id, as "sha256:…" or by all 64 hexadecimal digits. That is what an engine calls an
// image that it has: no registry knows it, so that it cannot be pulled.
inline bool IsNamedById(absl::string_view image) {
  return absl::StartsWith(image, "sha256:") ||
         (image.size() == 64 && image.find_first_not_of("0123456789abcdef") == absl::string_view::npos);
}

// Whether an image brings a health check. `HEALTHCHECK NONE` is a test of NONE.
inline bool HasHealthCheck(const engine::ImageInspect& image) {
  const auto& test = image.config().healthcheck().test();
  return !test.empty() && test[0] != "NONE";
}

// How it is done

namespace internal {

// Whether `name` is written as an image's id is: at least twelve hexadecimal digits.
inline bool IsImageId(absl::string_view name) {
  const absl::string_view digits = absl::StripPrefix(name, "sha256:");
  return digits.size() >= 12 && digits.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

}  // namespace internal

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
    } else if (internal::IsImageId(name)) {
      for (const engine::ImageSummary& image : images.images()) {
        const absl::string_view id = absl::StripPrefix(image.id(), "sha256:");
        if (absl::StartsWith(id, absl::StripPrefix(name, "sha256:"))) ids[key] = image.id();
      }
    }
  }
  return ids;
}

inline std::map<std::string, std::string> ImageIds(const project::Project& project, const engine::ImageList& images) {
  std::set<std::string> wanted;
  for (const project::Service& service : project.services()) wanted.insert(service.image());
  return ImageIds(wanted, images);
}

inline std::set<std::string> ImagesToInspect(const project::Project& project, const Plan& plan) {
  std::set<std::string> images;
  for (const Operation& operation : plan.operations()) {
    if (KindOf(operation) != OperationKind::kStartContainer) continue;
    const project::Service* const service = project::FindService(project, operation.component());
    if (service != nullptr) images.insert(service->image());
  }
  return images;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_IMAGES_H_
