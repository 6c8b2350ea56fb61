// What an apply is given.
#ifndef FLOW_KUBERNETES_APPLY_INPUT_H_
#define FLOW_KUBERNETES_APPLY_INPUT_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "flow/deploy/record.h"
#include "flow/kubernetes/desired.h"
#include "flow/kubernetes/options.h"
#include "flow/registry/login.h"

namespace flow::kubernetes {

struct ApplyOptions {
  bool force_recreate = false;
  bool wait = true;
  bool rollback = true;
  bool dry_run = false;  // decide, and end
  absl::Duration timeout = absl::Minutes(5);
};

struct ApplyInput : deploy::DeploymentInput {
  absl::Duration took;  // of the timeout, by what the command has done before
  ApplyOptions options;
  ObjectOptions objects;               // but for their `logins`, which those below and the cluster's secrets say
  std::vector<SecretContent> secrets;  // of components
  std::map<std::string, registry::Login> logins;  // by registry, as images name it: what nodes pull with
};

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_APPLY_INPUT_H_
