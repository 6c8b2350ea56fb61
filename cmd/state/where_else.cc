#include "cmd/state/where_else.h"

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/pipeline/nearest.h"

namespace flow {

namespace {

std::string TargetOf(const deploy::Deployment& state) {
  if (state.driver().empty()) return absl::StrCat("the engine ", state.engine_host());
  return absl::StrCat("the cluster ", state.engine_host(), ", namespace ", state.engine_id());
}

}  // namespace

std::string OtherTarget(const deploy::Deployment& state, absl::string_view driver, absl::string_view kube_namespace) {
  const bool same_place = driver.empty() || kube_namespace.empty() || state.engine_id() == kube_namespace;
  return state.driver() == driver && same_place ? "" : TargetOf(state);
}

std::string WhereElse(const Store& store, const PipelineKey& key, absl::string_view driver) {
  const absl::StatusOr<deploy::Deployment> state = store.ReadDeployment(key);
  // Of another engine is warned where its state is read.
  if (state.ok() && !(state->driver().empty() && driver.empty())) {
    return absl::StrCat("; by its state it is on ", TargetOf(*state));
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
