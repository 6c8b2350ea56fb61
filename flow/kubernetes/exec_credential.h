// What an exec plugin is told, and what it answers: the type ExecCredential of client.authentication.k8s.io.
#ifndef FLOW_KUBERNETES_EXEC_CREDENTIAL_H_
#define FLOW_KUBERNETES_EXEC_CREDENTIAL_H_

#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/kubernetes/kubeconfig.h"
#include "flow/text/document.h"
#include "flow/text/json.h"
#include "flow/text/json_reader.h"
#include "flow/text/view.h"

namespace flow::kubernetes {

// What a cluster is shown.
struct ClusterCredentials {
  std::string token;             // empty: none
  std::string certificate, key;  // PEM; empty: none
  absl::Time expires = absl::InfiniteFuture();
};

// The variable in which a plugin finds what it is told.
inline constexpr char kExecInfoVariable[] = "KUBERNETES_EXEC_INFO";

// Its value. `authorities`: PEM, for a plugin that wants to know the cluster.
std::string ExecInfo(const ExecPlugin& plugin, const ClusterAccess& access, absl::string_view authorities);

// What the plugin wrote. InvalidArgument, without anything secret, where that is no credential of its API version.
absl::StatusOr<ClusterCredentials> ReadExecCredential(const ExecPlugin& plugin, absl::string_view answer);

// How it is done

inline std::string ExecInfo(const ExecPlugin& plugin, const ClusterAccess& access, absl::string_view authorities) {
  text::Mapping spec = {{"interactive", false}};
  if (plugin.wants_cluster) {
    text::Mapping cluster = {{"server", access.server}};
    cluster.AddUnlessEmpty("tls-server-name", access.tls_server_name);
    cluster.AddUnlessEmpty("certificate-authority-data", absl::Base64Escape(authorities));
    cluster.AddUnlessEmpty("proxy-url", access.proxy_url);
    if (access.insecure) cluster.Add("insecure-skip-tls-verify", true);
    spec.Add("cluster", std::move(cluster));
  }
  const text::Mapping info = {
      {"apiVersion", plugin.api_version}, {"kind", "ExecCredential"}, {"spec", std::move(spec)}};
  return text::Json(info, text::JsonLayout::kCompact);
}

inline absl::StatusOr<ClusterCredentials> ReadExecCredential(const ExecPlugin& plugin, absl::string_view answer) {
  const absl::StatusOr<text::Value> document = text::ReadJson(answer);
  if (!document.ok()) return absl::InvalidArgumentError("its answer is no JSON");
  const text::View credential(*document), status = credential["status"];
  if (credential["apiVersion"].text() != plugin.api_version) {
    return absl::InvalidArgumentError(absl::StrCat("its answer is of \"", credential["apiVersion"].text(), "\", and \"",
                                                   plugin.api_version, "\" was asked for"));
  }
  ClusterCredentials read = {.token = status["token"].text(),
                             .certificate = status["clientCertificateData"].text(),
                             .key = status["clientKeyData"].text()};
  if (read.certificate.empty() != read.key.empty()) {
    return absl::InvalidArgumentError("its answer has one of a certificate and its key");
  }
  if (read.token.empty() && read.certificate.empty()) {
    return absl::InvalidArgumentError("its answer has neither a token nor a certificate");
  }
  const std::string& expires = status["expirationTimestamp"].text();
  if (!expires.empty() && !absl::ParseTime(absl::RFC3339_full, expires, &read.expires, /*err=*/nullptr)) {
    return absl::InvalidArgumentError("its answer expires at what is no time");
  }
  return read;
}

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_EXEC_CREDENTIAL_H_
