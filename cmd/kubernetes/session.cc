#include "cmd/kubernetes/session.h"

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/kubernetes/find_cluster.h"
#include "cmd/kubernetes/unreachable.h"
#include "flow/kubernetes/names.h"

namespace flow {

absl::StatusOr<std::unique_ptr<ClusterSession>> ClusterSession::Open(const char* command, State state,
                                                                     const EngineOptions& options,
                                                                     Environment environment) {
  absl::StatusOr<kubernetes::ClusterAccess> access =
      FindCluster({.kubeconfig = options.kubeconfig, .context = options.kube_context}, environment);
  if (!access.ok()) return WithExitCode(access.status(), ExitCode::kNoEngine);
  absl::StatusOr<Basis> basis = Take(command, state, options, std::move(environment));
  if (!basis.ok()) return basis.status();
  return std::unique_ptr<ClusterSession>(
      new ClusterSession(*std::move(basis), *std::move(access), options.kube_namespace));
}

absl::Status ClusterSession::MakeClient() {
  if (client_ != nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<ClusterClient>> client = ClusterClient::Create(access_, environment());
  if (!client.ok()) return WithExitCode(client.status(), ExitCode::kNoEngine);
  client_ = *std::move(client);
  if (access_.insecure) {
    Warn(absl::StrCat("the certificate of ", access_.server,
                      " is not verified (insecure-skip-tls-verify): whoever answers there gets the credentials"));
  }
  return absl::OkStatus();
}

std::string ClusterSession::NamespaceFor(const PipelineKey& key) const {
  return kube_namespace_.empty() ? kubernetes::NamespaceName(key.namespace_, key.name) : kube_namespace_;
}

std::string ClusterSession::Where() const {
  const std::string in = kube_namespace_.empty() ? "" : absl::StrCat(", namespace ", kube_namespace_);
  return absl::StrCat("the cluster ", access_.server, in);
}

std::string ClusterSession::WhereText(const std::string& kube_namespace) const {
  return absl::StrCat("on the cluster ", access_.server, " of ", access_.chosen_by, ", namespace ", kube_namespace);
}

absl::Status ClusterSession::Unreachable(const absl::Status& status) const {
  return ExitWith(ExitCode::kNoEngine, ExplainNoCluster(access_, status, environment()));
}

}  // namespace flow
