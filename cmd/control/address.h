// Where a control plane is: --control_plane.
#ifndef CMD_CONTROL_ADDRESS_H_
#define CMD_CONTROL_ADDRESS_H_

#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/http/endpoint.h"

namespace flow {

// "HOST:PORT", or "http://HOST:PORT", is spoken to without TLS, "https://HOST:PORT" with it; its certificate is always
// verified, by the system's authorities or by those of GRPC_DEFAULT_SSL_ROOTS_FILE_PATH, as gRPC's own programs do.
// InvalidArgument (exit 2) for anything else: the message says how it is written.
absl::StatusOr<Endpoint> ControlPlaneEndpoint(const std::string& address, const Environment& environment);

// The "HOST:PORT" of such an address.
std::string HostAndPort(const std::string& address);

}  // namespace flow

#endif  // CMD_CONTROL_ADDRESS_H_
