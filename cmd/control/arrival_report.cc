#include "cmd/control/arrival_report.h"

#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"

namespace flow {
namespace {

constexpr absl::Duration kRequiredWithin = absl::Seconds(5);

}  // namespace

absl::Status RequireControlPlane(CommandSession& session, const std::optional<Endpoint>& control_plane) {
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

void ArrivalReport::Tick() {
  std::erase_if(untold_, [this](const project::Service* service) {
    const Arriving arriving = arriving_(service->name());
    if (!arriving.up || arriving.replicas.empty()) return false;  // no replicas, or nothing decided yet
    arrival_.Up(*service, arriving.replicas);
    return true;
  });
  Pump();
}

flowctl::RunStatus ArrivalReport::StatusOf(const deploy::Finish& finish) const {
  if (IsOfSignal(finish.code)) return flowctl::RUN_STATUS_STOPPED;
  if (finish.code != ExitCode::kDone) return flowctl::RUN_STATUS_FAILED;
  bool any = false;
  for (const project::Service& service : project_.services()) {
    if (service.replicas() == 0) continue;
    if (!arriving_(service.name()).completed) return flowctl::RUN_STATUS_RUNNING;
    any = true;
  }
  return any ? flowctl::RUN_STATUS_COMPLETED : flowctl::RUN_STATUS_RUNNING;
}

void ArrivalReport::End(const deploy::Finish& finish) {
  // What ends before anything was to be changed is no news of the pipeline.
  if (finish.code != ExitCode::kDone && !begun_) return;
  Tick();
  std::set<std::string> present;
  for (const project::Service& service : project_.services()) {
    if (!arriving_(service.name()).replicas.empty()) present.insert(service.name());
  }
  arrival_.End(StatusOf(finish), finish.message, present);
  if (!messenger_.Drain(arrival_, Messenger::kDeadline)) arrival_.GiveUp();
  Pump();
}

}  // namespace flow
