// What a user is told whose cluster did not answer, or does not take who asks (exit 4).
#ifndef CMD_KUBERNETES_UNREACHABLE_H_
#define CMD_KUBERNETES_UNREACHABLE_H_

#include <string>

#include "absl/status/status.h"
#include "cmd/base/environment.h"
#include "flow/kubernetes/kubeconfig.h"

namespace flow {

// `status` is the client's error (client.h) for the first request, or what is wrong with what answered. Several lines
// without a final newline: the address and what chose it; what was wrong; what to do; the proxy on the way, if any. Reads the
// user's certificate, which may have expired.
std::string ExplainNoCluster(const kubernetes::ClusterAccess& access, const absl::Status& status,
                             const Environment& environment);

}  // namespace flow

#endif  // CMD_KUBERNETES_UNREACHABLE_H_
