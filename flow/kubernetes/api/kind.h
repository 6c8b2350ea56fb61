// The kinds of objects that flow asks a cluster for, and under which names the API has them.
#ifndef FLOW_KUBERNETES_API_KIND_H_
#define FLOW_KUBERNETES_API_KIND_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/string_view.h"

namespace flow::kubernetes::api {

enum class Kind {
  kNamespace,
  kSecret,
  kConfigMap,
  kClaim,
  kService,
  kDeployment,
  kJob,
  // What a cluster makes of those, and what it has besides.
  kReplicaSet,
  kPod,
  kEvent,
  kServiceAccount,
  kVolume,
  kNode,
  kStorageClass,
  kPodMetrics,  // only where the cluster has a metrics server
};

struct KindNames {
  Kind kind;
  absl::string_view api_version;  // "apps/v1"
  absl::string_view name;         // "Deployment"
  absl::string_view resource;     // "deployments", as in paths and in what a role allows
  bool namespaced;
};

inline constexpr std::array kKinds = {
    KindNames{Kind::kNamespace, "v1", "Namespace", "namespaces", false},
    KindNames{Kind::kSecret, "v1", "Secret", "secrets", true},
    KindNames{Kind::kConfigMap, "v1", "ConfigMap", "configmaps", true},
    KindNames{Kind::kClaim, "v1", "PersistentVolumeClaim", "persistentvolumeclaims", true},
    KindNames{Kind::kService, "v1", "Service", "services", true},
    KindNames{Kind::kDeployment, "apps/v1", "Deployment", "deployments", true},
    KindNames{Kind::kJob, "batch/v1", "Job", "jobs", true},
    KindNames{Kind::kReplicaSet, "apps/v1", "ReplicaSet", "replicasets", true},
    KindNames{Kind::kPod, "v1", "Pod", "pods", true},
    KindNames{Kind::kEvent, "v1", "Event", "events", true},
    KindNames{Kind::kServiceAccount, "v1", "ServiceAccount", "serviceaccounts", true},
    KindNames{Kind::kVolume, "v1", "PersistentVolume", "persistentvolumes", false},
    KindNames{Kind::kNode, "v1", "Node", "nodes", false},
    KindNames{Kind::kStorageClass, "storage.k8s.io/v1", "StorageClass", "storageclasses", false},
    KindNames{Kind::kPodMetrics, "metrics.k8s.io/v1beta1", "PodMetrics", "pods", true},
};

constexpr const KindNames& NamesOf(Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

// Of an object that names itself so: "apps/v1", "Deployment". Nothing: a kind that flow has no use for.
constexpr std::optional<Kind> FindKind(absl::string_view api_version, absl::string_view name) {
  for (const KindNames& names : kKinds) {
    if (names.api_version == api_version && names.name == name) return names.kind;
  }
  return std::nullopt;
}

static_assert(std::all_of(kKinds.begin(), kKinds.end(),
                          [](const KindNames& names) { return &NamesOf(names.kind) == &names; }),
              "the table has the order of the enumeration");

}  // namespace flow::kubernetes::api

#endif  // FLOW_KUBERNETES_API_KIND_H_
