// What kept a request from its answer, more precisely than a status code tells it. The client (client.h) finds it; it
// is needed to explain the error to the user (unreachable.h), and to decide whether to try again.
#ifndef CMD_HTTP_TROUBLE_H_
#define CMD_HTTP_TROUBLE_H_

#include "absl/status/status.h"

namespace flow {

enum class Trouble {
  kNone,  // of no kind below: the status's code and message are all there is
  // Not connected: the request cannot have reached the engine.
  kNoSocketFile,
  kPermissionDenied,  // on the socket file, or a folder above it
  kRefused,           // nothing listens there
  kUnknownHost,
  kUnreachableHost,  // no route, or no answer to the attempt to connect
  kProxy,            // the one on the way is not found, or does not lead there
  kEngineSpeaksTls,  // and we do not
  kEngineSpeaksNoTls,
  kCertificateForOtherName,
  kCertificateExpired,
  kCertificateUntrusted,
  kAuthoritiesUnusable,     // those that we are to trust are missing or cannot be read
  kOwnCertificateUnusable,  // it is missing or cannot be read
  kOwnKeyUnusable,          // it is missing, cannot be read, or is of another certificate
  kOwnCertificateRefused,   // by the engine; or it wants one and we have none
  kTlsOther,
  kNotHttp,  // something listens there that is no engine
  // Connected: whether the engine did what was asked is not known.
  kConnectionLost,
  kDeadline,
};

// The same status, with the trouble attached (as a payload).
absl::Status WithTrouble(absl::Status status, Trouble trouble);

// kNone for a status that has none attached.
Trouble TroubleOf(const absl::Status& status);

// Whether the server may have got the request that ended with this error, and so may have carried it out. Where it has
// not, even a request that must not be carried out twice may be sent again. True for statuses of unknown origin, too.
bool MayHaveReachedEngine(const absl::Status& status);

// Whether the same request may come through a moment later, where the server has answered before: it restarts, say, and
// its socket is missing, refuses, or is not our group's yet; or the connection was lost. Whether the request may be
// sent twice is another question.
bool IsRetryable(const absl::Status& status);

}  // namespace flow

#endif  // CMD_HTTP_TROUBLE_H_
