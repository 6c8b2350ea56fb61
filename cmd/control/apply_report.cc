#include "cmd/control/apply_report.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "flow/deploy/record.h"

namespace flow {

std::string NewRunId(const PipelineKey& key) {
  const std::string now = absl::FormatTime("%Y%m%dT%H%M%E3SZ", absl::Now(), absl::UTCTimeZone());
  return absl::StrCat(key.namespace_, ".", key.name, ".", now);
}

ApplyReport::ApplyReport(const ReportedApply& apply, const ControlPlaneChoice& control_plane)
    : apply_(apply), control_plane_(control_plane), writer_(apply.session.store(), apply.key, apply.file) {
  if (!control_plane.endpoint.has_value() || apply.dry_run) return;
  report_.emplace(apply.session, *control_plane.endpoint, apply.progress, apply.arriving,
                  control::ArrivalInput{.project = apply.project,
                                        .config_yaml = apply.file,
                                        .run_id = apply.run_id,
                                        .registered = control_plane.registered,
                                        .host_of = apply.host_of});
  report_->Look();
}

absl::Status ApplyReport::Save(deploy::Deployment deployment) {
  if (report_.has_value() && deployment.phase() == deploy::Deployment::APPLYING) report_->BeginRun();
  if (report_.has_value()) *deployment.mutable_control_plane() = report_->record();
  return writer_.Save(std::move(deployment));
}

void ApplyReport::Tick() {
  if (report_.has_value()) report_->Tick();
}

void ApplyReport::Finish(const deploy::Finish& finish) {
  if (report_.has_value() && !finish.again) report_->End(finish);
}

void ApplyReport::Conclude(const absl::StatusOr<deploy::Finish>& end) {
  if (!report_.has_value() || (!report_->begun() && !end.ok())) return;
  std::optional<deploy::Deployment> state = writer_.saved();
  if (!state.has_value()) state = apply_.session.ReadState(apply_.key).value_or(deploy::Deployment());
  if (!state->name().empty() && !deploy::SameMessage(state->control_plane(), report_->record())) {
    if (const absl::Status saved = Save(*state); !saved.ok()) apply_.session.Warn(saved.message());
  }
  if (end.ok() && !end->again) TellOfControlPlane();
}

// Once it was told of something new.
void ApplyReport::TellOfControlPlane() const {
  if (!report_->reached() || (!report_->begun() && !control_plane_.registered.service_ids().empty())) return;
  if (!apply_.warning.empty()) apply_.session.Warn(apply_.warning);
  apply_.session.Note(
      absl::StrCat("the control plane counts a component that sends no heartbeats by itself as unhealthy "
                   "after 30 s; `flow-heartbeat ",
                   apply_.key.name, "` sends them"));
}

}  // namespace flow
