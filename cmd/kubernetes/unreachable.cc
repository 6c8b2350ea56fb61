#include "cmd/kubernetes/unreachable.h"

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/http/trouble.h"
#include "cmd/kubernetes/find_cluster.h"
#include "flow/kubernetes/certificate.h"

namespace flow {
namespace {

using kubernetes::ClusterAccess;

// A proxy's address without the name and the password that may be in it.
std::string AddressOf(absl::string_view proxy) {
  const size_t scheme = proxy.find("://"), begin = scheme == absl::string_view::npos ? 0 : scheme + 3;
  const size_t end = proxy.substr(0, proxy.find('/', begin)).rfind('@');
  if (end == absl::string_view::npos) return std::string(proxy);
  return absl::StrCat(proxy.substr(0, begin), proxy.substr(end + 1));
}

// The proxy that requests take, and what says so. Whether NO_PROXY excludes this server libcurl alone knows.
std::string ProxyNote(const ClusterAccess& access, const Environment& environment) {
  if (!access.proxy_url.empty()) {
    return absl::StrCat("\nNote: the proxy ", AddressOf(access.proxy_url),
                        " is on the way (proxy-url of the cluster).");
  }
  const bool tls = absl::StartsWith(access.server, "https://");
  // As libcurl looks for them: HTTP_PROXY in upper case is not among them.
  for (const char* name : {tls ? "https_proxy" : "http_proxy", tls ? "HTTPS_PROXY" : "", "all_proxy", "ALL_PROXY"}) {
    const std::string proxy = *name == '\0' ? "" : Variable(environment, name);
    if (proxy.empty()) continue;
    return absl::StrCat("\nNote: ", name, " is ", AddressOf(proxy),
                        ": where NO_PROXY does not name the server, that proxy is on the way.");
  }
  return "";
}

// Certificates or a key, by the file and the setting that have them.
std::string Named(const ClusterAccess& access, const kubernetes::PemSource& pem) {
  if (!pem.file.empty()) return absl::StrCat("the file ", pem.file, " (", pem.set_by, ")");
  if (!pem.empty()) return absl::StrCat("the ", pem.set_by);
  return absl::StrCat("what the program ", access.plugin.has_value() ? access.plugin->command : "", " tells");
}

std::string UserText(const ClusterAccess& access) { return access.user.empty() ? "no user" : access.user; }

// Of credentials that are not taken.
std::string WhoseText(const ClusterAccess& access) {
  const absl::StatusOr<std::string> certificate = ReadPem(access.certificate);
  const absl::Time until = certificate.ok() ? kubernetes::ValidUntil(*certificate) : absl::InfiniteFuture();
  if (until >= absl::Now()) return absl::StrCat("They are of ", UserText(access), ".");
  return absl::StrCat("The certificate in ", Named(access, access.certificate), " was valid until ",
                      absl::FormatTime("%Y-%m-%d %H:%M", until, absl::UTCTimeZone()),
                      " UTC.\nPut a new one there; who runs the cluster can make it.");
}

std::string Explain(const ClusterAccess& access, const absl::Status& status) {
  const std::string why(status.message());
  switch (TroubleOf(status)) {
    case Trouble::kRefused:
      return access.proxy_url.empty()
                 ? "The connection was refused: nothing listens there.\nSee whether the cluster runs, and whether this "
                   "is its address by now."
                 : "The connection to the proxy was refused: nothing listens there.\nSee whether it runs, and whether "
                   "this is its address by now.";
    case Trouble::kUnknownHost:
      return "The name of its host is not known to this machine's resolver.";
    case Trouble::kUnreachableHost:
      return absl::StrCat("The machine cannot be reached, or does not answer: ", why,
                          ".\nSee the network (a VPN?), a firewall between, and the port.");
    case Trouble::kProxy:
      return absl::StrCat("The proxy on the way was of no use: ", why, ".");
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
    // libcurl's words for these say nothing that a user could follow.
    case Trouble::kAuthoritiesUnusable:
      return absl::StrCat("There is no certificate, or a damaged one, in ", Named(access, access.authorities),
                          ".\nPut the certificate of the cluster's authority there again.");
    case Trouble::kOwnCertificateUnusable:
      return absl::StrCat("There is no certificate, or a damaged one, in ", Named(access, access.certificate),
                          ".\nPut the user's certificate there again.");
    case Trouble::kOwnKeyUnusable:
      return absl::StrCat("There is no key of the user's certificate in ", Named(access, access.key),
                          ": it is another certificate's, damaged, or locked with a pass phrase.\nPut a certificate "
                          "and a key there that were made together.");
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
  return absl::IsUnauthenticated(status) ? absl::StrCat(why, ".\n", WhoseText(access)) : why;
}

}  // namespace

std::string ExplainNoCluster(const ClusterAccess& access, const absl::Status& status, const Environment& environment) {
  const bool answered = TroubleOf(status) == Trouble::kNone;
  return absl::StrCat(answered ? "cannot speak with the cluster at " : "cannot reach the cluster at ", access.server,
                      " (from ", access.chosen_by, ")\n", Explain(access, status),
                      answered ? "" : ProxyNote(access, environment));
}

}  // namespace flow
