// What the objects of a pipeline are made by, besides the pipeline itself.
#ifndef FLOW_KUBERNETES_OPTIONS_H_
#define FLOW_KUBERNETES_OPTIONS_H_

#include <set>
#include <string>

#include "absl/time/time.h"
#include "flow/kubernetes/carried.h"
#include "flow/kubernetes/names.h"
#include "flow/project/project.pb.h"

namespace flow::kubernetes {

struct ObjectOptions {
  // The namespace that everything goes to, which is there (--kube_namespace); empty: one of the pipeline's own.
  std::string namespace_;
  // When nodes pull an image: IfNotPresent, Always, Never.
  std::string image_pull_policy = "IfNotPresent";
  // The secret with which they pull, which is there (--pull_secret). Empty: flow's own of each registry in `logins`, the
  // registries that someone is logged in to, as images name them ("docker.io", "127.0.0.1:5000").
  std::string pull_secret;
  std::set<std::string> logins;
  // Of claims: the class, empty: the cluster's default; and the size of each.
  std::string storage_class;
  std::string volume_size = "10Gi";
  // How long what has no health check runs until it counts as available.
  absl::Duration min_ready = absl::Milliseconds(500);
  // The files of this machine that go along.
  CarriedPaths carried;
};

// The namespace that a project's objects are in.
inline std::string NamespaceOf(const project::Project& project, const ObjectOptions& options) {
  return options.namespace_.empty() ? NamespaceName(project.namespace_(), project.pipeline()) : options.namespace_;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_OPTIONS_H_
