// A version of the Docker Engine API, as in the paths of requests ("/v1.41/…").
#ifndef FLOW_COMPOSE_API_VERSION_H_
#define FLOW_COMPOSE_API_VERSION_H_

#include <compare>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace flow::compose {

// Compares as versions do: 1.9 < 1.41 < 2.0.
struct ApiVersion {
  int major_number = 0;  // not `major`: a macro of <sys/sysmacros.h>
  int minor_number = 0;

  friend constexpr auto operator<=>(const ApiVersion&, const ApiVersion&) = default;

  // "1.41"
  std::string ToString() const { return absl::StrCat(major_number, ".", minor_number); }
};

// The oldest that flow speaks: Docker 20.10 and Podman.
inline constexpr ApiVersion kOldestApiVersion{1, 41};

// The first that takes a health check's StartInterval (Engine API 1.44, "HealthConfig"; older engines ignore it, and
// Compose refuses a file that has it for them).
inline constexpr ApiVersion kStartIntervalApiVersion{1, 44};

// Reads "1.41". InvalidArgument for anything else ("v1.41", "1", "1.41.0", "").
inline absl::StatusOr<ApiVersion> ParseApiVersion(const std::string& text) {
  const size_t dot = text.find('.');
  const auto number = [](const std::string& digits, int& result) {
    for (const char c : digits) {
      if (!absl::ascii_isdigit(c)) return false;  // SimpleAtoi takes signs and spaces
    }
    return absl::SimpleAtoi(digits, &result);
  };
  ApiVersion version;
  if (dot == std::string::npos || !number(text.substr(0, dot), version.major_number) ||
      !number(text.substr(dot + 1), version.minor_number)) {
    return absl::InvalidArgumentError(absl::StrCat("\"", text, "\" is not an API version such as 1.44"));
  }
  return version;
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_API_VERSION_H_
