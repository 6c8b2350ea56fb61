// Project → the objects of a cluster: what `flow-translate --output=kubernetes` prints, and what an apply sends.
//
//   ForEachObject(project, {}, [](const Object& object) { … });
//
// Every field of the project is in them, or told to be lost where the file is read (check.h). Fields that may change later
// are all written out: what is left out of a server-side apply stays as it was.
#ifndef FLOW_KUBERNETES_OBJECTS_H_
#define FLOW_KUBERNETES_OBJECTS_H_

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api_fields.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/options.h"
#include "flow/kubernetes/overlay.h"
#include "flow/kubernetes/pull_secrets.h"
#include "flow/kubernetes/services.h"
#include "flow/kubernetes/volumes.h"
#include "flow/kubernetes/workloads.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

struct Object {
  text::Mapping document;
  // The service that it is of; null: of all of them.
  const project::Service* service = nullptr;
};

// Hands on one object at a time, in an order in which a cluster takes them: the namespace (unless it is there), the claims,
// then of each component in the order of the file its config maps, its service, its workload. Secrets are not among them:
// their values are in nothing that is printed. Takes time in proportion to the project. What is most of a document, what a
// workload should be and what is in files, is made later from the project and the options: they must live that long.
void ForEachObject(const project::Project& project, const ObjectOptions& options,
                   const std::function<void(Object)>& take);

namespace internal {

inline text::Mapping Document(const char* api_version, const char* kind, text::Mapping metadata) {
  text::Mapping document = {{"apiVersion", api_version}, {"kind", kind}};
  document.Add("metadata", std::move(metadata));
  return document;
}

using OverlayPart = const pipeline::Tree& (pipeline::KubernetesOverlay::*)() const;

class ObjectMaker : public std::enable_shared_from_this<ObjectMaker> {
 public:
  ObjectMaker(const project::Project& project, const ObjectOptions& options)
      : project_(project),
        options_(options),
        namespace_(NamespaceOf(project, options)),
        tags_(ProjectTags(project)),
        pull_secrets_(PullSecretNames(project, options)) {
    for (const project::Service& service : project.services()) {
      for (const std::string& input : service.inputs()) read_.insert(input);
    }
  }

  // Of all that the project has.
  const Tags& tags() const { return tags_; }

  text::Mapping Namespace() const {
    Tags tags = tags_;
    if (!project_.description().empty()) tags.annotations[kDescriptionAnnotation] = project_.description();
    return Document("v1", "Namespace", Metadata(namespace_, "", tags));
  }

  text::Mapping Claim(const std::string& volume, uint32_t pods) const {
    text::Mapping claim = Document("v1", "PersistentVolumeClaim", Metadata(ClaimName(volume), namespace_, tags_));
    claim.Add("spec", ClaimSpec(pods, options_.storage_class, options_.volume_size));
    claim = Overlaid(std::move(claim), project_.kubernetes(), &pipeline::KubernetesOverlay::claim, kClaimTakes);
    for (const project::Service& service : project_.services()) {
      for (const project::Mount& mount : service.mounts()) {
        if (mount.type() != project::Mount::VOLUME || mount.source() != volume) continue;
        claim = Overlaid(std::move(claim), service.kubernetes(), &pipeline::KubernetesOverlay::claim, kClaimTakes);
        break;
      }
    }
    return claim;
  }

  text::Mapping ConfigMap(const CarriedMount& mount, const Tags& tags) const {
    text::Mapping config_map = Document("v1", "ConfigMap", Metadata(mount.config_map, namespace_, tags));
    AddCarriedData(*mount.carried, config_map);
    return config_map;
  }

  // Whether others reach the component: it has a port, or something reads it.
  bool HasService(const project::Service& service) const {
    return service.serving_port() != 0 || !service.ports().empty() || read_.contains(service.name());
  }

  text::Mapping Service(const project::Service& service, const Tags& tags) const {
    text::Mapping document = Document("v1", "Service", Metadata(ComponentName(service.name()), namespace_, tags));
    document.Add("spec", ServiceSpec(service, tags));
    return OverlaidByBoth(std::move(document), service, &pipeline::KubernetesOverlay::service, "ServiceSpec");
  }

  text::Mapping Workload(const project::Service& service, const Tags& tags) const {
    const bool ends = project::MayComplete(service);
    text::Mapping document = Document(ends ? "batch/v1" : "apps/v1", ends ? "Job" : "Deployment",
                                      Metadata(ComponentName(service.name()), namespace_, tags));
    document.Add("spec", text::Later([maker = shared_from_this(), &service] {
                   const Tags of_service = ServiceTags(maker->tags_, service);
                   return WorkloadSpec(service, of_service, maker->Pod(service, of_service), maker->options_.min_ready);
                 }));
    return document;
  }

 private:
  static constexpr Takes kClaimTakes = "PersistentVolumeClaimSpec";

  static text::Mapping Overlaid(text::Mapping object, const pipeline::KubernetesOverlay& overlay, OverlayPart part,
                                Takes takes) {
    const pipeline::Tree& over = (overlay.*part)();
    return over.keys().empty() ? std::move(object) : MergedObject(object, over, takes);
  }

  // That of the whole pipeline first.
  text::Mapping OverlaidByBoth(text::Mapping object, const project::Service& service, OverlayPart part,
                               Takes takes) const {
    return Overlaid(Overlaid(std::move(object), project_.kubernetes(), part, takes), service.kubernetes(), part, takes);
  }

  text::Mapping Pod(const project::Service& service, Tags tags) const {
    std::string digests;
    for (const CarriedMount& mount : CarriedMounts(service, options_.carried)) {
      digests += CarriedDigest(mount.mount->target(), *mount.carried);
    }
    if (!digests.empty()) tags.annotations[kFilesAnnotation] = project::Sha256(digests);

    const PodVolumes volumes = MakePodVolumes(service, options_.carried);
    text::Mapping container = Container(service, volumes, options_);
    for (const pipeline::KubernetesOverlay* overlay : {&project_.kubernetes(), &service.kubernetes()}) {
      if (!overlay->container().keys().empty()) container = Merged(container, overlay->container(), "Container");
    }
    text::List containers;
    containers.push_back(std::move(container));
    text::Mapping spec, pod;
    spec.Add("containers", std::move(containers));
    AddPodSpec(service, volumes, PullSecretOf(service.image(), options_, pull_secrets_), spec);
    pod.Add("metadata", Metadata("", "", tags));
    pod.Add("spec", std::move(spec));
    return OverlaidByBoth(std::move(pod), service, &pipeline::KubernetesOverlay::pod, "PodSpec");
  }

  const project::Project& project_;
  const ObjectOptions& options_;
  const std::string namespace_;
  const Tags tags_;
  const std::map<std::string, std::string> pull_secrets_;
  absl::flat_hash_set<absl::string_view> read_;
};

}  // namespace internal

inline void ForEachObject(const project::Project& project, const ObjectOptions& options,
                          const std::function<void(Object)>& take) {
  const auto maker = std::make_shared<const internal::ObjectMaker>(project, options);
  if (options.namespace_.empty()) take({maker->Namespace()});
  const std::map<std::string, uint32_t> pods = PodsByVolume(project);
  for (const project::Volume& volume : project.volumes()) take({maker->Claim(volume.key(), pods.at(volume.key()))});
  for (const project::Service& service : project.services()) {
    const Tags tags = ServiceTags(maker->tags(), service);
    for (const CarriedMount& mount : CarriedMounts(service, options.carried)) {
      take({maker->ConfigMap(mount, tags), &service});
    }
    if (maker->HasService(service)) take({maker->Service(service, tags), &service});
    take({maker->Workload(service, tags), &service});
  }
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OBJECTS_H_
