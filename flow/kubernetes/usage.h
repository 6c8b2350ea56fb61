// What pods use of their nodes, as the metrics server of a cluster tells (metrics.k8s.io/v1beta1, PodMetrics).
#ifndef FLOW_KUBERNETES_USAGE_H_
#define FLOW_KUBERNETES_USAGE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "flow/deploy/status.pb.h"
#include "flow/kubernetes/api/object.h"
#include "flow/kubernetes/labels.h"
#include "flow/kubernetes/pod_report.h"
#include "flow/kubernetes/quantity.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// Puts what the component's own container uses to each pod of a pipeline's status. `metrics`: of the pipeline's pods;
// `objects`: those of the pipeline, with its pods, which say of the memory's limit. A pod that has just been started has
// no metrics yet, and gets no usage. Of networks and block devices a cluster tells nothing.
inline void AddUsage(const std::vector<api::Object>& metrics, const std::vector<api::Object>& objects,
                     deploy::PipelineStatus* status) {
  std::map<std::string, deploy::Usage> usages;  // by pod
  std::map<std::string, const api::Object*> pods;
  for (const api::Object& object : objects) {
    if (object.kind == api::Kind::kPod) pods[object.name()] = &object;
  }
  for (const api::Object& of_pod : metrics) {
    const auto pod = pods.find(of_pod.name());
    if (pod == pods.end()) continue;
    const std::string& container = pod->second->label(kNameLabel);
    const text::View used = internal::FindNamed(of_pod["containers"], container)["usage"];
    const std::optional<double> cores = ReadQuantity(used["cpu"].text()), bytes = ReadQuantity(used["memory"].text());
    if (!cores.has_value() || !bytes.has_value()) continue;
    deploy::Usage& usage = usages[of_pod.name()];
    usage.set_cpu_percent(*cores * 100);
    usage.set_memory_bytes(*bytes);
    const text::View limits =
        internal::FindNamed((*pod->second)["spec"]["containers"], container)["resources"]["limits"];
    if (const std::optional<double> limit = ReadQuantity(limits["memory"].text())) usage.set_memory_limit_bytes(*limit);
  }
  for (deploy::ComponentStatus& component : *status->mutable_components()) {
    for (deploy::ReplicaStatus& replica : *component.mutable_containers()) {
      const auto usage = usages.find(replica.name());
      if (usage != usages.end()) *replica.mutable_usage() = usage->second;
    }
  }
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_USAGE_H_
