#include "cmd/http/transfer_error.h"

#include <cerrno>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cmd/http/trouble.h"

namespace flow {
namespace {

// libcurl compares its timeouts with a difference of seconds plus one of microseconds, each cut to whole milliseconds:
// it may end a transfer up to a millisecond early.
bool TookConnectTimeout(const FailedTransfer& failed) { return failed.took > kConnectTimeout - absl::Milliseconds(1); }

absl::Status ConnectError(const Endpoint& endpoint, const FailedTransfer& failed) {
  const bool file = endpoint.kind == Endpoint::Kind::kUnix;
  const auto unavailable = [&](absl::string_view why, Trouble trouble) {
    return WithTrouble(absl::UnavailableError(absl::StrCat(failed.what, ": ", why, " (", failed.detail, ")")), trouble);
  };
  switch (failed.os_errno) {
    case EACCES:
    case EPERM:
      if (!file) break;  // a firewall's word
      return WithTrouble(
          absl::PermissionDeniedError(absl::StrCat(failed.what, ": permission denied on the socket ", endpoint.socket)),
          Trouble::kPermissionDenied);
    case ENOENT:
    case ENOTDIR:
      return unavailable(absl::StrCat("there is no socket ", endpoint.socket), Trouble::kNoSocketFile);
    case ECONNREFUSED:
      return unavailable(absl::StrCat("nothing listens at ", endpoint.address), Trouble::kRefused);
    default:
      break;
  }
  return unavailable(absl::StrCat("no connection to ", endpoint.address), Trouble::kUnreachableHost);
}

}  // namespace

absl::Status TransferError(const Endpoint& endpoint, const FailedTransfer& failed) {
  const absl::string_view detail = failed.detail;
  const auto unavailable = [&](absl::string_view why, Trouble trouble) {
    return WithTrouble(absl::UnavailableError(absl::StrCat(failed.what, ": ", why, " (", detail, ")")), trouble);
  };
  switch (failed.code) {
    case CURLE_COULDNT_CONNECT:
      return ConnectError(endpoint, failed);
    case CURLE_COULDNT_RESOLVE_PROXY:
      return unavailable("the name of the proxy's host is not known", Trouble::kProxy);
    case CURLE_PROXY:
      return unavailable("the proxy does not lead there", Trouble::kProxy);
    case CURLE_COULDNT_RESOLVE_HOST:
      return unavailable(absl::StrCat("the name of the host in ", endpoint.address, " is not known"),
                         Trouble::kUnknownHost);
    case CURLE_OPERATION_TIMEDOUT:
      if (!failed.was_sent && TookConnectTimeout(failed)) {
        // A server that waits for the end of a request line waits for ever in the middle of a handshake. (curl 7.88
        // says so; a version that does not leaves the more general words.)
        return absl::StrContains(detail, "SSL")
                   ? unavailable("what listens there does not answer in TLS, which was asked for",
                                 Trouble::kEngineSpeaksNoTls)
                   : unavailable(absl::StrCat("no connection to ", endpoint.address, " within ",
                                              absl::ToInt64Seconds(kConnectTimeout), " s"),
                                 Trouble::kUnreachableHost);
      }
      return WithTrouble(absl::DeadlineExceededError(absl::StrCat(failed.what, ": no answer in time (", detail, ")")),
                         !failed.was_sent ? Trouble::kUnreachableHost : Trouble::kDeadline);
    case CURLE_SSL_CONNECT_ERROR:
      // OpenSSL's words for bytes that are not TLS.
      if (absl::StrContains(detail, "wrong version number") || absl::StrContains(detail, "packet length too long") ||
          absl::StrContains(detail, "record layer failure") || absl::StrContains(detail, "unknown protocol")) {
        return unavailable("what listens there does not speak TLS, and TLS was asked for", Trouble::kEngineSpeaksNoTls);
      }
      if (absl::StrContains(detail, "alert")) {
        return unavailable("the server refused our certificate, or wants one", Trouble::kOwnCertificateRefused);
      }
      return unavailable("TLS could not be agreed on", Trouble::kTlsOther);
    case CURLE_PEER_FAILED_VERIFICATION:
      // 0: nothing is wrong with the chain, which is looked at before the name.
      if (failed.verify_result == 0 || absl::StrContains(detail, "does not match") ||
          absl::StrContains(detail, "subject name")) {
        return unavailable("the certificate of the server is for another name", Trouble::kCertificateForOtherName);
      }
      if (absl::StrContains(detail, "expired") || absl::StrContains(detail, "not yet valid")) {
        return unavailable("the certificate of the server is out of date", Trouble::kCertificateExpired);
      }
      return unavailable("the certificate of the server is not from an authority that is trusted here",
                         Trouble::kCertificateUntrusted);
    case CURLE_SSL_CACERT_BADFILE:
      return unavailable("the certificates of the authorities to trust cannot be read", Trouble::kAuthoritiesUnusable);
    case CURLE_SSL_CERTPROBLEM:
      return absl::StrContains(detail, "rivate key")
                 ? unavailable("our key cannot be read, or is of another certificate", Trouble::kOwnKeyUnusable)
                 : unavailable("our certificate cannot be read", Trouble::kOwnCertificateUnusable);
    case CURLE_GOT_NOTHING:
      return unavailable("the connection was closed before the answer came", Trouble::kConnectionLost);
    case CURLE_PARTIAL_FILE:
      return unavailable("the connection was lost in the middle of the answer", Trouble::kConnectionLost);
    case CURLE_RECV_ERROR:
      // "CONNECT tunnel failed, response 407", "Proxy CONNECT aborted"
      if (!failed.was_sent && absl::StrContains(detail, "CONNECT")) {
        return unavailable("the proxy does not lead there", Trouble::kProxy);
      }
      // With TLS 1.3 the refusal comes after the handshake (RFC 8446, 4.4.2.4).
      if (!failed.has_status && absl::StrContains(detail, "alert")) {
        return unavailable("the server refused our certificate, or wants one", Trouble::kOwnCertificateRefused);
      }
      [[fallthrough]];
    case CURLE_SEND_ERROR:
      return unavailable(failed.has_headers ? "the connection was lost in the middle of the answer"
                                            : "the connection was lost before the answer came",
                         Trouble::kConnectionLost);
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return unavailable("what listens there does not speak HTTP", Trouble::kNotHttp);
    default:
      return WithTrouble(absl::UnavailableError(absl::StrCat(failed.what, ": ", detail)),
                         !failed.was_sent ? Trouble::kUnreachableHost : Trouble::kConnectionLost);
  }
}

}  // namespace flow
