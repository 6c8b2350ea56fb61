// What the objects of a pipeline are made by, besides the pipeline itself.
#ifndef FLOW_KUBERNETES_OPTIONS_H_
#define FLOW_KUBERNETES_OPTIONS_H_

#include <string>

#include "absl/time/time.h"
#include "flow/kubernetes/carried.h"

namespace flow::kubernetes {

struct ObjectOptions {
  // The namespace that everything goes to, which is there (--kube_namespace); empty: one of the pipeline's own.
  std::string namespace_;
  // When nodes pull an image: IfNotPresent, Always, Never.
  std::string image_pull_policy = "IfNotPresent";
  // The secret by which they do; empty: none.
  std::string pull_secret;
  // Of claims: the class, empty: the cluster's default; and the size of each.
  std::string storage_class;
  std::string volume_size = "10Gi";
  // How long what has no health check runs until it counts as available.
  absl::Duration min_ready = absl::Milliseconds(500);
  // The files of this machine that go along.
  CarriedPaths carried;
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OPTIONS_H_
