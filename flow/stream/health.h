// Asking a component whether it serves, and how many events it is done with.
#ifndef FLOW_STREAM_HEALTH_H_
#define FLOW_STREAM_HEALTH_H_

#include <google/protobuf/util/json_util.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/control/component.pb.h"
#include "flow/control/grpc.h"
#include "flow/http/message.h"
#include "flow/stream/contract.h"
#include "flow/stream/service.pb.h"
#include "flow/stream/topology.h"
#include "google/protobuf/struct.pb.h"

namespace flow::stream {

// "/flowctl.v1.SourceService/HealthCheck"
std::string MethodOf(Kind kind, absl::string_view method);

// The call HealthCheck of a component of that kind.
http::Request BuildHealthCheck(Kind kind, absl::Duration deadline);

// What its answer says; a component that serves and has no such method says nothing. Error: it does not serve.
absl::StatusOr<Handled> ReadHealthCheck(const http::Response& response);

// The call GetInfo of a sink, and the types of events that it takes by its answer; empty: all, or it does not tell.
http::Request BuildGetInfo(absl::Duration deadline);
std::vector<std::string> ReadInputTypes(const http::Response& response);

// The same number in the JSON of /metrics, which SDKs serve by HTTP.
Handled ReadMetrics(const http::Response& response);

// How it is done

namespace internal {

// What went well and what did not; else what was processed, whichever it was.
inline Handled HandledOf(const std::map<std::string, int64_t>& counts) {
  const auto well = counts.find("success_count"), badly = counts.find("error_count");
  if (well != counts.end() && badly != counts.end()) return well->second + badly->second;
  const auto processed = counts.find("processed_count");
  return processed == counts.end() ? Handled() : Handled(processed->second);
}

}  // namespace internal

inline std::string MethodOf(Kind kind, absl::string_view method) {
  const char* const service = kind == Kind::kSource      ? "SourceService"
                              : kind == Kind::kProcessor ? "ProcessorService"
                                                         : "ConsumerService";
  return absl::StrCat("/flowctl.v1.", service, "/", method);
}

inline http::Request BuildHealthCheck(Kind kind, absl::Duration deadline) {
  flowctl::v1::HealthCheckRequest request;
  request.set_include_details(true);
  return control::BuildUnary(MethodOf(kind, "HealthCheck"), request.SerializeAsString(), deadline);
}

inline absl::StatusOr<Handled> ReadHealthCheck(const http::Response& response) {
  const absl::StatusOr<std::string> bytes = control::ReadUnary(response);
  if (absl::IsUnimplemented(bytes.status())) return Handled();
  if (!bytes.ok()) return bytes.status();
  flowctl::v1::HealthCheckResponse message;
  if (!message.ParseFromString(*bytes)) return absl::DataLossError("its health cannot be read");
  std::map<std::string, int64_t> counts;
  for (const auto& [name, value] : message.metrics()) {
    if (int64_t count = 0; absl::SimpleAtoi(value, &count)) counts[name] = count;
  }
  return internal::HandledOf(counts);
}

inline http::Request BuildGetInfo(absl::Duration deadline) {
  return control::BuildUnary(MethodOf(Kind::kSink, "GetInfo"), "", deadline);
}

inline std::vector<std::string> ReadInputTypes(const http::Response& response) {
  const absl::StatusOr<std::string> bytes = control::ReadUnary(response);
  flowctl::v1::ComponentInfo info;
  if (!bytes.ok() || !info.ParseFromString(*bytes)) return {};
  return {info.input_event_types().begin(), info.input_event_types().end()};
}

inline Handled ReadMetrics(const http::Response& response) {
  google::protobuf::Struct document;
  if (response.status != 200 || !google::protobuf::util::JsonStringToMessage(response.body, &document).ok()) {
    return Handled();
  }
  std::map<std::string, int64_t> counts;
  const auto metrics = document.fields().find("metrics");
  if (metrics == document.fields().end()) return Handled();
  for (const auto& [name, value] : metrics->second.struct_value().fields()) {
    if (value.kind_case() == google::protobuf::Value::kNumberValue) {
      counts[name] = static_cast<int64_t>(value.number_value());
    }
  }
  return internal::HandledOf(counts);
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_HEALTH_H_
