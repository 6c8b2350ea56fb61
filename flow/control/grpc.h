// Unary gRPC as HTTP/2 requests and responses (gRPC, "gRPC over HTTP2"): bytes in, bytes out. Nothing is compressed.
#ifndef FLOW_CONTROL_GRPC_H_
#define FLOW_CONTROL_GRPC_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "flow/http/message.h"

namespace flow::control {

// The most bytes of an answer that are taken.
inline constexpr size_t kMostAnswer = 4 * 1024 * 1024;  // gRPC's own default

// The request that calls `method` ("/flowctl.v1.ControlPlaneService/Heartbeat") with a serialized message. `deadline`
// is what the server is told; to keep it is the sender's.
http::Request BuildUnary(absl::string_view method, absl::string_view message, absl::Duration deadline);

// How the call ended: OK, or the error that the server answered with, under gRPC's code and words. Unavailable where the
// answer is none of gRPC.
absl::Status StatusOf(const http::Response& response);

// The serialized message of the answer, or why there is none: the status of the call, or DataLoss.
absl::StatusOr<std::string> ReadUnary(const http::Response& response);

namespace internal {

constexpr size_t kPrefix = 5;  // compressed or not, and the length in four bytes, the highest first

// A message as it stands in a body.
inline std::string Framed(absl::string_view message) {
  std::string bytes(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(message.size() >> shift & 0xff);
  return bytes.append(message.data(), message.size());
}

// The one message of a body.
inline absl::StatusOr<std::string> Unframed(const std::string& body) {
  if (body.size() < kPrefix) return absl::DataLossError("the answer has no message");
  if (body[0] != '\0') return absl::DataLossError("the answer is compressed, which was not asked for");
  uint32_t length = 0;
  for (size_t i = 1; i < kPrefix; ++i) length = length << 8 | static_cast<unsigned char>(body[i]);
  if (body.size() != kPrefix + length) return absl::DataLossError("the answer is not one whole message");
  return body.substr(kPrefix);
}

// "%C3%A9" → "é". What is not written so stays as it is.
inline std::string PercentDecoded(absl::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    uint32_t byte = 0;
    if (text[i] == '%' && i + 2 < text.size() && absl::SimpleHexAtoi(text.substr(i + 1, 2), &byte)) {
      decoded += static_cast<char>(byte);
      i += 2;
    } else {
      decoded += text[i];
    }
  }
  return decoded;
}

inline std::string Field(const std::map<std::string, std::string>& fields, const std::string& name) {
  const auto found = fields.find(name);
  return found == fields.end() ? "" : found->second;
}

// The message of a server's own error, for the terminal: no control characters.
inline std::string Printable(std::string text) {
  for (char& c : text) {
    if (absl::ascii_iscntrl(static_cast<unsigned char>(c))) c = ' ';
  }
  return text;
}

}  // namespace internal

inline http::Request BuildUnary(absl::string_view method, absl::string_view message, absl::Duration deadline) {
  http::Request request;
  request.method = "POST";
  request.target = std::string(method);
  request.body = internal::Framed(message);
  request.headers = {{"Content-Type", "application/grpc"},
                     {"TE", "trailers"},
                     {"grpc-timeout", absl::StrCat(absl::ToInt64Milliseconds(deadline), "m")}};
  request.most_body = internal::kPrefix + kMostAnswer;
  return request;
}

inline absl::Status StatusOf(const http::Response& response) {
  // A call that fails at once has its status among the headers ("Trailers-Only").
  const bool only_headers = response.headers.contains("grpc-status");
  const std::map<std::string, std::string>& fields = only_headers ? response.headers : response.trailers;
  int code = 0;
  const bool grpc = absl::StartsWith(internal::Field(response.headers, "content-type"), "application/grpc");
  if (response.status != 200 || !grpc || !absl::SimpleAtoi(internal::Field(fields, "grpc-status"), &code)) {
    return absl::UnavailableError(
        absl::StrCat("what answers there does not speak gRPC (HTTP status ", response.status, ")"));
  }
  if (code == 0) return absl::OkStatus();
  const std::string message = internal::PercentDecoded(internal::Field(fields, "grpc-message"));
  if (code < 0 || code > 16) code = static_cast<int>(absl::StatusCode::kUnknown);
  return absl::Status(static_cast<absl::StatusCode>(code), internal::Printable(message));
}

inline absl::StatusOr<std::string> ReadUnary(const http::Response& response) {
  if (absl::Status status = StatusOf(response); !status.ok()) return status;
  return internal::Unframed(response.body);
}

}  // namespace flow::control

#endif  // FLOW_CONTROL_GRPC_H_
