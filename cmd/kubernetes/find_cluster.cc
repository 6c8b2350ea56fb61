#include "cmd/kubernetes/find_cluster.h"

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cmd/base/file.h"
#include "cmd/base/paths.h"
#include "flow/http/authority.h"

namespace flow {
namespace {

using kubernetes::ClusterAccess;
using kubernetes::KubeconfigFile;

constexpr size_t kMostBytes = 4 * 1024 * 1024;

// Where kubeconfig files are looked for.
struct Paths {
  std::vector<std::string> paths;
  std::string setting;  // "--kubeconfig"; empty: the default place
  bool must_be_there = false;
};

Paths PathsOf(const ClusterOptions& options, const Environment& environment) {
  if (!options.kubeconfig.empty()) return {{ResolvePath(options.kubeconfig, environment)}, "--kubeconfig", true};
  Paths paths;
  for (const absl::string_view path : absl::StrSplit(Variable(environment, "KUBECONFIG"), ':', absl::SkipEmpty())) {
    paths.paths.push_back(ResolvePath(std::string(path), environment));
    paths.setting = "KUBECONFIG";
  }
  const std::string home = Variable(environment, "HOME");
  if (paths.paths.empty() && !home.empty()) paths.paths.push_back(absl::StrCat(home, "/.kube/config"));
  return paths;
}

absl::Status CannotTell(absl::string_view why) {
  return absl::FailedPreconditionError(absl::StrCat("cannot tell which cluster to use: ", why));
}

absl::StatusOr<std::vector<KubeconfigFile>> ReadFiles(const Paths& paths) {
  std::vector<KubeconfigFile> files;
  for (const std::string& path : paths.paths) {
    absl::StatusOr<std::string> text = ReadFile(path, kMostBytes);
    if (absl::IsNotFound(text.status()) && !paths.must_be_there) continue;
    if (!text.ok()) {
      return CannotTell(
          absl::StrCat(text.status().message(), paths.setting.empty() ? "" : absl::StrCat(" (", paths.setting, ")")));
    }
    files.push_back({path, *std::move(text)});
  }
  return files;
}

bool IsInPod(const Environment& environment) {
  return !Variable(environment, "KUBERNETES_SERVICE_HOST").empty() &&
         !Variable(environment, "KUBERNETES_SERVICE_PORT").empty();
}

ClusterAccess OfServiceAccount(const Environment& environment, const std::string& folder) {
  ClusterAccess access;
  const std::string host = Variable(environment, "KUBERNETES_SERVICE_HOST");
  access.server = absl::StrCat("https://", absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host, ":",
                               Variable(environment, "KUBERNETES_SERVICE_PORT"));
  access.chosen_by = "the service account of this pod";
  access.user = "the service account of this pod";
  access.authorities = {"", absl::StrCat(folder, "/ca.crt"), "the service account"};
  access.token_file = absl::StrCat(folder, "/token");
  return access;
}

absl::Status NothingFound(const Paths& paths) {
  std::vector<std::string> looked;
  for (const std::string& path : paths.paths) {
    looked.push_back(absl::StrCat(path, paths.setting.empty() ? "" : absl::StrCat(" (", paths.setting, ")")));
  }
  return CannotTell(absl::StrCat(
      looked.empty() ? "HOME is not set" : absl::StrCat("nothing is configured in ", absl::StrJoin(looked, ", ")),
      ", and this is no pod, whose service account would do.\nSay where its kubeconfig is with --kubeconfig or "
      "KUBECONFIG"));
}

// The URL's parts after its scheme: HOST:PORT, and the path that is before every target.
absl::Status ReadServer(const ClusterAccess& access, Endpoint& endpoint) {
  absl::string_view rest = access.server;
  endpoint.tls = absl::ConsumePrefix(&rest, "https://");
  if (!endpoint.tls) (void)absl::ConsumePrefix(&rest, "http://");
  const absl::string_view text = rest.substr(0, rest.find('/'));
  absl::StatusOr<http::Authority> authority = http::ParseAuthority(text);
  if (!authority.ok() || authority->host.empty()) {
    return CannotTell(absl::StrCat("the server is ", access.server, " (", access.chosen_by,
                                   "): ", authority.ok() ? "it has no host" : authority.status().message()));
  }
  if (authority->port == 0) authority->port = endpoint.tls ? 443 : 80;
  endpoint.host = authority->host;
  if (!access.tls_server_name.empty() && endpoint.tls) {
    endpoint.connect_to = http::AuthorityText(*authority);
    authority->host = access.tls_server_name;
  }
  endpoint.url = absl::StrCat(http::UrlOf(*authority, endpoint.tls), rest.substr(text.size()));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ClusterAccess> FindCluster(const ClusterOptions& options, const Environment& environment,
                                          const std::string& service_account) {
  const Paths paths = PathsOf(options, environment);
  const absl::StatusOr<std::vector<KubeconfigFile>> files = ReadFiles(paths);
  if (!files.ok()) return files.status();
  absl::StatusOr<ClusterAccess> access = kubernetes::ChooseCluster(*files, options.context);
  if (absl::IsNotFound(access.status()) && !paths.must_be_there) {
    if (!IsInPod(environment)) return NothingFound(paths);
    return OfServiceAccount(environment, service_account);
  }
  if (!access.ok()) return CannotTell(access.status().message());
  return access;
}

absl::StatusOr<std::string> ReadPem(const kubernetes::PemSource& pem) {
  if (pem.file.empty()) return pem.bytes;
  absl::StatusOr<std::string> text = ReadFile(pem.file, kMostBytes);
  if (text.ok() && !absl::StrContains(*text, "-----BEGIN ")) {
    text = absl::FailedPreconditionError(absl::StrCat(pem.file, " is not PEM, which begins with -----BEGIN"));
  }
  if (text.ok()) return text;
  return absl::FailedPreconditionError(absl::StrCat(text.status().message(), " (", pem.set_by, ")"));
}

absl::StatusOr<Endpoint> EndpointOf(const ClusterAccess& access) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = access.server;
  endpoint.chosen_by = access.chosen_by;
  if (absl::Status status = ReadServer(access, endpoint); !status.ok()) return status;
  endpoint.http2 = endpoint.tls;
  endpoint.verify = !access.insecure;
  endpoint.proxy = access.proxy_url;
  // A proxy resolves the names: this machine may not know them.
  if (absl::StartsWith(endpoint.proxy, "socks5://")) endpoint.proxy.insert(6, "h");
  endpoint.tls_set_by = access.chosen_by;
  for (const auto& [pem, bytes] :
       {std::pair(&access.authorities, &endpoint.ca_pem), std::pair(&access.certificate, &endpoint.certificate_pem),
        std::pair(&access.key, &endpoint.key_pem)}) {
    absl::StatusOr<std::string> read = ReadPem(*pem);
    if (!read.ok()) {
      return absl::FailedPreconditionError(absl::StrCat("cannot reach the cluster at ", access.server, " (from ",
                                                        access.chosen_by, ")\n", read.status().message()));
    }
    *bytes = *std::move(read);
  }
  return endpoint;
}

}  // namespace flow
