// Anonymous volumes: those that an engine makes for a container whose image keeps data (VOLUME) at a path where the file
// mounts nothing. They carry no labels; whose they are the container tells that has them.
//
// A container that is made anew gets those of the one that it replaces, at the same paths, as Docker Compose does it.
// With a container that nothing replaces they go. Once handed on, a volume counts for Docker as one that somebody named,
// and is no longer removed with its container: it is removed by its name.
#ifndef FLOW_DOCKER_ANONYMOUS_VOLUMES_H_
#define FLOW_DOCKER_ANONYMOUS_VOLUMES_H_

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "flow/deploy/plan.pb.h"
#include "flow/docker/engine/engine.pb.h"
#include "flow/docker/execution.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

// Gives `create`, the operation that makes a service's container in the place of `old`, the anonymous volumes of that.
// Returns what is to be told of those that stay behind, because the file mounts something else at their path by now.
inline std::vector<std::string> HandOver(const Container& old, const project::Service& service, Operation* create);

// What is to be told of a service whose container `create` makes: that its image keeps data in volumes that nobody
// named. Empty where it does not, or where they are handed over.
inline std::string UnnamedData(const engine::ImageInspect& image, const project::Service& service,
                               const Operation& create);

// Whether a container that a plan made is the only one left with volumes that were handed over to it: the one that had
// them is removed. `there`: the containers before the plan; `found`: those that a later look saw, which counts where a
// removal was not answered.
inline bool HoldsAlone(const Container& made, const std::vector<Container>& there, const std::vector<Container>& found,
                       const Execution& execution);

// How it is done

namespace internal {

inline bool MountsAt(const project::Service& service, absl::string_view path) {
  return std::any_of(service.mounts().begin(), service.mounts().end(),
                     [&](const project::Mount& mount) { return mount.target() == path; });
}

inline bool Has(const Container& container, absl::string_view volume) {
  return std::any_of(container.anonymous_volumes.begin(), container.anonymous_volumes.end(),
                     [&](const AnonymousVolume& one) { return one.name == volume; });
}

// Whether the execution has removed a container, as far as is known.
inline bool IsRemoved(const Container& container, const std::vector<Container>& found, const Execution& execution) {
  for (uint32_t index = 0; index < static_cast<uint32_t>(execution.plan().operations_size()); ++index) {
    const Operation& operation = execution.plan().operations(index);
    if (KindOf(operation) != OperationKind::kRemoveContainer || operation.target() != container.id) continue;
    const bool seen =
        std::any_of(found.begin(), found.end(), [&](const Container& other) { return other.id == container.id; });
    return execution.IsDone(index) || (execution.IsFailed(index) && !seen);
  }
  return false;
}

}  // namespace internal

inline std::vector<std::string> HandOver(const Container& old, const project::Service& service, Operation* create) {
  std::vector<std::string> notes;
  for (const AnonymousVolume& volume : old.anonymous_volumes) {
    if (internal::MountsAt(service, volume.path)) {
      notes.push_back(absl::StrCat(service.name(), ": the file mounts another volume at ", volume.path,
                                   " now; what was there stays in volume ", volume.name,
                                   ", which nothing uses or removes"));
      continue;
    }
    deploy::HandedVolume& handed = *create->add_volumes();
    handed.set_name(volume.name);
    handed.set_path(volume.path);
  }
  return notes;
}

inline std::string UnnamedData(const engine::ImageInspect& image, const project::Service& service,
                               const Operation& create) {
  std::vector<std::string> paths;
  for (const auto& [declared, empty] : image.config().volumes()) {
    const std::string path(absl::StripSuffix(declared, "/"));
    const bool handed = std::any_of(create.volumes().begin(), create.volumes().end(),
                                    [&](const deploy::HandedVolume& volume) { return volume.path() == path; });
    if (!handed && !internal::MountsAt(service, path)) paths.push_back(path);
  }
  if (paths.empty()) return "";
  std::sort(paths.begin(), paths.end());
  return absl::StrCat(
      "its image keeps data at ", absl::StrJoin(paths, ", "),
      ", where the file mounts no volume: updates keep it, and a delete takes it. To keep it under a name, "
      "write \"volumes: [{name: data, mountPath: ",
      paths[0], "}]\"");
}

inline bool HoldsAlone(const Container& made, const std::vector<Container>& there, const std::vector<Container>& found,
                       const Execution& execution) {
  return std::any_of(made.anonymous_volumes.begin(), made.anonymous_volumes.end(), [&](const AnonymousVolume& volume) {
    return std::none_of(there.begin(), there.end(), [&](const Container& container) {
      return internal::Has(container, volume.name) && !internal::IsRemoved(container, found, execution);
    });
  });
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_ANONYMOUS_VOLUMES_H_
