// What a cluster's nodes show the registries of a pipeline's images: whom this user is logged in to on this machine.
#ifndef CMD_KUBERNETES_PULL_LOGINS_H_
#define CMD_KUBERNETES_PULL_LOGINS_H_

#include <map>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/kubernetes/session.h"
#include "flow/project/project.pb.h"
#include "flow/registry/login.h"

namespace flow {

// By registry, as images name it. Asks the user's credential helpers where there are any; what keeps a login from being found,
// or nodes from using it, is warned of. The session has a client. Error: a signal came (exit_status.h); Internal: the loop's.
absl::StatusOr<std::map<std::string, registry::Login>> FindPullLogins(ClusterSession& session,
                                                                      const project::Project& project);

}  // namespace flow

#endif  // CMD_KUBERNETES_PULL_LOGINS_H_
