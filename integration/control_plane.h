// A control plane for a scenario: a real gRPC server (control_plane.py), which can be stopped, started again and asked.
#ifndef INTEGRATION_CONTROL_PLANE_H_
#define INTEGRATION_CONTROL_PLANE_H_

#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/control/address.h"
#include "flow/control/component.pb.h"
#include "flow/control/grpc.h"
#include "flow/control/run.pb.h"
#include "gtest/gtest.h"
#include "testkit/client.h"
#include "testkit/eventually.h"
#include "testkit/file.h"
#include "testkit/process.h"

namespace flow::integration {

class ControlPlane {
 public:
  // In a folder of its own below `folder`. With `tls`: by a certificate for 127.0.0.1 that it makes (certificate()).
  explicit ControlPlane(const std::string& folder, bool tls = false) : folder_(folder + "/control-plane"), tls_(tls) {
    std::filesystem::create_directories(folder_);
    if (tls_) MakeCertificate();
    Start();
  }

  // Listens where it did before, and knows nothing.
  void Start() {
    unlink((folder_ + "/port").c_str());
    std::vector<std::string> arguments = {folder_, port_.empty() ? "0" : port_, "flow/control"};
    if (tls_) arguments.insert(arguments.end(), {certificate(), folder_ + "/key.pem"});
    process_.emplace("integration/control_plane.py", arguments, ProcessEnvironment());
    const auto started = [&] { return !(port_ = testkit::ReadFile(folder_ + "/port")).empty(); };
    EXPECT_TRUE(testkit::Eventually(started)) << "the control plane does not start: " << process_->Err();
  }

  void Stop() {
    process_->Signal(SIGTERM);
    process_->Wait();
  }

  std::string address() const { return absl::StrCat(tls_ ? "https://" : "", "127.0.0.1:", port_); }
  std::string flag() const { return "--control_plane=" + address(); }
  std::string certificate() const { return folder_ + "/certificate.pem"; }

  // What is listed, by component id.
  std::map<std::string, flowctl::v1::ComponentStatusResponse> Components() const {
    flowctl::v1::ListComponentsRequest request;
    request.set_include_unhealthy(true);
    const auto response =
        Ask<flowctl::v1::ListComponentsResponse>("flowctl.v1.ControlPlaneService/ListComponents", request);
    std::map<std::string, flowctl::v1::ComponentStatusResponse> components;
    for (const auto& component : response.components()) components[component.component().id()] = component;
    return components;
  }

  // "HEALTHY"; "" for what is not listed.
  std::string HealthOf(const std::string& component) const {
    const auto components = Components();
    const auto found = components.find(component);
    return found == components.end() ? "" : flowctl::v1::HealthStatus_Name(found->second.status()).substr(14);
  }

  // The runs of a pipeline, the oldest first.
  std::vector<flowctl::PipelineRun> Runs() const {
    const auto response = Ask<flowctl::ListPipelineRunsResponse>("flowctl.ControlPlane/ListPipelineRuns",
                                                                 flowctl::ListPipelineRunsRequest());
    return {response.runs().begin(), response.runs().end()};
  }

  // What another program registers.
  void Register(const flowctl::v1::RegisterRequest& request) const {
    Ask<flowctl::v1::RegisterResponse>("flowctl.v1.ControlPlaneService/RegisterComponent", request);
  }

  // How many calls of a method have come.
  size_t Count(const std::string& method) const {
    return CountCalls([&](const std::string& call) { return absl::StartsWith(call, method + " "); });
  }
  // How many heartbeats have told that nothing is known; proto3 JSON leaves out a status that is 0.
  size_t CountUnknown() const {
    return CountCalls([](const std::string& call) {
      return absl::StartsWith(call, "Heartbeat ") && !absl::StrContains(call, "\"status\"");
    });
  }

 private:
  template <typename Predicate>
  size_t CountCalls(const Predicate& predicate) const {
    const std::vector<std::string> calls = absl::StrSplit(testkit::ReadFile(folder_ + "/calls"), '\n');
    return std::count_if(calls.begin(), calls.end(), predicate);
  }

  template <typename Response>
  Response Ask(const std::string& method, const google::protobuf::Message& request) const {
    absl::StatusOr<Endpoint> endpoint = ControlPlaneEndpoint(address(), ProcessEnvironment());
    EXPECT_TRUE(endpoint.ok()) << endpoint.status();
    if (tls_) endpoint->ca = certificate();
    const testkit::Answer response = testkit::Ask(
        *testkit::NewClient(*endpoint),
        control::BuildUnary("/" + method, request.SerializeAsString(), absl::Seconds(20)), absl::Seconds(20));
    const absl::StatusOr<std::string> answer = response.ok() ? control::ReadUnary(*response) : response.status();
    Response message;
    EXPECT_TRUE(answer.ok() && message.ParseFromString(*answer)) << method << ": " << answer.status();
    return message;
  }

  void MakeCertificate() {
    testkit::Process openssl("/usr/bin/openssl",
                             {"req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                              "2", "-subj", "/CN=control plane", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
                              folder_ + "/key.pem", "-out", certificate()},
                             ProcessEnvironment());
    EXPECT_EQ(openssl.Wait().exit_code, 0) << openssl.Err();
  }

  const std::string folder_;
  const bool tls_;
  std::string port_;
  std::optional<testkit::Process> process_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_CONTROL_PLANE_H_
