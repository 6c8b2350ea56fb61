// The parts of a request's target, escaped as they stand in a URL (RFC 3986).
#ifndef FLOW_HTTP_QUERY_H_
#define FLOW_HTTP_QUERY_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"

namespace flow::http {

// Escapes text for a part of a path or a query value: all but the unreserved characters.
inline std::string PercentEncode(absl::string_view text) {
  std::string encoded;
  for (const char c : text) {
    if (absl::ascii_isalnum(c) || c == '-' || c == '.' || c == '_' || c == '~') {
      encoded += c;
    } else {
      absl::StrAppendFormat(&encoded, "%%%02X", static_cast<uint8_t>(c));
    }
  }
  return encoded;
}

// "?a=1&b=2" of the parameters that have a value; empty where none has.
inline std::string Query(const std::vector<std::pair<std::string, std::string>>& parameters) {
  std::string query;
  for (const auto& [name, value] : parameters) {
    if (!value.empty()) absl::StrAppend(&query, query.empty() ? "?" : "&", name, "=", PercentEncode(value));
  }
  return query;
}

}  // namespace flow::http

#endif  // FLOW_HTTP_QUERY_H_
