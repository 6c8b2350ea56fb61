#include "cmd/kubernetes/components.h"

#include <algorithm>
#include <utility>
#include <variant>
#include <vector>

#include "cmd/kubernetes/own_state.h"
#include "cmd/target/components.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/status.h"

namespace flow {

namespace api = kubernetes::api;

absl::StatusOr<std::map<std::string, int>> ComponentsOf(ClusterSession& session, ClusterCaller& caller,
                                                        const LookOptions& what, const std::string& kube_namespace,
                                                        const std::set<std::string>& wanted) {
  std::vector<api::Call> calls;
  for (const api::Kind kind : {api::Kind::kDeployment, api::Kind::kJob, api::Kind::kPod}) {
    calls.push_back(api::List{.kind = kind, .namespace_ = kube_namespace, .labels = LabelsOf(what)});
  }
  std::map<std::string, int> components;
  for (const absl::StatusOr<api::Reply>& reply : caller.All(calls)) {
    if (!reply.ok()) return reply.status();
    for (const api::Object& object : std::get<api::ObjectList>(*reply).objects) {
      const std::string component = kubernetes::ComponentOf(object);
      const char* const field = object.kind == api::Kind::kJob ? "completions" : "replicas";
      if (component.empty()) continue;
      components[component] = std::max(components[component], static_cast<int>(object["spec"][field].number(1)));
    }
  }
  const PipelineKey key = KeyOf(what);
  OwnState state = ReadClusterState(session, key);
  return ChooseComponents(session, key, {std::move(components), state.known, std::move(state.deployment)}, wanted);
}

}  // namespace flow
