#include "cmd/kubernetes/unreachable.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/http/trouble.h"

namespace flow {
namespace {

using kubernetes::ClusterAccess;

// The proxy that requests take, and what says so. Whether NO_PROXY excludes this server libcurl alone knows.
std::string ProxyNote(const ClusterAccess& access, const Environment& environment) {
  if (!access.proxy_url.empty()) {
    return absl::StrCat("\nNote: the proxy ", access.proxy_url, " is on the way (proxy-url of the cluster).");
  }
  const bool tls = absl::StartsWith(access.server, "https://");
  // As libcurl looks for them: HTTP_PROXY in upper case is not among them.
  for (const char* name : {tls ? "https_proxy" : "http_proxy", tls ? "HTTPS_PROXY" : "", "all_proxy", "ALL_PROXY"}) {
    const std::string proxy = *name == '\0' ? "" : Variable(environment, name);
    if (proxy.empty()) continue;
    return absl::StrCat("\nNote: ", name, " is ", proxy,
                        ": where NO_PROXY does not name the server, that proxy is on the way.");
  }
  return "";
}

std::string UserText(const ClusterAccess& access) { return access.user.empty() ? "no user" : access.user; }

std::string Explain(const ClusterAccess& access, const absl::Status& status) {
  const std::string why(status.message());
  switch (TroubleOf(status)) {
    case Trouble::kRefused:
      return "The connection was refused: nothing listens there.\nSee whether the cluster runs, and whether this is "
             "its "
             "address by now.";
    case Trouble::kUnknownHost:
      return "The name of its host is not known to this machine's resolver.";
    case Trouble::kUnreachableHost:
      return absl::StrCat("The machine cannot be reached, or does not answer: ", why,
                          ".\nSee the network (a VPN?), a firewall between, and the port.");
    case Trouble::kEngineSpeaksTls:
      return "What listens there speaks TLS: its address begins with https://.";
    case Trouble::kEngineSpeaksNoTls:
      return "What listens there does not speak TLS, which https:// asks for. See whether the port is right.";
    case Trouble::kCertificateForOtherName:
      return absl::StrCat("The server's certificate is for another name: ", why,
                          ".\nUse a name that is in it, or say which one it is with tls-server-name.");
    case Trouble::kCertificateExpired:
      return absl::StrCat("The server's certificate is out of date, or this machine's clock is wrong: ", why, ".");
    case Trouble::kCertificateUntrusted:
      return absl::StrCat("The server's certificate is from an authority that is not trusted: ", why, ".\n",
                          access.authorities.empty()
                              ? "Trusted are those of this system: the cluster has no certificate-authority-data"
                              : absl::StrCat("Trusted is what the ", access.authorities.set_by, " has"),
                          ".");
    case Trouble::kOwnCertificateUnusable:
      return absl::StrCat("A certificate or key cannot be used: ", why, ".\nThey are of ", UserText(access), ".");
    case Trouble::kOwnCertificateRefused:
      return absl::StrCat("The server does not take the certificate of ", UserText(access), ", or wants one: ", why,
                          ".\nIt may have expired.");
    case Trouble::kTlsOther:
      return absl::StrCat("TLS could not be agreed on: ", why, ".");
    case Trouble::kNotHttp:
      return "Something listens there that is no API server: it does not answer in HTTP. See whether the port is "
             "right.";
    case Trouble::kConnectionLost:
      return absl::StrCat("It took the connection and closed it without an answer: ", why,
                          ".\nIt may be starting or stopping, or be no API server.");
    case Trouble::kDeadline:
      return absl::StrCat("It took the connection, but did not answer: ", why, ".");
    default:  // it has answered; or there are no credentials
      break;
  }
  return absl::IsUnauthenticated(status) ? absl::StrCat(why, ".\nThey are of ", UserText(access), ".") : why;
}

}  // namespace

std::string ExplainNoCluster(const ClusterAccess& access, const absl::Status& status, const Environment& environment) {
  const bool answered = TroubleOf(status) == Trouble::kNone;
  return absl::StrCat(answered ? "cannot speak with the cluster at " : "cannot reach the cluster at ", access.server,
                      " (from ", access.chosen_by, ")\n", Explain(access, status),
                      answered ? "" : ProxyNote(access, environment));
}

}  // namespace flow
