#include "cmd/http/authority.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace flow {
namespace {

bool MayStandInHost(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("-._:%").find(c) != absl::string_view::npos;
}

}  // namespace

absl::StatusOr<Authority> ParseAuthority(absl::string_view text) {
  absl::string_view host = text, port;
  if (absl::StartsWith(text, "[")) {
    const size_t end = text.find(']');
    if (end == absl::string_view::npos) return absl::InvalidArgumentError("the bracket of the address is not closed");
    host = text.substr(1, end - 1);
    port = text.substr(end + 1);
  } else if (const size_t colon = text.find(':'); colon != absl::string_view::npos) {
    host = text.substr(0, colon);
    port = text.substr(colon);
  }
  Authority authority;
  if (!port.empty()) {
    const bool colon = absl::ConsumePrefix(&port, ":");
    // SimpleAtoi allows white space.
    const bool digits = port.find_first_not_of("0123456789") == absl::string_view::npos;
    if (!colon || !digits || !absl::SimpleAtoi(port, &authority.port) || authority.port < 1 || authority.port > 65535) {
      return absl::InvalidArgumentError("what follows the host must be a colon and a port from 1 to 65535");
    }
  }
  if (!std::all_of(host.begin(), host.end(), MayStandInHost)) {
    return absl::InvalidArgumentError("the host must be a name or an address");
  }
  authority.host = std::string(host);
  return authority;
}

std::string UrlOf(const Authority& authority, bool tls) {
  const bool v6 = absl::StrContains(authority.host, ':');
  return absl::StrCat(tls ? "https://" : "http://", v6 ? "[" : "", authority.host, v6 ? "]" : "", ":", authority.port);
}

}  // namespace flow
