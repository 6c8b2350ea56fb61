// What a control plane has to do with an apply, whatever its target: it is told of it, and the state keeps what it answered.
#ifndef CMD_CONTROL_APPLY_REPORT_H_
#define CMD_CONTROL_APPLY_REPORT_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/control/arrival_report.h"
#include "cmd/control/choice.h"
#include "cmd/output/progress.h"
#include "cmd/state/state_writer.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "flow/control/component_info.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/project/project.pb.h"

namespace flow {

// A name for the run of a pipeline that begins now, on a control plane.
std::string NewRunId(const PipelineKey& key);

// An apply whose machine is about to run.
struct ReportedApply {
  CommandSession& session;  // that has a client
  Progress& progress;
  const PipelineKey key;
  const std::string& file;  // the pipeline file's text
  const project::Project& project;
  bool dry_run = false;
  std::string run_id = {};  // NewRunId's
  ArrivingOf arriving;
  control::HostOf host_of;
  std::string warning = {};  // of what its components are told of the control plane; empty: nothing
};

// Beside the machine; its functions are the hooks of the driver.
class ApplyReport {
 public:
  ApplyReport(const ReportedApply& apply, const ControlPlaneChoice& control_plane);

  // Writes the state, with what the control plane has answered by then.
  absl::Status Save(deploy::Deployment deployment);
  void Tick();
  void Finish(const deploy::Finish& finish);

  // After the machine's end, which is the command's where it is an error: keeps what the control plane has answered since,
  // and says what a user should know of it.
  void Conclude(const absl::StatusOr<deploy::Finish>& end);

 private:
  void TellOfControlPlane() const;

  const ReportedApply apply_;
  const ControlPlaneChoice control_plane_;
  StateWriter writer_;
  std::optional<ArrivalReport> report_;  // nothing: there is no control plane
};

}  // namespace flow

#endif  // CMD_CONTROL_APPLY_REPORT_H_
