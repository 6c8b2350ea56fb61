#include "cmd/control/drive_apply.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/control/address.h"
#include "cmd/control/arrival_report.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/live_logs.h"
#include "cmd/state/state_writer.h"
#include "flow/compose/api_version.h"
#include "flow/project/control_plane.h"

namespace flow {
namespace {

control::ArrivalInput Arriving(const ApplyRun& run, const ControlPlaneChoice& control_plane,
                               const project::Project& project) {
  return {
      .project = project, .config_yaml = run.loaded.text, .run_id = run.run_id, .registered = control_plane.registered};
}

// What a user of a control plane should know, once it was told of something new.
void TellOfControlPlane(const ApplyRun& run, const ControlPlaneChoice& control_plane, const ArrivalReport& report) {
  if (!report.reached() || (!report.begun() && !control_plane.registered.service_ids().empty())) return;
  const std::string address = HostAndPort(control_plane.registered.address());
  if (const std::string told = project::AddressForContainers(address); told != address) {
    run.session.Warn(absl::StrCat("components are told that the control plane is at ", told,
                                  "; one that listens on 127.0.0.1 alone cannot be reached there"));
  }
  run.session.Note(
      absl::StrCat("the control plane counts a component that sends no heartbeats by itself as unhealthy "
                   "after 30 s; `flow-heartbeat ",
                   run.key.name, "` sends them"));
}

}  // namespace

std::string NewRunId(const PipelineKey& key) {
  const std::string now = absl::FormatTime("%Y%m%dT%H%M%E3SZ", absl::Now(), absl::UTCTimeZone());
  return absl::StrCat(key.namespace_, ".", key.name, ".", now);
}

absl::StatusOr<deploy::Finish> DriveApply(ApplyRun& run, const ControlPlaneChoice& control_plane, bool logs,
                                          docker::Apply& machine) {
  Session& session = run.session;
  std::optional<ArrivalReport> report;
  if (control_plane.endpoint.has_value() && !run.options.dry_run) {
    report.emplace(session, *control_plane.endpoint, run.progress, Arriving(run, control_plane, machine.project()));
    report->Look();
  }
  StateWriter writer(session.store(), run.key, run.loaded.text);
  const auto save = [&](deploy::Deployment deployment) {
    if (report.has_value() && deployment.phase() == deploy::Deployment::APPLYING) report->BeginRun();
    if (report.has_value()) *deployment.mutable_control_plane() = report->record();
    return writer.Save(deployment);
  };
  std::optional<LiveLogs> live_logs;
  const auto tick = [&] {
    // From when the engine's version is known, which is before anything is started.
    const bool begins = logs && !run.options.dry_run && !live_logs.has_value();
    if (begins && machine.api_version() != compose::ApiVersion()) {
      live_logs.emplace(session, run.progress, run.environment, machine.project(), machine.api_version());
    }
    if (report.has_value()) report->Tick(machine);
    return live_logs.has_value() ? live_logs->Tick() : absl::InfiniteDuration();
  };
  const auto finish = [&](const deploy::Finish& finish) {
    if (live_logs.has_value()) live_logs->Finish();
    if (report.has_value() && !finish.again) report->End(machine, finish);
  };
  absl::StatusOr<deploy::Finish> end =
      Drive(session, run.progress, {.save = save, .forget = [] {}}, machine, {.tick = tick, .finish = finish});
  if (!report.has_value() || (!report->begun() && !end.ok())) return end;
  // What the control plane has answered since.
  std::optional<deploy::Deployment> state = writer.saved();
  if (!state.has_value()) state = session.ReadState(run.key).value_or(deploy::Deployment());
  if (!state->name().empty() && !deploy::SameMessage(state->control_plane(), report->record())) {
    if (const absl::Status saved = save(*state); !saved.ok()) session.Warn(saved.message());
  }
  if (end.ok() && !end->again) TellOfControlPlane(run, control_plane, *report);
  return end;
}

}  // namespace flow
