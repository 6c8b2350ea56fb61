// The runs of a pod's container whose output a cluster still has: that of now, and the one before.
#ifndef FLOW_KUBERNETES_LOG_RUNS_H_
#define FLOW_KUBERNETES_LOG_RUNS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "flow/kubernetes/api/object.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

struct LogRuns {
  // Each by the id that the node gave its container; empty: there is none.
  std::string current;
  std::string previous;
  bool is_over = false;  // the current one has ended
};

// As the kubelet takes `previous` (kubernetes/kubernetes, pkg/kubelet/kubelet_pods.go, validateContainerLogStatus).
inline LogRuns LogRunsOf(const api::Object& pod, absl::string_view container) {
  for (const text::View status : pod["status"]["containerStatuses"].list()) {
    if (status["name"].text() != container) continue;
    const text::View state = status["state"], ended = state["terminated"];
    const std::string& last = status["lastState"]["terminated"]["containerID"].text();
    if (state["running"]) return {status["containerID"].text(), last, false};
    if (ended && !ended["containerID"].text().empty()) return {ended["containerID"].text(), last, true};
    return {last, "", true};  // between two runs, or before the first
  }
  return {};
}

// Whether a pod's containers have ended for good.
inline bool HasEnded(const api::Object& pod) {
  const std::string& phase = pod["status"]["phase"].text();
  return phase == "Succeeded" || phase == "Failed";
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_LOG_RUNS_H_
