// HOST:PORT as it stands in a URL (RFC 3986, section 3.2).
#ifndef CMD_HTTP_AUTHORITY_H_
#define CMD_HTTP_AUTHORITY_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace flow {

struct Authority {
  std::string host;  // a name or an address, an IPv6 one without its brackets; empty where it is left out
  int port = 0;      // 1 to 65535; 0 where it is left out
};

// InvalidArgument, saying what it must be, for anything else than "HOST", "HOST:PORT", ":PORT" or "", where an IPv6
// address stands in brackets. A user name is not taken.
absl::StatusOr<Authority> ParseAuthority(absl::string_view text);

// "https://[::1]:2376"
std::string UrlOf(const Authority& authority, bool tls);

}  // namespace flow

#endif  // CMD_HTTP_AUTHORITY_H_
