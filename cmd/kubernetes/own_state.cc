#include "cmd/kubernetes/own_state.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace flow {

OwnState ReadClusterState(const ClusterSession& session, const PipelineKey& key) {
  absl::StatusOr<deploy::Deployment> read = session.ReadState(key);
  if (!read.ok()) return {.known = !absl::IsNotFound(read.status())};
  if (read->driver() != session.driver()) return {.elsewhere = true};
  const std::string& asked = session.kube_namespace();
  if (!asked.empty() && read->engine_id() != asked) return {.elsewhere = true};
  if (read->engine_host() == session.access().server) return {.deployment = *std::move(read), .known = true};
  session.Warn(absl::StrCat("the state of pipeline \"", key.name, "\" is of another cluster, ", read->engine_host(),
                            ": what it has there is not looked at"));
  return {.elsewhere = true};
}

}  // namespace flow
