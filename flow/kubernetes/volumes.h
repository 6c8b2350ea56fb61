// What is mounted into a component's pods, and the claims and config maps that it comes from.
#ifndef FLOW_KUBERNETES_VOLUMES_H_
#define FLOW_KUBERNETES_VOLUMES_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "flow/kubernetes/carried.h"
#include "flow/kubernetes/environment.h"
#include "flow/kubernetes/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// What is carried to one place in a component.
struct CarriedMount {
  std::string config_map;  // its name
  const project::Mount* mount;
  const Carried* carried;
};

// In the order of the component's mounts. `carried` and the service must outlive them.
std::vector<CarriedMount> CarriedMounts(const project::Service& service, const CarriedPaths& carried);

// "volumes" of a pod and "volumeMounts" of its container.
struct PodVolumes {
  text::List volumes;
  text::List mounts;
};
PodVolumes MakePodVolumes(const project::Service& service, const CarriedPaths& carried);

// By volume: how many pods mount it when all run. One that is scaled to nothing counts as one, so that a claim, which
// cannot change, stays when it comes back.
std::map<std::string, uint32_t> PodsByVolume(const project::Project& project);

// "spec" of a volume's claim.
text::Mapping ClaimSpec(uint32_t pods, const std::string& storage_class, const std::string& size);

namespace internal {

// Permissions of mounted secrets where the file says none, and of carried files where their own are not asked for.
inline constexpr uint32_t kSecretMode = 0400;
inline constexpr uint32_t kConfigMode = 0644;

// A mode as a member. A number in octal is another one in YAML 1.1 than in 1.2, so it stands in decimal, as in JSON.
inline void AddMode(const char* key, uint32_t mode, text::Mapping& to) {
  to.Comment(absl::StrFormat("%04o", mode));
  to.Add(key, mode);
}

// What each mount is called in names: its target as a label, two that meet told apart by a number.
inline std::vector<std::string> TargetLabels(const project::Service& service) {
  std::set<std::string> taken;
  std::vector<std::string> labels;
  for (const project::Mount& mount : service.mounts()) {
    const std::string label = Label(absl::StrCat("x", mount.target())).substr(2);
    std::string own = label;
    for (int number = 2; !taken.insert(own).second; ++number) own = absl::StrCat(label, "-", number);
    labels.push_back(std::move(own));
  }
  return labels;
}

inline text::Mapping SecretVolume(const project::Service& service, const project::Secret& secret) {
  text::Mapping volume = {{"secretName", SecretName(service.name(), secret.name())}};
  AddMode("defaultMode", secret.mode() == 0 ? kSecretMode : secret.mode(), volume);
  // Were it, a pod that starts before its secret is there would have an empty folder in the place of its file, for good.
  volume.Add("optional", false);
  return volume;
}

inline text::Mapping ConfigMapVolume(const std::string& config_map, const Carried& carried) {
  const std::vector<std::string> keys = CarriedKeys(carried);
  text::List items;
  for (size_t i = 0; i < keys.size(); ++i) {
    text::Mapping item = {{"key", keys[i]}, {"path", carried.folder ? carried.files[i].path : keys[i]}};
    AddMode("mode", carried.files[i].mode, item);
    items.push_back(std::move(item));
  }
  text::Mapping volume = {{"name", config_map}};
  AddMode("defaultMode", kConfigMode, volume);
  volume.AddUnlessEmpty("items", std::move(items));
  return volume;
}

// A volume of a pod, and what of it is mounted: all, or the file of that name.
struct PodVolume {
  std::string name;
  text::Mapping source;
  std::string sub_path;
};

inline PodVolume MakePodVolume(const project::Service& service, const project::Mount& mount, const std::string& label,
                               const CarriedPaths& carried) {
  if (mount.type() == project::Mount::VOLUME) {
    return {PodVolumeName("volume", mount.source()),
            {{"persistentVolumeClaim", text::Mapping{{"claimName", ClaimName(mount.source())}}}},
            ""};
  }
  if (mount.has_secret()) {
    return {PodVolumeName("secret", mount.secret().name()),
            {{"secret", SecretVolume(service, mount.secret())}},
            mount.secret().folder() ? "" : SecretKey(mount.secret())};
  }
  if (const auto found = carried.find(mount.source()); found != carried.end()) {
    const Carried& files = found->second;
    return {PodVolumeName("file", label),
            {{"configMap", ConfigMapVolume(ConfigMapName(service.name(), label), files)}},
            files.folder ? "" : CarriedKeys(files).front()};
  }
  return {PodVolumeName("host", label), {{"hostPath", text::Mapping{{"path", mount.source()}, {"type", ""}}}}, ""};
}

}  // namespace internal

inline std::vector<CarriedMount> CarriedMounts(const project::Service& service, const CarriedPaths& carried) {
  std::vector<CarriedMount> found;
  const std::vector<std::string> labels = internal::TargetLabels(service);
  for (int i = 0; i < service.mounts_size(); ++i) {
    const project::Mount& mount = service.mounts(i);
    const auto files = carried.find(mount.source());
    if (mount.type() != project::Mount::BIND || mount.has_secret() || files == carried.end()) continue;
    found.push_back({ConfigMapName(service.name(), labels[i]), &mount, &files->second});
  }
  return found;
}

inline PodVolumes MakePodVolumes(const project::Service& service, const CarriedPaths& carried) {
  PodVolumes made;
  std::set<std::string> names;  // a volume may be mounted at several places
  const std::vector<std::string> labels = internal::TargetLabels(service);
  for (int i = 0; i < service.mounts_size(); ++i) {
    const project::Mount& mount = service.mounts(i);
    internal::PodVolume volume = internal::MakePodVolume(service, mount, labels[i], carried);
    text::Mapping mounted = {{"name", volume.name}, {"mountPath", mount.target()}, {"readOnly", mount.read_only()}};
    mounted.AddUnlessEmpty("subPath", volume.sub_path);
    made.mounts.push_back(std::move(mounted));
    if (!names.insert(volume.name).second) continue;
    text::Mapping entry = {{"name", volume.name}};
    for (const text::Mapping::Entry& source : volume.source.entries()) entry.Add(source.text, source.value);
    made.volumes.push_back(std::move(entry));
  }
  return made;
}

inline std::map<std::string, uint32_t> PodsByVolume(const project::Project& project) {
  std::map<std::string, uint32_t> pods;
  for (const project::Service& service : project.services()) {
    std::set<std::string> mounted;
    for (const project::Mount& mount : service.mounts()) {
      if (mount.type() == project::Mount::VOLUME && mounted.insert(mount.source()).second) {
        pods[mount.source()] += std::max(service.replicas(), 1U);
      }
    }
  }
  return pods;
}

inline text::Mapping ClaimSpec(uint32_t pods, const std::string& storage_class, const std::string& size) {
  text::Mapping spec = {
      {"accessModes", text::List{pods > 1 ? "ReadWriteMany" : "ReadWriteOnce"}},
      {"resources", text::Mapping{{"requests", text::Mapping{{"storage", size}}}}},
  };
  spec.AddUnlessEmpty("storageClassName", storage_class);
  return spec;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_VOLUMES_H_
