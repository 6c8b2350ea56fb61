#include "cmd/control/arrival_report.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"

namespace flow {
namespace {

constexpr absl::Duration kRequiredWithin = absl::Seconds(5);

flowctl::RunStatus StatusOf(const docker::Readiness& readiness, const deploy::Finish& finish) {
  if (IsOfSignal(finish.code)) return flowctl::RUN_STATUS_STOPPED;
  if (finish.code != ExitCode::kDone) return flowctl::RUN_STATUS_FAILED;
  const auto& instances = readiness.instances();
  const bool completed = !instances.empty() && std::all_of(instances.begin(), instances.end(),
                                                           [](const auto& instance) { return instance.completed; });
  return completed ? flowctl::RUN_STATUS_COMPLETED : flowctl::RUN_STATUS_RUNNING;
}

}  // namespace

absl::Status RequireControlPlane(Session& session, const std::optional<Endpoint>& control_plane) {
  if (!control_plane.has_value()) {
    return ExitWith(ExitCode::kUsage, "--require_control_plane needs --control_plane=HOST:PORT");
  }
  control::Arrival arrival({.project = {}, .config_yaml = "", .run_id = "", .registered = {}});
  Messenger messenger(session, *control_plane);
  arrival.Look();
  if (!messenger.Drain(arrival, kRequiredWithin)) arrival.GiveUp();
  if (messenger.signal() != 0)
    return EndedBy(messenger.signal(), absl::StrCat(WordOf(Signal(messenger.signal())), "; nothing was changed"));
  if (arrival.away().ok()) return absl::OkStatus();
  return ExitWith(ExitCode::kFailed, absl::StrCat("the control plane at ", control_plane->address,
                                                  " is required, and does not answer: ", arrival.away().message(),
                                                  ". Nothing was changed"));
}

void ArrivalReport::Pump() {
  messenger_.Pump(arrival_);
  for (std::string& warning : arrival_.out().TakeWarnings()) {
    progress_.Tell({deploy::Report::Kind::kWarning, "", std::move(warning)}, absl::Now());
  }
}

void ArrivalReport::Look() {
  arrival_.Look();
  Pump();
}

void ArrivalReport::BeginRun() {
  if (std::exchange(begun_, true)) return;
  arrival_.BeginRun();
  Pump();
}

void ArrivalReport::Tick(const docker::Apply& machine) {
  const docker::Readiness& readiness = machine.readiness();
  for (const project::Service& service : machine.project().services()) {
    if (!readiness.Up(service.name()) || told_.contains(service.name())) continue;
    const std::vector<std::string> ids = readiness.ContainerIds(service.name());
    if (ids.empty()) continue;  // no replicas, or nothing decided yet
    told_.insert(service.name());
    arrival_.Up(service, ids);
  }
  Pump();
}

void ArrivalReport::End(const docker::Apply& machine, const deploy::Finish& finish) {
  // What ends before anything was to be changed is no news of the pipeline.
  if (finish.code != ExitCode::kDone && !begun_) return;
  Tick(machine);
  std::set<std::string> present;
  for (const docker::Instance& instance : machine.readiness().instances()) {
    if (!instance.id.empty()) present.insert(instance.component);
  }
  arrival_.End(StatusOf(machine.readiness(), finish), finish.message, present);
  if (!messenger_.Drain(arrival_, Messenger::kDeadline)) arrival_.GiveUp();
  Pump();
}

}  // namespace flow
