#include "cmd/kubernetes/lookout.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/own_state.h"
#include "flow/kubernetes/names.h"

namespace flow {

ClusterLookout::ClusterLookout(ClusterSession& session, ClusterCaller& caller, const std::string& kube_namespace,
                               const std::vector<std::string>& labels)
    : session_(session),
      caller_(caller),
      kube_namespace_(kube_namespace),
      labels_(labels),
      changes_(session, caller, kube_namespace, labels) {}

absl::StatusOr<std::vector<std::optional<deploy::Deployment>>> ClusterLookout::Find(
    const std::vector<PipelineKey>& keys) {
  const absl::StatusOr<ObjectsOf> objects = ListObjects(caller_, kube_namespace_, labels_);
  if (!objects.ok()) return objects.status();
  std::vector<std::optional<deploy::Deployment>> states;
  for (const PipelineKey& key : keys) {
    OwnState state = ReadClusterState(session_, key);
    if (!state.known && !objects->contains(key)) return session_.NoSuchPipeline(key);
    states.push_back(std::move(state.deployment));
  }
  return states;
}

absl::StatusOr<Sightings> ClusterLookout::Look(const std::vector<PipelineKey>& keys, absl::Time until) {
  caller_.SetUntil(until);
  const absl::StatusOr<ObjectsOf> objects = ListObjects(caller_, kube_namespace_, labels_);
  caller_.SetUntil(absl::InfiniteFuture());
  if (!objects.ok()) return objects.status();
  Sightings seen;
  for (const PipelineKey& key : keys) {
    OwnState state = ReadClusterState(session_, key);
    const auto of_pipeline = objects->find(key);
    const bool there = of_pipeline != objects->end();
    if (!state.known && !there) continue;
    if (there) places_[key] = of_pipeline->second.front().namespace_();
    const std::vector<kubernetes::api::Object> none;
    deploy::PipelineStatus status = Describe(session_, key, state.deployment, there ? of_pipeline->second : none);
    seen.pipelines[key] = {.state = std::move(state.deployment), .status = std::move(status)};
  }
  return seen;
}

std::string ClusterLookout::HostOf(const PipelineKey& key, const std::string& component) const {
  const auto place = places_.find(key);
  const std::string name = kubernetes::ComponentName(component);
  return place == places_.end() ? name : absl::StrCat(name, ".", place->second);
}

}  // namespace flow
