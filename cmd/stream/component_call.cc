#include "cmd/stream/component_call.h"

#include "absl/strings/str_cat.h"
#include "cmd/http/trouble.h"

namespace flow {

Endpoint EndpointOfComponent(const std::string& address, bool http2) {
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.address = address;
  endpoint.url = absl::StrCat("http://", address);
  endpoint.host = address.substr(0, address.rfind(':'));
  endpoint.http2 = http2;
  return endpoint;
}

absl::Status InWords(const absl::Status& status) {
  switch (TroubleOf(status)) {
    case Trouble::kRefused:
      return absl::UnavailableError("nothing listens there");
    case Trouble::kUnreachableHost:
    case Trouble::kDeadline:
      return absl::UnavailableError("it does not answer");
    case Trouble::kConnectionLost:
      return absl::UnavailableError("the connection was lost");
    case Trouble::kNotHttp:
      return absl::UnavailableError("what listens there does not speak gRPC");
    default:
      return status;
  }
}

}  // namespace flow
