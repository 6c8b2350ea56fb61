#include "cmd/state/where_else.h"

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/pipeline/nearest.h"

namespace flow {

std::string OtherTarget(const Store& store, const PipelineKey& key, absl::string_view driver) {
  const absl::StatusOr<deploy::Deployment> state = store.ReadDeployment(key);
  if (!state.ok() || state->driver() == driver) return "";
  return absl::StrCat(state->driver().empty() ? "the engine " : "the cluster ", state->engine_host());
}

std::string WhereElse(const Store& store, const PipelineKey& key, absl::string_view driver) {
  if (const std::string other = OtherTarget(store, key, driver); !other.empty()) {
    return absl::StrCat("; by its state it is on ", other);
  }
  const absl::StatusOr<std::vector<PipelineKey>> kept = store.List();
  if (!kept.ok()) return "";
  std::vector<std::string> names;
  for (const PipelineKey& other : *kept) {
    if (other.name == key.name && other.namespace_ != key.namespace_) {
      return absl::StrCat("; there is one in namespace \"", other.namespace_, "\" (--namespace=", other.namespace_,
                          ")");
    }
    if (other.name != key.name && other.namespace_ == key.namespace_) names.push_back(other.name);
  }
  const absl::string_view nearest = pipeline::Nearest(key.name, names);
  return nearest.empty() ? "" : absl::StrCat("; did you mean \"", nearest, "\"?");
}

}  // namespace flow
