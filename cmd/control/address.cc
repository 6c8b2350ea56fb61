#include "cmd/control/address.h"

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "flow/compose/control_plane.h"

namespace flow {

std::string HostAndPort(const std::string& address) {
  absl::string_view rest = address;
  if (!absl::ConsumePrefix(&rest, "https://")) absl::ConsumePrefix(&rest, "http://");
  return std::string(absl::StripSuffix(rest, "/"));
}

absl::StatusOr<Endpoint> ControlPlaneEndpoint(const std::string& address, const Environment& environment) {
  const std::string rest = HostAndPort(address);
  const std::string host = compose::HostOf(rest);
  const size_t colon = rest.rfind(':');
  const absl::string_view port = colon == rest.npos ? "" : absl::string_view(rest).substr(colon + 1);
  int number = 0;
  const bool digits = !port.empty() && port.find_first_not_of("0123456789") == port.npos;
  const bool bracketed = absl::StartsWith(rest, "[");
  // An IPv6 address stands in brackets, so that the port's colon is one.
  const bool fit =
      host.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._%:") == host.npos &&
      (bracketed ? colon != rest.npos && colon > 0 && rest[colon - 1] == ']' : host.find(':') == host.npos);
  if (host.empty() || !fit || !digits || !absl::SimpleAtoi(port, &number) || number < 1 || number > 65535) {
    return absl::InvalidArgumentError(
        absl::StrCat("--control_plane cannot be \"", address,
                     "\"; it is HOST:PORT, as 127.0.0.1:8080, or https://HOST:PORT for one that speaks TLS"));
  }
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = address;
  endpoint.host = host;
  endpoint.tls = absl::StartsWith(address, "https://");
  endpoint.http2 = true;
  endpoint.url = absl::StrCat(endpoint.tls ? "https://" : "http://", rest);
  endpoint.ca = Variable(environment, "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH");
  return endpoint;
}

}  // namespace flow
