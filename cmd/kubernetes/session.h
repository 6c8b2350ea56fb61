// What every command that speaks to a cluster has besides (command_session.h): which cluster, and a connection to it.
#ifndef CMD_KUBERNETES_SESSION_H_
#define CMD_KUBERNETES_SESSION_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/kubernetes/cluster_client.h"
#include "cmd/kubernetes/cluster_wire.h"
#include "cmd/target/command_session.h"
#include "flow/http/message.h"
#include "flow/kubernetes/kubeconfig.h"

namespace flow {

// In deploy::Deployment::driver().
inline constexpr char kClusterDriver[] = "kubernetes";

class ClusterSession : public CommandSession {
 public:
  // By the options and the environment. `command`: whose messages begin with that. Connects to nothing.
  static absl::StatusOr<std::unique_ptr<ClusterSession>> Open(const char* command, State state,
                                                              const EngineOptions& options, Environment environment);

  // Warns where the cluster's certificate is not verified.
  absl::Status MakeClient() override;
  // Once MakeClient() has made it.
  ClusterClient& client() { return *client_; }
  // One over the client, which tells its requests.
  ClusterWire MakeWire() {
    return ClusterWire(*client_, [this](const http::Request& request) { Trace(request); });
  }

  const kubernetes::ClusterAccess& access() const { return access_; }
  // The one that the options name; empty: none.
  const std::string& kube_namespace() const { return kube_namespace_; }
  // For people, who may have another one in mind: which cluster, why that one, and where on it.
  std::string WhereText(const std::string& kube_namespace) const;

  const char* driver() const override { return kClusterDriver; }
  std::string NamespaceFor(const PipelineKey& key) const override;
  std::string Where() const override;

  const std::shared_ptr<Loop>& loop() const override { return client_->loop(); }

  absl::Status Unreachable(const absl::Status& status) const override;

 private:
  ClusterSession(Basis basis, kubernetes::ClusterAccess access, std::string kube_namespace)
      : CommandSession(std::move(basis)), access_(std::move(access)), kube_namespace_(std::move(kube_namespace)) {}

  const kubernetes::ClusterAccess access_;
  const std::string kube_namespace_;
  std::unique_ptr<ClusterClient> client_;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_SESSION_H_
