// What kept a request from its answer, as more than a status code: the client (client.h) finds it, and what explains it
// to the user (unreachable.h) or decides whether to try again needs it.
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
  kEngineSpeaksTls,  // and we do not
  kEngineSpeaksNoTls,
  kCertificateForOtherName,
  kCertificateExpired,
  kCertificateUntrusted,
  kOwnCertificateUnusable,  // one of our TLS files is missing or cannot be read
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

// Whether the engine may have got the request that ended with this error, and so have done it: only where this is false
// is it safe to repeat a request that must not be done twice. True also for statuses of unknown origin.
bool MayHaveReachedEngine(const absl::Status& status);

// Whether an engine that has answered before may be away for a moment, as one that restarts is: its socket is missing,
// refuses, or is not yet our group's; or a connection was lost.
bool IsTransient(const absl::Status& status);

}  // namespace flow

#endif  // CMD_HTTP_TROUBLE_H_
