// HOST:PORT as it stands in a URL (RFC 3986, section 3.2), read, written, and whether it is this host.
#ifndef FLOW_HTTP_AUTHORITY_H_
#define FLOW_HTTP_AUTHORITY_H_

#include <algorithm>
#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"

namespace flow::http {

struct Authority {
  std::string host;  // a name or an address, an IPv6 one without its brackets; empty where it is left out
  int port = 0;      // 1 to 65535; 0 where it is left out
};

// InvalidArgument, saying what it must be, for anything else than "HOST", "HOST:PORT", ":PORT" or "", where an IPv6
// address stands in brackets. A user name is not taken.
absl::StatusOr<Authority> ParseAuthority(absl::string_view text);

// "[::1]:2376", "build-7"
std::string AuthorityText(const Authority& authority);

// "https://[::1]:2376"
std::string UrlOf(const Authority& authority, bool tls);

// Whether it is this host as it calls itself: localhost, 127.0.0.0/8, ::1, and the addresses that mean any
// (0.0.0.0, ::). Inside a container that is the container.
bool IsLoopback(absl::string_view host);

namespace internal {

inline bool MayStandInHost(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) ||
         absl::string_view("-._:%").find(c) != absl::string_view::npos;
}

}  // namespace internal

inline absl::StatusOr<Authority> ParseAuthority(absl::string_view text) {
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
  if (!std::all_of(host.begin(), host.end(), internal::MayStandInHost)) {
    return absl::InvalidArgumentError("the host must be a name or an address");
  }
  authority.host = std::string(host);
  return authority;
}

inline std::string AuthorityText(const Authority& authority) {
  const bool v6 = absl::StrContains(authority.host, ':');
  const std::string host = v6 ? absl::StrCat("[", authority.host, "]") : authority.host;
  return authority.port == 0 ? host : absl::StrCat(host, ":", authority.port);
}

inline std::string UrlOf(const Authority& authority, bool tls) {
  return absl::StrCat(tls ? "https://" : "http://", AuthorityText(authority));
}

inline bool IsLoopback(absl::string_view host) {
  const std::string lower = absl::AsciiStrToLower(host);
  return lower == "localhost" || absl::EndsWith(lower, ".localhost") || absl::StartsWith(lower, "127.") ||
         lower == "::1" || lower == "0.0.0.0" || lower == "::";
}

}  // namespace flow::http

#endif  // FLOW_HTTP_AUTHORITY_H_
