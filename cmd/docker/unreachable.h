// What a user is told whose engine did not answer, or is none that flow can speak with (exit 4).
#ifndef CMD_DOCKER_UNREACHABLE_H_
#define CMD_DOCKER_UNREACHABLE_H_

#include <string>

#include "absl/status/status.h"
#include "cmd/base/environment.h"
#include "cmd/http/endpoint.h"

namespace flow {

// `status` is the client's error (client.h) for the first request, or what is wrong with what answered. Several lines without a final newline: the address
// and what chose it; what was wrong; what to do; engines whose sockets are seen on this machine, with the flag that
// uses one (none is ever used unasked). Looks at files; connects to nothing.
std::string ExplainUnreachable(const Endpoint& endpoint, const absl::Status& status, const Environment& environment);

}  // namespace flow

#endif  // CMD_DOCKER_UNREACHABLE_H_
