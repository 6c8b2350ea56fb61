// What an apply tells a control plane: the run of the pipeline, and each component once it is up. A machine like those
// of flow/docker: it is told what happened, and says which calls are to be made. It never holds the apply up.
//
//   Look      what is registered already: an id that is another pipeline's is warned of
//   BeginRun  the intent is saved: a run is created; the one before it has ended
//   Up        a component is registered, and its first heartbeat sent
//   End       the run is told how it ended; what has left is unregistered
//
// Where the control plane does not answer, that is one warning, and nothing more is sent.
#ifndef FLOW_CONTROL_ARRIVAL_H_
#define FLOW_CONTROL_ARRIVAL_H_

#include <map>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "flow/control/call.h"
#include "flow/control/component_info.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/project/project.pb.h"

namespace flow::control {

struct ArrivalInput {
  project::Project project;
  std::string config_yaml;          // the pipeline file, as it was written
  std::string run_id;               // of a run that is created, unless the server gives it another
  deploy::ControlPlane registered;  // what the state knows, and the address
  HostOf host_of = [](const std::string& component) { return component; };
};

class Arrival {
 public:
  explicit Arrival(ArrivalInput input) : input_(std::move(input)), open_run_(input_.registered.run_id()) {
    for (const auto& [component, id] : input_.registered.service_ids()) ids_[component] = id;
  }

  void Look() { Send(ListAll(), {Asked::What::kList, ""}); }

  void BeginRun() {
    if (!open_run_.empty()) {
      Send(UpdateRun(std::exchange(open_run_, ""), flowctl::RUN_STATUS_STOPPED), {Asked::What::kOldRun, ""});
    }
    created_ = creating_ = true;
    open_run_ = input_.run_id;
    if (wanted_ == flowctl::RUN_STATUS_UNKNOWN) wanted_ = flowctl::RUN_STATUS_STARTING;
    flowctl::CreatePipelineRunRequest request;
    request.set_run_id(input_.run_id);
    request.set_pipeline_name(input_.project.pipeline());
    request.set_config_yaml(input_.config_yaml);
    for (const project::Service& service : input_.project.services()) request.add_component_ids(service.name());
    run_pending_ = true;
    Send(std::move(request), {Asked::What::kRun, ""});
  }

  // Once for each component, when all its replicas are up.
  void Up(const project::Service& service, const std::vector<std::string>& container_ids) {
    Send(DescribeComponent(input_.project, service, input_.host_of, container_ids),
         {Asked::What::kRegister, service.name()});
  }

  // `status`: how the run is from now on. `present`: the components that have containers; others are unregistered.
  void End(flowctl::RunStatus status, std::string error, const std::set<std::string>& present) {
    wanted_ = status;
    error_ = std::move(error);
    present_ = present;
    ended_ = true;
    for (auto id = ids_.begin(); id != ids_.end();) {
      if (present.contains(id->first)) {
        ++id;
        continue;
      }
      Unregister(id->first, id->second);
      id = ids_.erase(id);
    }
    // An apply that changed nothing goes on with the run that there is.
    if (open_run_.empty() && !created_ && status == flowctl::RUN_STATUS_RUNNING) return BeginRun();
    if (!run_pending_) TellRun();
  }

  void On(int number, const absl::StatusOr<Reply>& reply) {
    const auto found = asked_.extract(number);
    if (found.empty()) return;
    if (!reply.ok() && IsAway(reply.status())) return GoAway(reply.status());
    const Asked& asked = found.mapped();
    switch (asked.what) {
      case Asked::What::kList:
        return OnList(reply);
      case Asked::What::kRun:
        return OnRun(reply);
      case Asked::What::kOldRun:
        return;  // that the server knows nothing of it any more is no news
      case Asked::What::kRegister:
        return OnRegistered(asked.component, reply);
      case Asked::What::kUnregister:
      case Asked::What::kHeartbeat:
        if (!reply.ok()) Refused(asked.component, reply.status());
        return;
    }
  }

  // Nothing more is to come in time.
  void GiveUp() {
    if (!Done()) GoAway(absl::DeadlineExceededError("it has not answered in time"));
  }

  // Why the control plane is told nothing any more; OK where it is.
  const absl::Status& away() const { return away_; }
  bool Done() const { return asked_.empty(); }

  // What the state is to keep of it.
  deploy::ControlPlane record() const {
    deploy::ControlPlane record;
    record.set_address(input_.registered.address());
    record.set_run_id(open_run_);
    for (const auto& [component, id] : ids_) (*record.mutable_service_ids())[component] = id;
    return record;
  }

  Outbox& out() { return out_; }

 private:
  // What an open call was for.
  struct Asked {
    enum class What { kList, kRun, kOldRun, kRegister, kUnregister, kHeartbeat };
    What what;
    std::string component;
  };

  void Send(Call call, Asked asked) {
    if (away_.ok()) asked_[out_.Send(std::move(call))] = std::move(asked);
  }

  // One call of the run is under way at a time, so that its states come in their order.
  void TellRun() {
    if (open_run_.empty() || told_ == wanted_) return;
    run_pending_ = true;
    told_ = wanted_;
    Send(UpdateRun(open_run_, wanted_, error_), {Asked::What::kRun, ""});
  }

  void OnRun(const absl::StatusOr<Reply>& reply) {
    run_pending_ = false;
    if (!reply.ok()) {
      if (!created_) {  // a server that has forgotten it
        open_run_.clear();
        return BeginRun();
      }
      out_.Warn(absl::StrCat("the control plane refused the run of the pipeline: ", reply.status().message()));
      open_run_.clear();
      return;
    }
    const auto& run = std::get<flowctl::PipelineRun>(*reply);
    if (std::exchange(creating_, false)) {
      if (!run.run_id().empty()) open_run_ = run.run_id();
      told_ = run.status();
    }
    TellRun();
    const bool over = told_ == wanted_ && ended_ && wanted_ != flowctl::RUN_STATUS_RUNNING;
    if (over && !run_pending_) open_run_.clear();
  }

  void OnList(const absl::StatusOr<Reply>& reply) {
    if (!reply.ok()) return;  // asked in vain: what follows tells
    std::set<std::string> ours;
    for (const project::Service& service : input_.project.services()) ours.insert(service.name());
    for (const auto& listed : std::get<flowctl::v1::ListComponentsResponse>(*reply).components()) {
      const flowctl::v1::ComponentInfo& info = listed.component();
      if (!ours.contains(info.id())) continue;
      if (!IsOfAnother(info, input_.project.namespace_(), input_.project.pipeline())) continue;
      const auto its_namespace = info.metadata().find(kNamespaceKey);
      out_.Warn(absl::StrCat("the control plane lists a component \"", info.id(), "\" of pipeline \"",
                             info.metadata().at(kPipelineKey), "\" in namespace \"",
                             its_namespace == info.metadata().end() ? "" : its_namespace->second,
                             "\": it knows components by their ids alone, so this pipeline's takes its place; give one "
                             "of them another id"));
    }
  }

  void OnRegistered(const std::string& component, const absl::StatusOr<Reply>& reply) {
    if (!reply.ok()) return Refused(component, reply.status());
    const std::string& id = std::get<flowctl::v1::RegisterResponse>(*reply).service_id();
    if (ended_ && !present_.contains(component)) return Unregister(component, id);  // rolled back meanwhile
    ids_[component] = id;
    Send(BeatOfService(id, flowctl::v1::HEALTH_STATUS_HEALTHY), {Asked::What::kHeartbeat, component});
  }

  void Unregister(const std::string& component, const std::string& id) {
    Send(UnregisterService(id), {Asked::What::kUnregister, component});
  }

  void Refused(const std::string& component, const absl::Status& status) {
    out_.Warn(absl::StrCat(component, ": the control plane refused it: ", status.message()));
  }

  void GoAway(const absl::Status& status) {
    if (!away_.ok()) return;
    away_ = status;
    asked_.clear();
    out_.Warn(absl::StrCat("the control plane at ", input_.registered.address(), " cannot be told: ", status.message(),
                           ". Once it answers, apply again or run flow-heartbeat"));
  }

  const ArrivalInput input_;
  Outbox out_;
  std::map<int, Asked> asked_;
  std::map<std::string, std::string> ids_;  // component → service id
  std::string open_run_;                    // the run that has not ended
  bool created_ = false;                    // by this apply
  bool creating_ = false;
  bool run_pending_ = false;  // a call of it is under way
  flowctl::RunStatus wanted_ = flowctl::RUN_STATUS_UNKNOWN, told_ = flowctl::RUN_STATUS_UNKNOWN;
  std::string error_;
  bool ended_ = false;
  std::set<std::string> present_;
  absl::Status away_;
};

}  // namespace flow::control

#endif  // FLOW_CONTROL_ARRIVAL_H_
