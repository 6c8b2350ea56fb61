#include "cmd/kubernetes/pipelines.h"

#include <algorithm>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/own_state.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/observation.h"
#include "flow/project/labels.h"

namespace flow {

namespace api = kubernetes::api;

absl::StatusOr<std::set<PlacedPipeline>> PipelinesOf(ClusterSession& session, const std::string& namespace_,
                                                     const std::string& kube_namespace, bool volumes) {
  if (absl::Status usable = CheckNamespace(namespace_); !usable.ok()) return usable;
  absl::StatusOr<ClusterCaller> caller = ClusterCaller::Connect(session);
  if (!caller.ok()) return caller.status();
  std::vector<api::Kind> kinds(std::begin(kubernetes::kOwnKinds), std::end(kubernetes::kOwnKinds));
  if (!volumes) std::erase(kinds, api::Kind::kClaim);
  // Where volumes are kept the namespace is, which they are in.
  if (volumes && kube_namespace.empty()) kinds.push_back(api::Kind::kNamespace);
  std::vector<api::Call> calls;
  for (const api::Kind kind : kinds) {
    calls.push_back(
        api::List{.kind = kind,
                  .namespace_ = kube_namespace,
                  .labels = {project::kPipelineLabel, absl::StrCat(project::kNamespaceLabel, "=", namespace_)}});
  }
  std::set<PlacedPipeline> pipelines;
  std::set<PipelineKey> keys;
  for (const absl::StatusOr<api::Reply>& reply : caller->All(calls)) {
    if (!reply.ok()) return reply.status();
    for (const api::Object& object : std::get<api::ObjectList>(*reply).objects) {
      const PipelineKey key{namespace_, object.label(project::kPipelineLabel)};
      keys.insert(key);
      pipelines.emplace(key, object.kind == api::Kind::kNamespace ? object.name() : object.namespace_());
    }
  }
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) return kept.status();
  for (const PipelineKey& key : *kept) {
    const bool is_new = key.namespace_ == namespace_ && !keys.contains(key);
    if (is_new && ReadClusterState(session, key).known) pipelines.emplace(key, "");
  }
  return pipelines;
}

}  // namespace flow
