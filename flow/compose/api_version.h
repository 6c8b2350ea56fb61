#ifndef FLOW_COMPOSE_API_VERSION_H_
#define FLOW_COMPOSE_API_VERSION_H_
#include <compare>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
namespace flow::compose {
struct ApiVersion {
  int major = 1;
  int minor = 41;
  std::string ToString() const { return absl::StrCat(major, ".", minor); }
  friend constexpr auto operator<=>(const ApiVersion&, const ApiVersion&) = default;
};
inline absl::StatusOr<ApiVersion> ParseApiVersion(absl::string_view text) {
  std::vector<absl::string_view> p = absl::StrSplit(text, '.');
  ApiVersion v;
  if (p.size() == 2 && absl::SimpleAtoi(p[0], &v.major) && absl::SimpleAtoi(p[1], &v.minor)) return v;
  return absl::InvalidArgumentError(absl::StrCat("not an API version: ", text));
}
}  // namespace flow::compose
#endif
