#include "cmd/control/address.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "cmd/base/exit_status.h"
#include "flow/http/authority.h"

namespace flow {

std::string HostAndPort(const std::string& address) {
  absl::string_view rest = address;
  if (!absl::ConsumePrefix(&rest, "https://")) absl::ConsumePrefix(&rest, "http://");
  return std::string(absl::StripSuffix(rest, "/"));
}

absl::StatusOr<Endpoint> ControlPlaneEndpoint(const std::string& address, const Environment& environment) {
  const absl::StatusOr<http::Authority> authority = http::ParseAuthority(HostAndPort(address));
  if (!authority.ok() || authority->host.empty() || authority->port == 0) {
    return WithExitCode(absl::InvalidArgumentError(absl::StrCat(
                            "--control_plane cannot be \"", address,
                            "\"; it is HOST:PORT, as 127.0.0.1:8080, or https://HOST:PORT for one that speaks TLS")),
                        ExitCode::kUsage);
  }
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = address;
  endpoint.host = authority->host;
  endpoint.tls = absl::StartsWith(address, "https://");
  endpoint.http2 = true;
  endpoint.url = http::UrlOf(*authority, endpoint.tls);
  endpoint.ca = Variable(environment, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH");
  return endpoint;
}

}  // namespace flow
