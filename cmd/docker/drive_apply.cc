#include "cmd/docker/drive_apply.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/control/address.h"
#include "cmd/control/apply_report.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/log_driver.h"
#include "cmd/target/live_logs.h"
#include "flow/compose/api_version.h"
#include "flow/docker/log_follow.h"
#include "flow/project/control_plane.h"

namespace flow {
namespace {

Arriving ArrivingNow(const docker::Readiness& readiness, const std::string& component) {
  std::vector<std::string> replicas = readiness.ContainerIds(component);
  const bool completed = !replicas.empty() && readiness.Completed(component);
  return {.up = readiness.Up(component), .completed = completed, .replicas = std::move(replicas)};
}

// Where components reach the control plane under another name than the one that was given.
std::string AddressWarning(const ControlPlaneChoice& control_plane) {
  const std::string address = HostAndPort(control_plane.registered.address());
  const std::string told = project::AddressForContainers(address);
  if (told == address) return "";
  return absl::StrCat("components are told that the control plane is at ", told,
                      "; one that listens on 127.0.0.1 alone cannot be reached there");
}

docker::LogInput AllThatComes(const docker::Apply& machine) {
  docker::LogInput input;
  input.namespace_ = machine.project().namespace_();
  input.pipeline = machine.project().pipeline();
  input.follow = input.endless = true;
  input.since = absl::Now();
  input.version = machine.api_version();
  return input;
}

}  // namespace

absl::StatusOr<deploy::Finish> DriveApply(ApplyRun& run, const ControlPlaneChoice& control_plane, bool logs,
                                          docker::Apply& machine) {
  Session& session = run.session;
  ApplyReport report(
      {.session = session,
       .progress = run.progress,
       .key = run.key,
       .file = run.loaded.text,
       .project = machine.project(),
       .dry_run = run.options.dry_run,
       .run_id = run.run_id,
       .arriving = [&](const std::string& component) { return ArrivingNow(machine.readiness(), component); },
       .host_of = [](const std::string& component) { return component; },
       .warning = control_plane.endpoint.has_value() ? AddressWarning(control_plane) : ""},
      control_plane);
  std::optional<LiveLogs<LogDriver, Client>> live_logs;
  const auto tick = [&] {
    // From when the engine's version is known, which is before anything is started.
    const bool begins = logs && !run.options.dry_run && !live_logs.has_value();
    if (begins && machine.api_version() != compose::ApiVersion()) {
      live_logs.emplace(session, session.client(), run.progress, run.environment, machine.project(),
                        AllThatComes(machine));
    }
    report.Tick();
    return live_logs.has_value() ? live_logs->Tick() : absl::InfiniteDuration();
  };
  const auto finish = [&](const deploy::Finish& finish) {
    if (live_logs.has_value()) live_logs->Finish();
    report.Finish(finish);
  };
  const auto save = [&](deploy::Deployment deployment) { return report.Save(std::move(deployment)); };
  absl::StatusOr<deploy::Finish> end =
      Drive(session, run.progress, {.save = save, .forget = [] {}}, machine, {.tick = tick, .finish = finish});
  report.Conclude(end);
  return end;
}

}  // namespace flow
