// The calls of a machine as text, and answers to them, for tests.
#ifndef FLOW_CONTROL_TESTING_TALK_H_
#define FLOW_CONTROL_TESTING_TALK_H_

#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/control/call.h"

namespace flow::control::testing {

struct Text {
  std::string operator()(const flowctl::v1::ListComponentsRequest&) const { return "list"; }
  std::string operator()(const flowctl::v1::RegisterRequest& r) const {
    return absl::StrCat("register ", r.component_id());
  }
  std::string operator()(const flowctl::v1::UnregisterRequest& r) const {
    return absl::StrCat("unregister ", r.service_id());
  }
  std::string operator()(const flowctl::v1::HeartbeatRequest& r) const {
    return absl::StrCat(r.service_id(), " is ", flowctl::v1::HealthStatus_Name(r.status()).substr(14));
  }
  std::string operator()(const flowctl::CreatePipelineRunRequest& r) const {
    return absl::StrCat("create run ", r.run_id());
  }
  std::string operator()(const flowctl::UpdatePipelineRunRequest& r) const {
    return absl::StrCat("run ", r.run_id(), " is ", flowctl::RunStatus_Name(r.status()).substr(11),
                        r.error().empty() ? "" : ": ", r.error());
  }
};

// A machine and the calls of it that are open, by their text.
template <typename Machine>
class Talk {
 public:
  explicit Talk(Machine& machine) : machine_(machine) {}

  // What it has asked for since the last time.
  std::vector<std::string> Said() {
    std::vector<std::string> said;
    for (auto& [number, call] : machine_.out().TakeCalls()) {
      said.push_back(std::visit(Text(), call));
      open_[said.back()] = number;
    }
    return said;
  }

  // Answers a call, and returns what the machine asks for then.
  std::vector<std::string> Answer(const std::string& call, const absl::StatusOr<Reply>& reply = Reply()) {
    machine_.On(open_.at(call), reply);
    open_.erase(call);
    return Said();
  }

  std::vector<std::string> Warned() { return machine_.out().TakeWarnings(); }

 private:
  Machine& machine_;
  std::map<std::string, int> open_;
};

inline Reply Registered(const std::string& service_id) {
  flowctl::v1::RegisterResponse response;
  response.set_service_id(service_id);
  return response;
}

inline Reply RunIs(const std::string& id, flowctl::RunStatus status) {
  flowctl::PipelineRun run;
  run.set_run_id(id);
  run.set_status(status);
  return run;
}

// Components as a server lists them: id → {namespace, pipeline}, both empty for what registered by itself.
inline Reply Listed(const std::map<std::string, std::pair<std::string, std::string>>& components) {
  flowctl::v1::ListComponentsResponse response;
  for (const auto& [id, of] : components) {
    flowctl::v1::ComponentInfo& info = *response.add_components()->mutable_component();
    info.set_id(id);
    if (of.second.empty()) continue;
    (*info.mutable_metadata())["namespace"] = of.first;
    (*info.mutable_metadata())["pipeline"] = of.second;
  }
  return response;
}

}  // namespace flow::control::testing

#endif  // FLOW_CONTROL_TESTING_TALK_H_
