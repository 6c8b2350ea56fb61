// What flow-heartbeat tells a control plane of one pipeline: every component's health, at each Beat and at once when it
// has changed. A machine like those of flow/docker.
//
// A server that knows a service id no more (it was restarted, or the component was unregistered by a delete) answers
// with an error. Then the component is registered anew, but not before a look has shown that it is still there:
// wants_look() asks for one. A registration that it refuses is tried again at each Beat, and told once.
#ifndef FLOW_CONTROL_HEARTBEAT_H_
#define FLOW_CONTROL_HEARTBEAT_H_

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "flow/control/call.h"
#include "flow/control/component_info.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/status.pb.h"
#include "flow/project/project.pb.h"

namespace flow::control {

class Heartbeat {
 public:
  // `address`: the control plane's, as a state has it.
  explicit Heartbeat(
      std::string address, HostOf host_of = [](const std::string& component) { return component; })
      : address_(std::move(address)), host_of_(std::move(host_of)) {}

  // How the pipeline is now. `state`: what was last deployed, for what a component is registered as and with; without
  // it that is what the target's labels tell.
  void Look(const deploy::PipelineStatus& status, const deploy::Deployment* state) {
    wants_look_ = false;
    // What another control plane calls its services is nothing to this one.
    if (state != nullptr && state->control_plane().address() == address_) Know(state->control_plane());
    const project::Project* project = state != nullptr ? &state->project() : nullptr;
    for (auto& [id, component] : components_) component.present = false;
    const bool deleting = status.state() == "deleting";
    for (const deploy::ComponentStatus& of : status.components()) {
      Component& component = components_[of.id()];
      component.present = true;
      component.health = deleting ? flowctl::v1::HEALTH_STATUS_STOPPING : HealthOf(of, status.state() == "applying");
      component.may_register = !deleting && !of.containers().empty();
      component.description = Describe(status, of, project);
    }
    std::erase_if(components_, [](const auto& entry) { return !entry.second.present && entry.second.open == 0; });
    PumpAll();
  }

  // Tells every component's health again.
  void Beat() {
    for (auto& [id, component] : components_) component.due = true;
    PumpAll();
  }

  // The target does not tell how they are.
  void Unknown() { SetAll(flowctl::v1::HEALTH_STATUS_UNKNOWN); }

  // The last words: what is told after this is not changed any more.
  void Stop() {
    SetAll(flowctl::v1::HEALTH_STATUS_STOPPING);
    stopping_ = true;
  }

  void On(int number, const absl::StatusOr<Reply>& reply) {
    const auto found = asked_.extract(number);
    if (found.empty()) return;
    const auto [id, is_register] = found.mapped();
    Component& component = components_[id];
    component.open = 0;
    if (!reply.ok() && IsAway(reply.status())) {
      component.told.reset();
      if (away_.ok()) {
        away_ = reply.status();
        out_.Warn(absl::StrCat("the control plane at ", address_, " cannot be told: ", away_.message(),
                               "; it is tried again"));
      }
      return;
    }
    if (!away_.ok()) {
      away_ = absl::OkStatus();
      out_.Warn(absl::StrCat("the control plane at ", address_, " answers again"));
    }
    if (is_register) {
      OnRegistered(id, component, reply);
    } else if (reply.ok()) {
      component.told = component.sent;
    } else {
      component.service_id.clear();
      component.told.reset();
      component.may_register = false;  // before the next look
      wants_look_ = true;
    }
    Pump(id, component);
  }

  // A look at the pipeline is needed before all can be told.
  bool wants_look() const { return wants_look_; }
  // Whether the control plane does not answer: worth a Beat before the next one is due.
  bool away() const { return !away_.ok(); }
  bool Done() const { return asked_.empty(); }
  Outbox& out() { return out_; }

 private:
  struct Component {
    std::string service_id;  // empty: not registered, as far as is known
    std::string known_id;    // by the state: an apply may have registered it anew
    flowctl::v1::RegisterRequest description;
    flowctl::v1::HealthStatus health = flowctl::v1::HEALTH_STATUS_UNKNOWN;
    flowctl::v1::HealthStatus sent = flowctl::v1::HEALTH_STATUS_UNKNOWN;  // by the call that is open
    std::optional<flowctl::v1::HealthStatus> told;
    bool due = false;      // to be told even where it has not changed
    bool present = false;  // the last look saw it
    bool may_register = false;
    bool refused = false;  // its registration, and that was told; not before the next Beat again
    int open = 0;          // the call under way; 0: none
  };

  void Know(const deploy::ControlPlane& registered) {
    for (const auto& [id, service_id] : registered.service_ids()) {
      Component& component = components_[id];
      if (component.known_id == service_id) continue;
      component.known_id = component.service_id = service_id;
      component.told.reset();
      component.refused = false;
    }
  }

  flowctl::v1::RegisterRequest Describe(const deploy::PipelineStatus& status, const deploy::ComponentStatus& of,
                                        const project::Project* project) const {
    std::vector<std::string> ids;
    for (const deploy::ReplicaStatus& container : of.containers()) ids.push_back(container.id());
    if (project != nullptr) {
      for (const project::Service& service : project->services()) {
        if (service.name() == of.id()) return DescribeComponent(*project, service, host_of_, ids);
      }
    }
    project::Project labelled;
    labelled.set_pipeline(status.name());
    labelled.set_namespace_(status.namespace_());
    project::Service service;
    service.set_name(of.id());
    service.set_type(of.type());
    service.set_image(of.image());
    return DescribeComponent(labelled, service, host_of_, ids);
  }

  void SetAll(flowctl::v1::HealthStatus health) {
    for (auto& [id, component] : components_) component.health = health;
    PumpAll();
  }

  void PumpAll() {
    for (auto& [id, component] : components_) Pump(id, component);
  }

  void Pump(const std::string& id, Component& component) {
    if (component.open != 0) return;  // its answer comes back here
    if (component.service_id.empty()) {
      if (!component.may_register || stopping_ || (component.refused && !component.due)) return;
      component.due = false;
      return Send(id, component, component.description, /*is_register=*/true);
    }
    if (component.told == component.health && !component.due) return;
    component.due = false;
    component.sent = component.health;
    Send(id, component, BeatOfService(component.service_id, component.health), /*is_register=*/false);
  }

  void Send(const std::string& id, Component& component, Call call, bool is_register) {
    component.open = out_.Send(std::move(call));
    asked_[component.open] = {id, is_register};
  }

  void OnRegistered(const std::string& id, Component& component, const absl::StatusOr<Reply>& reply) {
    if (reply.ok()) {
      component.service_id = std::get<flowctl::v1::RegisterResponse>(*reply).service_id();
      component.due = true;
      component.refused = false;
      return;
    }
    if (std::exchange(component.refused, true)) return;
    out_.Warn(absl::StrCat(id, ": the control plane refused it: ", reply.status().message(), "; it is tried again"));
  }

  const std::string address_;
  const HostOf host_of_;
  Outbox out_;
  std::map<std::string, Component> components_;
  std::map<int, std::pair<std::string, bool>> asked_;  // → whose, and whether it registers it
  bool wants_look_ = false;
  bool stopping_ = false;
  absl::Status away_;
};

}  // namespace flow::control

#endif  // FLOW_CONTROL_HEARTBEAT_H_
