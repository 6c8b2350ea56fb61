// Which images are pulled: decided before all else, as what they bring decides the rest.
#ifndef FLOW_DOCKER_PULLS_H_
#define FLOW_DOCKER_PULLS_H_

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/docker/images.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/docker/reconcile.h"
#include "flow/project/project.pb.h"
#include "flow/text/listed.h"

namespace flow::docker {

enum class PullPolicy { kMissing, kAlways, kNever };

// The pulls that have to be done. An image that is missing and may not be pulled is a conflict. `pulled`: the references
// of images that this very command has pulled already, and does not pull again.
inline Reconciliation ReconcileImages(const project::Project& project, const Observed& observed, PullPolicy policy,
                                      const std::set<std::string>& pulled = {});

// What `plan`, which is decided before its pulls are done, cannot tell: which components stay by it, and are replaced
// all the same where a pull brings another image.
inline std::vector<std::string> NotesOnPulls(const project::Project& project, const Observed& observed,
                                             const Plan& pulls, const Plan& plan);

// Whether the policy has an image pulled. `is_missing`: the engine does not have it.
inline bool WantsPull(PullPolicy policy, absl::string_view image, bool is_missing) {
  if (IsNamedById(image)) return false;
  return policy == PullPolicy::kAlways || (policy == PullPolicy::kMissing && is_missing);
}

// What keeps a component from running whose image is missing and is not pulled.
inline std::string MissingImageText(absl::string_view component, absl::string_view image) {
  if (IsNamedById(image)) {
    return absl::StrCat(component, ": image ", image,
                        " is not on the engine, and cannot be pulled: it is an image's id, which no registry knows. "
                        "Build or load it there, or name the image by its repository");
  }
  return absl::StrCat(component, ": the engine has no image ", image, ", and --pull=never forbids to pull it");
}

// How it is done

inline Reconciliation ReconcileImages(const project::Project& project, const Observed& observed, PullPolicy policy,
                                      const std::set<std::string>& pulled) {
  Reconciliation result;
  PlanBuilder builder(&result.plan);
  std::set<std::string> seen;
  for (const project::Service& service : project.services()) {
    if (service.replicas() == 0 || !seen.insert(ImageKey(service)).second) continue;
    const bool is_missing = !observed.image_ids.contains(ImageKey(service));
    const bool always = policy == PullPolicy::kAlways;
    if (WantsPull(policy, service.image(), is_missing) && !(always && pulled.contains(service.image()))) {
      builder.Add(OperationKind::kPullImage, service.image(), always ? "always pulled" : "not on the engine", 0)
          .set_component(service.name());
    } else if (is_missing) {
      result.conflicts.push_back(MissingImageText(service.name(), service.image()));
    }
  }
  return result;
}

inline std::vector<std::string> NotesOnPulls(const project::Project& project, const Observed& observed,
                                             const Plan& pulls, const Plan& plan) {
  std::set<std::string> leaving;
  for (const Operation& operation : plan.operations()) {
    if (KindOf(operation) == OperationKind::kRemoveContainer) leaving.insert(operation.target());
  }
  std::set<std::string> staying;  // components
  for (const Container& container : observed.containers) {
    if (!leaving.contains(container.id)) staying.insert(container.component);
  }
  std::vector<std::string> notes;
  for (const Operation& pull : pulls.operations()) {
    std::vector<std::string> components;
    for (const project::Service& service : project.services()) {
      if (service.image() == pull.name() && staying.contains(service.name())) components.push_back(service.name());
    }
    if (components.empty()) continue;
    notes.push_back(absl::StrCat("where the pull of ", pull.name(), " brings another image than the engine has, ",
                                 text::Listed(components), components.size() == 1 ? " is" : " are",
                                 " replaced as well"));
  }
  return notes;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_PULLS_H_
