// What a transfer that libcurl gave up means, in words for its user.
#ifndef CMD_HTTP_TRANSFER_ERROR_H_
#define CMD_HTTP_TRANSFER_ERROR_H_

#include <curl/curl.h>

#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cmd/http/endpoint.h"

namespace flow {

inline constexpr absl::Duration kConnectTimeout = absl::Seconds(5);

// What libcurl knows of it.
struct FailedTransfer {
  CURLcode code = CURLE_OK;
  std::string what;          // "GET /v1.41/info"
  std::string detail;        // curl's words
  long os_errno = 0;         // CURLINFO_OS_ERRNO
  long verify_result = 0;    // CURLINFO_SSL_VERIFYRESULT: OpenSSL's X509_V_*
  absl::Duration took;       // CURLINFO_TOTAL_TIME_T
  bool was_sent = false;     // the request went out
  bool has_status = false;   // of an answer, the status line came …
  bool has_headers = false;  // … and all headers
};

// The error, with its Trouble: kUnavailable, kDeadlineExceeded or kPermissionDenied (on the socket file).
absl::Status TransferError(const Endpoint& endpoint, const FailedTransfer& failed);

}  // namespace flow

#endif  // CMD_HTTP_TRANSFER_ERROR_H_
