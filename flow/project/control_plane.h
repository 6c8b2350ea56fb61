// The control plane's address as containers can reach it.
#ifndef FLOW_PROJECT_CONTROL_PLANE_H_
#define FLOW_PROJECT_CONTROL_PLANE_H_

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace flow::project {

// The name under which every container reaches the machine that its engine runs on, and what makes it one (an entry of
// extra_hosts; Engine API 1.41, "HostConfig.ExtraHosts").
inline constexpr char kHostName[] = "host.docker.internal";
inline constexpr char kHostGateway[] = "host.docker.internal:host-gateway";

// The host of HOST:PORT, without the brackets of an IPv6 address.
inline std::string HostOf(const std::string& address) {
  if (absl::StartsWith(address, "[")) return address.substr(1, address.find(']') - 1);
  return address.substr(0, address.rfind(':'));
}

// True where HOST:PORT is this machine as it calls itself, which inside a container would be the container: localhost,
// 127.0.0.0/8, ::1, and the addresses that mean any (0.0.0.0, ::).
inline bool IsLoopback(const std::string& address) {
  const std::string host = absl::AsciiStrToLower(HostOf(address));
  return host == "localhost" || absl::EndsWith(host, ".localhost") || absl::StartsWith(host, "127.") || host == "::1" ||
         host == "0.0.0.0" || host == "::";
}

// HOST:PORT as containers are told it: a loopback host becomes host.docker.internal, with the same port. The caller
// warns then, since what is bound to 127.0.0.1 alone cannot be reached that way.
inline std::string AddressForContainers(const std::string& address) {
  if (!IsLoopback(address)) return address;
  return absl::StrCat(kHostName, address.substr(address.rfind(':')));
}

}  // namespace flow::project

#endif  // FLOW_PROJECT_CONTROL_PLANE_H_
