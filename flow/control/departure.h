// What a delete tells a control plane: the pipeline's components are unregistered, and its run has stopped. A machine
// like those of flow/docker.
//
// The ids that the state knows may be others by now, where a control plane was restarted, or be lost with the state. So
// the server is asked at the end what it still lists of the pipeline. It tells no service ids in a list: registering
// such a component once more does, and then it goes.
#ifndef FLOW_CONTROL_DEPARTURE_H_
#define FLOW_CONTROL_DEPARTURE_H_

#include <map>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/control/call.h"
#include "flow/control/component_info.h"
#include "flow/deploy/deployment.pb.h"

namespace flow::control {

class Departure {
 public:
  Departure(std::string namespace_, std::string pipeline, deploy::ControlPlane registered)
      : namespace_(std::move(namespace_)), pipeline_(std::move(pipeline)), registered_(std::move(registered)) {}

  void Begin() {
    for (const auto& [component, id] : registered_.service_ids()) Unregister(id);
    if (!registered_.run_id().empty()) {
      Send(UpdateRun(registered_.run_id(), flowctl::RUN_STATUS_STOPPED), What::kRun);
    }
    if (asked_.empty()) List();
  }

  void On(int number, const absl::StatusOr<Reply>& reply) {
    const auto found = asked_.extract(number);
    if (found.empty()) return;
    if (!reply.ok() && IsAway(reply.status())) return GoAway(reply.status());
    switch (found.mapped()) {
      case What::kRun:
        break;  // a server that has forgotten the run has nothing to end
      case What::kUnregister:
        if (!reply.ok()) out_.Warn(absl::StrCat("the control plane refused: ", reply.status().message()));
        break;
      case What::kList:
        if (reply.ok()) OnList(std::get<flowctl::v1::ListComponentsResponse>(*reply));
        return;
      case What::kRegister:
        if (reply.ok()) Unregister(std::get<flowctl::v1::RegisterResponse>(*reply).service_id());
        return;
    }
    if (asked_.empty() && !listed_) List();
  }

  void GiveUp() {
    if (!Done()) GoAway(absl::DeadlineExceededError("it has not answered in time"));
  }

  bool Done() const { return asked_.empty(); }
  Outbox& out() { return out_; }

 private:
  enum class What { kRun, kUnregister, kList, kRegister };

  void Send(Call call, What what) { asked_[out_.Send(std::move(call))] = what; }

  void Unregister(const std::string& id) { Send(UnregisterService(id), What::kUnregister); }

  void List() {
    listed_ = true;
    Send(ListAll(), What::kList);
  }

  void OnList(const flowctl::v1::ListComponentsResponse& list) {
    for (const flowctl::v1::ComponentStatusResponse& listed : list.components()) {
      if (!IsOf(listed.component(), namespace_, pipeline_)) continue;
      flowctl::v1::RegisterRequest request;
      *request.mutable_component() = listed.component();
      request.set_component_id(listed.component().id());
      Send(std::move(request), What::kRegister);
    }
  }

  void GoAway(const absl::Status& status) {
    asked_.clear();
    listed_ = true;
    out_.Warn(absl::StrCat("the control plane at ", registered_.address(), " cannot be told that pipeline \"",
                           pipeline_, "\" is gone: ", status.message(),
                           ". It may list its components until it is restarted"));
  }

  const std::string namespace_, pipeline_;
  const deploy::ControlPlane registered_;
  Outbox out_;
  std::map<int, What> asked_;
  bool listed_ = false;
};

}  // namespace flow::control

#endif  // FLOW_CONTROL_DEPARTURE_H_
