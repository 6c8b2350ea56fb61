#include "cmd/kubernetes/own_state.h"

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"

namespace flow {

ClusterState ReadClusterState(const ClusterSession& session, const PipelineKey& key) {
  absl::StatusOr<deploy::Deployment> read = session.ReadState(key);
  if (!read.ok()) return {.known = !absl::IsNotFound(read.status())};
  if (read->driver() != kClusterDriver) return {};
  if (read->engine_host() == session.access().server) return {*std::move(read), true};
  session.Warn(absl::StrCat("the state of pipeline \"", key.name, "\" is of another cluster, ", read->engine_host(),
                            ": what it has there is not looked at"));
  return {};
}

}  // namespace flow
