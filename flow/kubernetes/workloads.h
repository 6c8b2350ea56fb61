// What runs a component: a deployment where it restarts, a job where it ends (API reference, "Deployment", "Job").
#ifndef FLOW_KUBERNETES_WORKLOADS_H_
#define FLOW_KUBERNETES_WORKLOADS_H_

#include <algorithm>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/kubernetes/environment.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/names.h"
#include "flow/kubernetes/options.h"
#include "flow/kubernetes/probes.h"
#include "flow/kubernetes/quantity.h"
#include "flow/kubernetes/services.h"
#include "flow/kubernetes/volumes.h"
#include "flow/project/project.pb.h"
#include "flow/project/services.h"
#include "flow/text/document.h"

namespace flow::kubernetes {

// The container of a component.
text::Mapping Container(const project::Service& service, const PodVolumes& volumes, const ObjectOptions& options);

// "spec" of its pods, but for "containers", which stands first. `pull_secret`: with which its image is pulled; may be empty.
void AddPodSpec(const project::Service& service, const PodVolumes& volumes, const std::string& pull_secret,
                text::Mapping& spec);

// "spec" of its deployment or job, whichever it is. `pod`: "metadata" and "spec" of its pods.
text::Mapping WorkloadSpec(const project::Service& service, const Tags& tags, text::Mapping pod,
                           absl::Duration min_ready);

namespace internal {

inline text::Mapping Quantities(double cores, double bytes) {
  text::Mapping quantities;
  if (cores > 0) quantities.Add("cpu", CpuQuantity(cores));
  if (bytes > 0) quantities.Add("memory", MemoryQuantity(bytes));
  return quantities;
}

inline text::Mapping Resources(const project::Resources& from) {
  text::Mapping resources;
  resources.AddUnlessEmpty("requests", Quantities(from.reserved_cpus(), from.reserved_memory_bytes()));
  resources.AddUnlessEmpty("limits", Quantities(from.limit_cpus(), from.limit_memory_bytes()));
  return resources;
}

inline const char* PodRestartPolicy(const project::Service& service) {
  if (!project::MayComplete(service)) return "Always";
  return service.restart().mode() == project::RestartPolicy::NO ? "Never" : "OnFailure";
}

// How often Kubernetes lets a job's program fail before it gives up. Restarts of all pods count together, and with the
// last one their output goes: so it is one more for each pod than the file says.
inline int32_t BackoffLimit(const project::Service& service) {
  constexpr int64_t kMost = std::numeric_limits<int32_t>::max();
  const project::RestartPolicy& restart = service.restart();
  if (restart.mode() == project::RestartPolicy::NO) return 0;
  if (restart.max_retries() == 0) return kMost;
  const int64_t limit = (int64_t{restart.max_retries()} + 1) * std::max(service.replicas(), 1U);
  return static_cast<int32_t>(std::min(limit, kMost));
}

// How long the pods of a component without a health check have to be ready before they count. A node looks at its containers
// once a second: of one that has ended since, nothing is known yet.
inline int32_t MinReadySeconds(absl::Duration min_ready) {
  constexpr absl::Duration kLookedAtEvery = absl::Seconds(1);
  if (min_ready == absl::ZeroDuration()) return 0;
  return WholeSeconds(absl::ToDoubleSeconds(min_ready + kLookedAtEvery));
}

}  // namespace internal

inline text::Mapping Container(const project::Service& service, const PodVolumes& volumes,
                               const ObjectOptions& options) {
  text::Mapping container = {{"name", ComponentName(service.name())},
                             {"image", service.image()},
                             {"imagePullPolicy", options.image_pull_policy}};
  container.AddUnlessEmpty("args", VerbatimList(service.command()));
  container.AddUnlessEmpty("env", Environment(service));
  container.AddUnlessEmpty("ports", ContainerPorts(service));
  container.AddUnlessEmpty("resources", internal::Resources(service.resources()));
  if (service.has_health_check()) AddProbes(service, container);
  container.AddUnlessEmpty("volumeMounts", volumes.mounts);
  // What it wrote last is kept with its exit code, also where the pod is taken away.
  container.Add("terminationMessagePolicy", "FallbackToLogsOnError");
  return container;
}

inline void AddPodSpec(const project::Service& service, const PodVolumes& volumes, const std::string& pull_secret,
                       text::Mapping& spec) {
  spec.AddUnlessEmpty("volumes", volumes.volumes);
  spec.Add("restartPolicy", internal::PodRestartPolicy(service));
  spec.Add("terminationGracePeriodSeconds", WholeSeconds(service.stop_grace_period_seconds()));
  if (!pull_secret.empty()) spec.Add("imagePullSecrets", text::List{text::Mapping{{"name", pull_secret}}});
  // A container sees what it sees on an engine: no variables for each service, and no token of the cluster.
  spec.Add("enableServiceLinks", false);
  spec.Add("automountServiceAccountToken", false);
}

inline text::Mapping WorkloadSpec(const project::Service& service, const Tags& tags, text::Mapping pod,
                                  absl::Duration min_ready) {
  text::Mapping spec;
  if (project::MayComplete(service)) {
    spec.Add("parallelism", service.replicas());
    spec.Add("completions", service.replicas());
    spec.Add("backoffLimit", internal::BackoffLimit(service));
  } else {
    spec.Add("replicas", service.replicas());
    // Two at once would send everything twice.
    spec.Add("strategy", text::Mapping{{"type", "Recreate"}});
    spec.Add("minReadySeconds", service.has_health_check() ? 0 : internal::MinReadySeconds(min_ready));
    spec.Add("selector", text::Mapping{{"matchLabels", Selector(tags)}});
  }
  spec.Add("template", std::move(pod));
  return spec;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_WORKLOADS_H_
