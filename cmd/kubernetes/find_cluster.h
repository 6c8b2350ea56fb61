// Which cluster is spoken to, by the flags, the environment and the files of this machine.
#ifndef CMD_KUBERNETES_FIND_CLUSTER_H_
#define CMD_KUBERNETES_FIND_CLUSTER_H_

#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/http/endpoint.h"
#include "flow/kubernetes/kubeconfig.h"

namespace flow {

// What the flags say. Empty: as the environment says.
struct ClusterOptions {
  std::string kubeconfig;
  std::string context;
};

// Where a pod finds its service account.
inline constexpr char kServiceAccountFolder[] = "/var/run/secrets/kubernetes.io/serviceaccount";

// The first of these that has anything: --kubeconfig; the files of KUBECONFIG, merged, but those that are not there;
// ~/.kube/config; in a pod its service account. FailedPrecondition, saying what was looked for and what is wrong, where
// that is no cluster.
absl::StatusOr<kubernetes::ClusterAccess> FindCluster(const ClusterOptions& options, const Environment& environment,
                                                      const std::string& service_account = kServiceAccountFolder);

// The bytes of certificates or a key: those that are given, or the file's. FailedPrecondition, with the setting.
absl::StatusOr<std::string> ReadPem(const kubernetes::PemSource& pem);

// How that cluster is spoken to. Reads the files that it names. Error: FailedPrecondition, with the setting that is wrong.
absl::StatusOr<Endpoint> EndpointOf(const kubernetes::ClusterAccess& access);

}  // namespace flow

#endif  // CMD_KUBERNETES_FIND_CLUSTER_H_
