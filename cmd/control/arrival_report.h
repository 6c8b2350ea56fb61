// Tells a control plane of an apply while that goes on: flow/control/arrival.h, driven beside the apply's machine.
#ifndef CMD_CONTROL_ARRIVAL_REPORT_H_
#define CMD_CONTROL_ARRIVAL_REPORT_H_

#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cmd/control/messenger.h"
#include "cmd/http/endpoint.h"
#include "cmd/output/progress.h"
#include "cmd/target/command_session.h"
#include "flow/control/arrival.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/project/project.pb.h"

namespace flow {

// Waits for an answer of the control plane, 5 s at most. Error (exit_status.h): none came, or a signal did; or there is
// no control plane.
absl::Status RequireControlPlane(CommandSession& session, const std::optional<Endpoint>& control_plane);

// A component in an apply that goes on.
struct Arriving {
  bool up = false;
  bool completed = false;
  std::vector<std::string> replicas;  // the ids of those that there are
};
// How a component is by now, by its name.
using ArrivingOf = std::function<Arriving(const std::string& component)>;

class ArrivalReport {
 public:
  // Warnings go to `progress`. The session has a client.
  ArrivalReport(CommandSession& session, const Endpoint& control_plane, Progress& progress, ArrivingOf arriving,
                control::ArrivalInput input)
      : progress_(progress),
        arriving_(std::move(arriving)),
        project_(input.project),
        arrival_(std::move(input)),
        messenger_(session, control_plane) {
    for (const project::Service& service : project_.services()) untold_.push_back(&service);
  }

  // Asks what is registered.
  void Look();

  // The intent of an apply that changes something is about to be saved.
  void BeginRun();

  // Registers what has come up since the last time.
  void Tick();

  // The apply is over: tells how, and waits for the answers for as long as a deployment may be delayed by them.
  void End(const deploy::Finish& finish);

  // What the state is to keep.
  deploy::ControlPlane record() const { return arrival_.record(); }
  // Whether all could be told.
  bool reached() const { return arrival_.away().ok(); }
  // Whether the apply has changed something.
  bool begun() const { return begun_; }

 private:
  void Pump();
  flowctl::RunStatus StatusOf(const deploy::Finish& finish) const;

  Progress& progress_;
  const ArrivingOf arriving_;
  const project::Project project_;
  control::Arrival arrival_;
  Messenger messenger_;
  bool begun_ = false;
  std::vector<const project::Service*> untold_;  // those that were not up so far
};

}  // namespace flow

#endif  // CMD_CONTROL_ARRIVAL_REPORT_H_
