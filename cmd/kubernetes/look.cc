#include "cmd/kubernetes/look.h"

#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/kubernetes/own_state.h"
#include "cmd/state/lock.h"
#include "flow/deploy/status.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/status.h"
#include "flow/kubernetes/usage.h"
#include "flow/kubernetes/volume_trouble.h"
#include "flow/project/labels.h"
#include "flow/text/harmless.h"

namespace flow {

namespace api = kubernetes::api;

absl::StatusOr<ObjectsOf> ListObjects(ClusterCaller& caller, const std::string& kube_namespace,
                                      const std::vector<std::string>& labels) {
  std::vector<api::Call> calls;
  for (const api::Kind kind : kubernetes::kStatusKinds) {
    // Of a job that has ended, and whose pods are gone, it tells what they should have been.
    calls.push_back(
        api::List{.kind = kind, .namespace_ = kube_namespace, .labels = labels, .whole = kind == api::Kind::kJob});
  }
  ObjectsOf objects;
  for (absl::StatusOr<api::Reply>& reply : caller.All(calls)) {
    if (!reply.ok()) return reply.status();
    for (api::Object& object : std::get<api::ObjectList>(*reply).objects) {
      const PipelineKey key{object.label(project::kNamespaceLabel), object.label(project::kPipelineLabel)};
      objects[key].push_back(std::move(object));
    }
  }
  return objects;
}

deploy::PipelineStatus Describe(const ClusterSession& session, const PipelineKey& key,
                                std::optional<deploy::Deployment> state, const std::vector<api::Object>& objects) {
  deploy::StatusInput input{.namespace_ = key.namespace_, .pipeline = key.name};
  input.deployment = std::move(state);
  if (const int holder = LockHolder(session.store(), key); holder != 0) input.holder = holder;
  kubernetes::AddObjects(objects, absl::Now(), &input);
  return deploy::DescribePipeline(input);
}

namespace {

// Adds what its pods use. Why that is not known; empty: it is.
std::string AddUsage(ClusterCaller& caller, const std::string& kube_namespace, const std::vector<std::string>& labels,
                     const std::vector<api::Object>& objects, deploy::PipelineStatus* status) {
  const absl::StatusOr<api::Reply> reply =
      caller.One(api::List{.kind = api::Kind::kPodMetrics, .namespace_ = kube_namespace, .labels = labels});
  if (absl::IsNotFound(reply.status())) return "the cluster has no metrics server (it serves no metrics.k8s.io)";
  if (!reply.ok()) return std::string(reply.status().message());
  kubernetes::AddUsage(std::get<api::ObjectList>(*reply).objects, objects, status);
  return "";
}

// Adds the claims, and what they have, where that says more; what one may not look at is left out.
void AddVolumes(ClusterCaller& caller, const std::string& kube_namespace, const std::vector<std::string>& labels,
                std::vector<api::Object>* objects) {
  if (!kubernetes::ClaimsTellMore(*objects)) return;
  absl::StatusOr<api::Reply> claims =
      caller.One(api::List{.kind = api::Kind::kClaim, .namespace_ = kube_namespace, .labels = labels});
  if (!claims.ok()) return;
  std::vector<api::Object>& listed = std::get<api::ObjectList>(*claims).objects;
  std::vector<api::Call> calls;
  for (const api::ObjectName& volume : kubernetes::VolumesOf(listed)) calls.push_back(api::Get{volume});
  for (api::Object& claim : listed) objects->push_back(std::move(claim));
  for (absl::StatusOr<api::Reply>& reply : caller.All(calls)) {
    if (reply.ok()) objects->push_back(std::get<api::Object>(*std::move(reply)));
  }
}

absl::StatusOr<Look> LookAtOne(const ClusterSession& session, ClusterCaller& caller, const LookOptions& options,
                               const std::string& kube_namespace, ObjectsOf objects) {
  const PipelineKey key = KeyOf(options);
  OwnState state = ReadClusterState(session, key);
  const project::Project project = state.deployment.has_value() ? state.deployment->project() : project::Project();
  AddVolumes(caller, kube_namespace, LabelsOf(options), &objects[key]);
  deploy::PipelineStatus status = Describe(session, key, std::move(state.deployment), objects[key]);
  if (!state.known && status.components().empty()) return session.NoSuchPipeline(key);
  std::string unknown;
  if (options.stats) unknown = AddUsage(caller, kube_namespace, LabelsOf(options), objects[key], &status);
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  Look look = ShowOne(status, project, options);
  if (!unknown.empty() && IsTable(options.output)) {
    absl::StrAppend(&look.text, "\nwhat pods use is not known: ", text::Harmless(unknown), "\n");
  }
  return look;
}

absl::StatusOr<Look> LookAtAll(const ClusterSession& session, const LookOptions& options, ObjectsOf objects) {
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) session.Warn(absl::StrCat(kept.status().message(), "; going by the labels on the cluster alone"));
  for (const PipelineKey& key : kept.value_or(std::vector<PipelineKey>())) {
    if (options.namespace_.empty() || key.namespace_ == options.namespace_) objects[key];
  }
  deploy::StatusList list;
  for (const auto& [key, of_pipeline] : objects) {
    OwnState state = ReadClusterState(session, key);
    deploy::PipelineStatus status = Describe(session, key, std::move(state.deployment), of_pipeline);
    if (!state.known && status.components().empty()) continue;
    *list.add_pipelines() = std::move(status);
  }
  return ShowAll(session, list, options);
}

}  // namespace

absl::StatusOr<std::string> WhereToLook(ClusterCaller& caller, const LookOptions& options,
                                        const std::string& kube_namespace) {
  if (!kube_namespace.empty() || options.pipeline.empty()) return kube_namespace;
  const PipelineKey key = KeyOf(options);
  const std::string own = kubernetes::NamespaceName(key.namespace_, key.name);
  for (const std::string& where : {own, std::string()}) {
    std::vector<api::Call> calls;
    for (const api::Kind kind : {api::Kind::kDeployment, api::Kind::kJob}) {
      calls.push_back(api::List{.kind = kind, .namespace_ = where, .labels = LabelsOf(options), .limit = 1});
    }
    for (const absl::StatusOr<api::Reply>& reply : caller.All(calls)) {
      if (!reply.ok()) continue;  // where one may not look
      const auto& objects = std::get<api::ObjectList>(*reply).objects;
      if (!objects.empty()) return objects.front().namespace_();
    }
    if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  }
  return own;
}

absl::StatusOr<Look> LookAt(ClusterSession& session, ClusterCaller& caller, const LookOptions& options,
                            const std::string& kube_namespace) {
  absl::StatusOr<ObjectsOf> objects = ListObjects(caller, kube_namespace, LabelsOf(options));
  if (!objects.ok()) return objects.status();
  return options.pipeline.empty() ? LookAtAll(session, options, *std::move(objects))
                                  : LookAtOne(session, caller, options, kube_namespace, *std::move(objects));
}

}  // namespace flow
