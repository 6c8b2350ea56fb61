#include "cmd/input/object_options.h"

#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/kubernetes/names.h"
#include "flow/pipeline/names.h"
#include "flow/pipeline/quantity.h"

namespace flow {

std::string ClusterFlagProblem(const Options& options) {
  if (!options.kube_namespace.empty() && !pipeline::IsNamespaceName(options.kube_namespace)) {
    return absl::StrCat("--kube_namespace cannot be \"", options.kube_namespace, "\"; it has at most ",
                        kubernetes::kLongestLabel, " lower-case letters, digits and \"-\" between");
  }
  for (const auto& [flag, name] : {std::make_pair("--storage_class", options.storage_class),
                                   std::make_pair("--pull_secret", options.pull_secret)}) {
    if (name.empty() || kubernetes::IsObjectName(name)) continue;
    return absl::StrCat(flag, " cannot be \"", name, "\"; it has lower-case letters, digits, \"-\" and \".\" between");
  }
  const absl::StatusOr<double> size = pipeline::ParseMemory(options.volume_size);
  if (!size.ok()) return absl::StrCat("--volume_size: ", size.status().message());
  return *size > 0 ? "" : "--volume_size: a volume of nothing holds nothing";
}

kubernetes::ObjectOptions ObjectOptionsOf(const Options& options, kubernetes::CarriedPaths carried) {
  return {.namespace_ = options.kube_namespace,
          .image_pull_policy = options.pull == "always"  ? "Always"
                               : options.pull == "never" ? "Never"
                                                         : "IfNotPresent",
          .pull_secret = options.pull_secret,
          .storage_class = options.storage_class,
          .volume_size = options.volume_size,
          .carried = std::move(carried)};
}

}  // namespace flow
