// The control plane's calls as data: a request's type says which method it is for.
#ifndef FLOW_CONTROL_CALL_H_
#define FLOW_CONTROL_CALL_H_

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/control/component.pb.h"
#include "flow/control/grpc.h"
#include "flow/control/run.pb.h"
#include "flow/http/message.h"

namespace flow::control {

using Call =
    std::variant<flowctl::v1::ListComponentsRequest, flowctl::v1::RegisterRequest, flowctl::v1::UnregisterRequest,
                 flowctl::v1::HeartbeatRequest, flowctl::CreatePipelineRunRequest, flowctl::UpdatePipelineRunRequest>;

using Reply = std::variant<std::monostate,  // google.protobuf.Empty
                           flowctl::v1::ListComponentsResponse, flowctl::v1::RegisterResponse, flowctl::PipelineRun>;

// The HTTP request that makes the call. `deadline` is what the server is told.
http::Request BuildRequest(const Call& call, absl::Duration deadline);

// The answer to the call, of the type that its method answers; else the server's error, or what kept it from answering.
absl::StatusOr<Reply> ReadReply(const Call& call, const http::Response& response);

// Whether an error means that no control plane answered, which holds for the next call as well; else it is the server's
// word on this one.
inline bool IsAway(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status) || absl::IsDataLoss(status);
}

// Every component that the server knows, whatever its health.
inline flowctl::v1::ListComponentsRequest ListAll() {
  flowctl::v1::ListComponentsRequest request;
  request.set_include_unhealthy(true);
  return request;
}

inline flowctl::v1::UnregisterRequest UnregisterService(std::string id) {
  flowctl::v1::UnregisterRequest request;
  request.set_service_id(std::move(id));
  return request;
}

inline flowctl::v1::HeartbeatRequest BeatOfService(std::string id, flowctl::v1::HealthStatus health) {
  flowctl::v1::HeartbeatRequest request;
  request.set_service_id(std::move(id));
  request.set_status(health);
  return request;
}

// `error`: why it failed; empty where it did not.
inline flowctl::UpdatePipelineRunRequest UpdateRun(std::string id, flowctl::RunStatus status, std::string error = "") {
  flowctl::UpdatePipelineRunRequest request;
  request.set_run_id(std::move(id));
  request.set_status(status);
  request.set_error(std::move(error));
  return request;
}

namespace internal {

struct Method {
  const char* operator()(const flowctl::v1::ListComponentsRequest&) const {
    return "/flowctl.v1.ControlPlaneService/ListComponents";
  }
  const char* operator()(const flowctl::v1::RegisterRequest&) const {
    return "/flowctl.v1.ControlPlaneService/RegisterComponent";
  }
  const char* operator()(const flowctl::v1::UnregisterRequest&) const {
    return "/flowctl.v1.ControlPlaneService/UnregisterComponent";
  }
  const char* operator()(const flowctl::v1::HeartbeatRequest&) const {
    return "/flowctl.v1.ControlPlaneService/Heartbeat";
  }
  const char* operator()(const flowctl::CreatePipelineRunRequest&) const {
    return "/flowctl.ControlPlane/CreatePipelineRun";
  }
  const char* operator()(const flowctl::UpdatePipelineRunRequest&) const {
    return "/flowctl.ControlPlane/UpdatePipelineRun";
  }
};

template <typename Message>
absl::StatusOr<Reply> Parsed(const std::string& bytes) {
  Message message;
  if (!message.ParseFromString(bytes)) return absl::DataLossError("the answer cannot be read");
  return Reply(std::move(message));
}

struct ReplyReader {
  const std::string& bytes;

  absl::StatusOr<Reply> operator()(const flowctl::v1::ListComponentsRequest&) const {
    return Parsed<flowctl::v1::ListComponentsResponse>(bytes);
  }
  absl::StatusOr<Reply> operator()(const flowctl::v1::RegisterRequest&) const {
    return Parsed<flowctl::v1::RegisterResponse>(bytes);
  }
  absl::StatusOr<Reply> operator()(const flowctl::v1::UnregisterRequest&) const { return Reply(); }
  absl::StatusOr<Reply> operator()(const flowctl::v1::HeartbeatRequest&) const { return Reply(); }
  absl::StatusOr<Reply> operator()(const flowctl::CreatePipelineRunRequest&) const {
    return Parsed<flowctl::PipelineRun>(bytes);
  }
  absl::StatusOr<Reply> operator()(const flowctl::UpdatePipelineRunRequest&) const {
    return Parsed<flowctl::PipelineRun>(bytes);
  }
};

}  // namespace internal

inline http::Request BuildRequest(const Call& call, absl::Duration deadline) {
  const std::string message = std::visit([](const auto& request) { return request.SerializeAsString(); }, call);
  return BuildUnary(std::visit(internal::Method(), call), message, deadline);
}

inline absl::StatusOr<Reply> ReadReply(const Call& call, const http::Response& response) {
  const absl::StatusOr<std::string> bytes = ReadUnary(response);
  if (!bytes.ok()) return bytes.status();
  return std::visit(internal::ReplyReader{*bytes}, call);
}

// What a machine of this room wants done; its driver makes the calls, each answered once.
class Outbox {
 public:
  int Send(Call call) {
    calls_.emplace_back(++sent_, std::move(call));
    return sent_;
  }
  void Warn(std::string text) { warnings_.push_back(std::move(text)); }

  std::vector<std::pair<int, Call>> TakeCalls() { return std::exchange(calls_, {}); }
  std::vector<std::string> TakeWarnings() { return std::exchange(warnings_, {}); }

 private:
  int sent_ = 0;
  std::vector<std::pair<int, Call>> calls_;
  std::vector<std::string> warnings_;
};

}  // namespace flow::control

#endif  // FLOW_CONTROL_CALL_H_
