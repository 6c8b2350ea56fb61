// Calls of a component of flowctl's SDK: where they go, and how they fail.
#ifndef CMD_STREAM_COMPONENT_CALL_H_
#define CMD_STREAM_COMPONENT_CALL_H_

#include <string>

#include "absl/status/status.h"
#include "cmd/http/endpoint.h"

namespace flow {

// HOST:PORT, without TLS; `http2`: as gRPC speaks.
Endpoint EndpointOfComponent(const std::string& address, bool http2);

// Why a call did not come to its end, in words for who knows nothing of requests.
absl::Status InWords(const absl::Status& status);

}  // namespace flow

#endif  // CMD_STREAM_COMPONENT_CALL_H_
