#include "cmd/docker/apply_command.h"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/working_time.h"
#include "cmd/cli/print.h"
#include "cmd/control/address.h"
#include "cmd/control/apply_report.h"
#include "cmd/control/arrival_report.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/deploy/apply_looks.h"
#include "cmd/deploy/begin_apply.h"
#include "cmd/deploy/drive_apply.h"
#include "cmd/deploy/tell_plan.h"
#include "cmd/docker/apply_run.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/log_driver.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/input/host_files.h"
#include "cmd/output/progress.h"
#include "cmd/output/show.h"
#include "cmd/target/look.h"
#include "flow/compose/api_version.h"
#include "flow/docker/apply.h"
#include "flow/docker/log_follow.h"
#include "flow/docker/status.h"
#include "flow/pipeline/sdk.h"
#include "flow/project/control_plane.h"

namespace flow {
namespace {

docker::ApplyOptions ApplyOptionsOf(const Options& options) {
  return {.pull = options.pull == "always"  ? docker::PullPolicy::kAlways
                  : options.pull == "never" ? docker::PullPolicy::kNever
                                            : docker::PullPolicy::kMissing,
          .force_recreate = options.force_recreate,
          .wait = options.wait,
          .rollback = options.rollback,
          .dry_run = options.dry_run,
          .timeout = options.timeout,
          .min_ready = options.min_ready};
}

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

// Runs the machine to its end, with what goes on beside it.
absl::StatusOr<deploy::Finish> RunApply(ApplyRun& run, const ControlPlaneChoice& control_plane, bool logs,
                                        docker::Apply& machine) {
  const ReportedApply apply{
      .session = run.session,
      .progress = run.progress,
      .key = run.key,
      .file = run.loaded.text,
      .project = machine.project(),
      .dry_run = run.options.dry_run,
      .run_id = run.run_id,
      .arriving = [&](const std::string& component) { return ArrivingNow(machine.readiness(), component); },
      .host_of = [](const std::string& component) { return component; },
      .warning = control_plane.endpoint.has_value() ? AddressWarning(control_plane) : ""};
  // From when the engine's version is known, which is before anything is started.
  const auto logs_from = [&]() -> std::optional<docker::LogInput> {
    if (!logs || run.options.dry_run || machine.api_version() == compose::ApiVersion()) return std::nullopt;
    return AllThatComes(machine);
  };
  return DriveApply<LogDriver>(apply, control_plane, run.session.client(), logs_from,
                               [&](StateHooks state, const Beside& beside) {
                                 return Drive(run.session, run.progress, std::move(state), machine, beside);
                               });
}

// What the engine has at the end of the apply.
deploy::PipelineStatus StatusNow(ApplyRun& run, const docker::Apply& machine) {
  deploy::StatusInput input{.namespace_ = run.key.namespace_, .pipeline = run.key.name};
  if (absl::StatusOr<deploy::Deployment> state = run.session.ReadState(run.key); state.ok()) input.deployment = *state;
  docker::AddContainers(machine.containers(), {}, &input);
  return deploy::DescribePipeline(input);
}

absl::Status TellSuccess(ApplyRun& run, const docker::Apply& machine, bool unchanged, const std::string& output) {
  const deploy::PipelineStatus status = StatusNow(run, machine);
  std::string text = ShowPipeline(status, output);
  if (IsTable(output)) {
    text = absl::StrCat(AppliedText(run.key.name, status.components_size(), unchanged), "\n", text);
  }
  return Print(text);
}

// Components built with flowctl's SDK only serve.
void TellOfEvents(const ApplyRun& run) {
  const auto& components = run.loaded.pipeline.components();
  if (std::none_of(components.begin(), components.end(), pipeline::IsBuiltWithSdk)) return;
  run.session.Note(
      absl::StrCat("events between components of flowctl's SDK flow only while `flow-stream ", run.key.name, "` runs"));
}

absl::Status Deploy(ApplyRun& run, const Options& options) {
  Session& session = run.session;
  const auto read_state = [&] { return OwnStates(session).Read(run.key); };
  absl::StatusOr<ApplyStart> start = BeginApply(session, options, run.key, read_state);
  if (!start.ok()) return start.status();
  ControlPlaneChoice& control_plane = start->control_plane;
  docker::ApplyInput input;
  input.previous = start->previous;
  if (absl::Status end = Learn(run, input); !end.ok()) return end;
  const absl::StatusOr<HostFiles> files = PrepareHost(session, HostFilesOf(run), run.loaded.pipeline);
  if (!files.ok()) return files.status();
  PlaceContainers(run, input);
  const absl::Duration began = WorkingTime() - input.took;
  std::optional<docker::Apply> machine;
  const auto apply = [&](std::optional<deploy::Deployment> previous) {
    input.previous = std::move(previous);
    input.took = WorkingTime() - began;
    if (machine.has_value()) input.left = machine->left();
    std::string address;
    if (control_plane.endpoint.has_value()) {
      address = HostAndPort(control_plane.registered.address());
      run.run_id = NewRunId(run.key);
      input.control_plane = control_plane.registered;
    }
    machine.emplace(DescribeInput(run, *files, address, input));
    run.progress.Expect(machine->project());
    return RunApply(run, control_plane, options.logs, *machine);
  };
  const absl::StatusOr<deploy::Finish> finish = ApplyInLooks(
      {.session = session, .progress = run.progress, .target = "the engine", .read_state = read_state, .apply = apply},
      std::move(start->previous), control_plane);
  if (!finish.ok()) return finish.status();
  if (options.dry_run) return TellPlan(options, run.key, {machine->pulls(), machine->plan()}, machine->notes());
  if (control_plane.before.has_value()) Leave(session, run.key, *control_plane.before);
  if (!options.stream) TellOfEvents(run);
  return TellSuccess(run, *machine, finish->unchanged, options.output);
}

}  // namespace

absl::Status ApplyToEngine(const Options& options, const Environment& environment, LoadedPipeline& loaded) {
  const absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(
      "flow-apply", options.dry_run ? Session::State::kRead : Session::State::kWritten, options, environment);
  if (!session.ok()) return session.status();
  ApplyRun run{.session = **session,
               .loaded = loaded,
               .options = ApplyOptionsOf(options),
               .key = {loaded.pipeline.namespace_(), loaded.pipeline.name()},
               .progress = Progress(options, environment, absl::StrCat("apply ", loaded.pipeline.name()))};
  return Deploy(run, options);
}

}  // namespace flow
