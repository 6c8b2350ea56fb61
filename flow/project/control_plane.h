// The control plane's address as containers can reach it.
#ifndef FLOW_PROJECT_CONTROL_PLANE_H_
#define FLOW_PROJECT_CONTROL_PLANE_H_

#include <string>

#include "absl/status/statusor.h"
#include "flow/http/authority.h"

namespace flow::project {

// The name under which every container reaches the host that its engine runs on, and what makes it one (an entry of
// extra_hosts; Engine API 1.41, "HostConfig.ExtraHosts").
inline constexpr char kHostName[] = "host.docker.internal";
inline constexpr char kHostGateway[] = "host.docker.internal:host-gateway";

// HOST:PORT as containers are told it: of this host itself (http::IsLoopback), which inside a container would be the
// container, it is host.docker.internal with the same port; any other stays as it is. Where it differs the caller
// warns: what is bound to 127.0.0.1 alone cannot be reached that way.
inline std::string AddressForContainers(const std::string& address) {
  absl::StatusOr<http::Authority> authority = http::ParseAuthority(address);
  if (!authority.ok() || !http::IsLoopback(authority->host)) return address;
  authority->host = kHostName;
  return http::AuthorityText(*authority);
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_CONTROL_PLANE_H_
