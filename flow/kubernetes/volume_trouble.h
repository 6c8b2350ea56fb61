// Which of a pipeline's volumes keep pods from running, in plain words: those that are not there, and those that only some
// nodes can have. A scheduler's own words name neither the volume nor the node.
#ifndef FLOW_KUBERNETES_VOLUME_TROUBLE_H_
#define FLOW_KUBERNETES_VOLUME_TROUBLE_H_

#include <map>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/claims.h"
#include "flow/kubernetes/names.h"
#include "flow/project/project.pb.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// Whether the claims of a pipeline say more than its objects do: there is a pod without a node, or a deployment that is to have
// none.
bool ClaimsTellMore(const std::vector<api::Object>& objects);

// The cluster's volumes that these claims have.
std::vector<api::ObjectName> VolumesOf(const std::vector<api::Object>& claims);

// What the claims and volumes among objects come to.
class VolumeTrouble {
 public:
  // `project`: says which component mounts what; of one that it does not have nothing is known. `objects` must outlive it.
  VolumeTrouble(const std::vector<api::Object>& objects, const project::Project& project);

  // What keeps a component's pods from a node, of which the scheduler says these words (may be none): "only node1 can mount
  // its volume shared". Empty: nothing that is known.
  std::string Of(const std::string& component, absl::string_view words) const;

 private:
  // Which nodes can mount a claim's volume. Empty: all, or not known.
  std::string NodesOf(const api::Object& claim) const;

  std::map<std::string, const api::Object*> claims_, volumes_;  // by name
  std::map<std::string, std::vector<std::string>> mounts_;      // component → volumes as the file calls them
};

// How it is done

namespace internal {

// A node selector's requirement: "node1", "nodes with topology.kubernetes.io/zone in us-east-1a".
inline std::string NodesText(text::View expression) {
  const std::string &key = expression["key"].text(), &how = expression["operator"].text();
  std::vector<std::string> values;
  for (const text::View value : expression["values"].list()) values.push_back(value.text());
  const std::string names = absl::StrJoin(values, ", ");
  if (key == "kubernetes.io/hostname" && how == "In") return names;
  return absl::StrCat("nodes with ", key, " ", absl::AsciiStrToLower(how), names.empty() ? "" : " ", names);
}

}  // namespace internal

inline bool ClaimsTellMore(const std::vector<api::Object>& objects) {
  return absl::c_any_of(objects, [](const api::Object& object) {
    if (object.kind == api::Kind::kPod) return object["spec"]["nodeName"].text().empty();
    return object.kind == api::Kind::kDeployment && object["spec"]["replicas"].number(1) == 0;
  });
}

inline std::vector<api::ObjectName> VolumesOf(const std::vector<api::Object>& claims) {
  std::vector<api::ObjectName> names;
  for (const api::Object& claim : claims) {
    const std::string& volume = claim["spec"]["volumeName"].text();
    if (!volume.empty()) names.push_back({api::Kind::kVolume, "", volume});
  }
  return names;
}

inline VolumeTrouble::VolumeTrouble(const std::vector<api::Object>& objects, const project::Project& project) {
  for (const api::Object& object : objects) {
    if (object.kind == api::Kind::kClaim) claims_[object.name()] = &object;
    if (object.kind == api::Kind::kVolume) volumes_[object.name()] = &object;
  }
  if (claims_.empty()) return;
  for (const project::Service& service : project.services()) {
    std::vector<std::string>& volumes = mounts_[service.name()];
    for (const project::Mount& mount : service.mounts()) {
      const bool is_new = mount.type() == project::Mount::VOLUME && !absl::c_linear_search(volumes, mount.source());
      if (is_new) volumes.push_back(mount.source());
    }
  }
}

inline std::string VolumeTrouble::Of(const std::string& component, absl::string_view words) const {
  const auto mounts = mounts_.find(component);
  if (mounts == mounts_.end()) return "";
  const bool is_elsewhere = absl::StrContains(words, "volume node affinity conflict");
  std::vector<std::string> troubles;
  for (const std::string& volume : mounts->second) {
    const auto claim = claims_.find(ClaimName(volume));
    if (claim == claims_.end()) continue;
    if ((*claim->second)["status"]["phase"].text() != "Bound") {
      troubles.push_back(absl::StrCat("its ", ClaimText(*claim->second, {}), " is not bound"));
    } else if (const std::string nodes = NodesOf(*claim->second); is_elsewhere && !nodes.empty()) {
      troubles.push_back(absl::StrCat("only ", nodes, " can mount its volume ", volume));
    }
  }
  return absl::StrJoin(troubles, ", ");
}

inline std::string VolumeTrouble::NodesOf(const api::Object& claim) const {
  const auto volume = volumes_.find(claim["spec"]["volumeName"].text());
  // Of a volume that one may not look at: the node of the pod that it was made for.
  if (volume == volumes_.end()) return claim.annotation("volume.kubernetes.io/selected-node");
  std::vector<std::string> terms;
  for (const text::View term : (*volume->second)["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"].list()) {
    std::vector<std::string> parts;
    for (const text::View expression : term["matchExpressions"].list()) {
      parts.push_back(internal::NodesText(expression));
    }
    terms.push_back(absl::StrJoin(parts, " and "));
  }
  return absl::StrJoin(terms, " or ");
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_VOLUME_TROUBLE_H_
