// flow-apply: makes the engine match a pipeline file.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/sibling.h"
#include "cmd/base/working_time.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/control/address.h"
#include "cmd/control/apply_report.h"
#include "cmd/control/arrival_report.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/docker/apply_run.h"
#include "cmd/docker/drive_apply.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/input/host_files.h"
#include "cmd/input/load.h"
#include "cmd/kubernetes/apply_command.h"
#include "cmd/output/progress.h"
#include "cmd/output/show.h"
#include "cmd/state/lock.h"
#include "cmd/target/apply_again.h"
#include "cmd/target/look.h"
#include "flow/docker/apply.h"
#include "flow/docker/status.h"
#include "flow/pipeline/driver.h"
#include "flow/pipeline/sdk.h"

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

// What the engine has at the end of the apply.
deploy::PipelineStatus StatusNow(ApplyRun& run, const docker::Apply& machine) {
  deploy::StatusInput input{.namespace_ = run.key.namespace_, .pipeline = run.key.name};
  if (absl::StatusOr<deploy::Deployment> state = run.session.ReadState(run.key); state.ok()) input.deployment = *state;
  docker::AddContainers(machine.containers(), {}, &input);
  return deploy::DescribePipeline(input);
}

absl::Status TellPlan(const ApplyRun& run, const docker::Apply& machine, const Options& options) {
  deploy::PlanReport report;
  report.set_name(run.key.name);
  report.set_namespace_(run.key.namespace_);
  report.mutable_notes()->Add(machine.notes().begin(), machine.notes().end());
  const std::vector<deploy::Plan> plans = {machine.pulls(), machine.plan()};
  const bool empty = plans[0].operations().empty() && plans[1].operations().empty();
  if (absl::Status end = Print(ShowPlan(plans, std::move(report), options.output, options.verbose)); !end.ok())
    return end;
  return options.check && !empty ? ExitWith(ExitCode::kFailed) : absl::OkStatus();
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

// The apply that ended well.
struct Applied {
  docker::Apply machine;
  bool unchanged;
};

// Runs the apply, and again where it has found another one at work.
absl::StatusOr<Applied> ApplyInLooks(ApplyRun& run, ControlPlaneChoice& control_plane, bool logs,
                                     docker::ApplyInput input) {
  const absl::StatusOr<HostFiles> files = PrepareHost(run);
  if (!files.ok()) return files.status();
  PlaceContainers(run, input);
  const absl::Duration began = WorkingTime() - input.took;
  for (int looks = 1;; ++looks) {
    std::string address;
    if (control_plane.endpoint.has_value()) {
      address = HostAndPort(control_plane.registered.address());
      run.run_id = NewRunId(run.key);
      input.control_plane = control_plane.registered;
    }
    docker::Apply machine(DescribeInput(run, *files, address, input));
    run.progress.Expect(machine.project());
    const absl::StatusOr<deploy::Finish> finish = DriveApply(run, control_plane, logs, machine);
    if (!finish.ok()) return finish.status();
    if (!finish->again) return Applied{std::move(machine), finish->unchanged};
    if (looks == kMostLooks) return ExitWith(finish->code, finish->message);
    Session& session = run.session;
    run.progress.Tell(
        {deploy::Report::Kind::kNote, "",
         "another apply of this pipeline is at work on the engine: what there is then is looked at again"},
        absl::Now());
    (void)session.client().Poll(PauseBefore(looks + 1), {session.signals().fd()});
    if (const std::optional<int> signal = session.signals().Next()) return EndedBy(*signal, finish->message);
    input.left = machine.left();
    input.took = WorkingTime() - began;
    input.previous = OwnStates(session).Read(run.key).deployment;
    // The run that this look has begun.
    if (input.previous.has_value() && control_plane.endpoint.has_value()) {
      control_plane.registered = input.previous->control_plane();
    }
  }
}

absl::Status Deploy(ApplyRun& run, const Options& options) {
  Session& session = run.session;
  std::optional<Lock> lock;
  if (!options.dry_run) {
    absl::StatusOr<Lock> acquired = Lock::Acquire(session.store(), run.key);
    if (!acquired.ok()) return acquired.status();
    lock.emplace(*std::move(acquired));
  }
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  docker::ApplyInput input;
  input.previous = OwnStates(session).Read(run.key).deployment;
  absl::StatusOr<ControlPlaneChoice> control_plane =
      ChooseControlPlane(options.control_plane, input.previous, run.environment);
  if (!control_plane.ok()) return control_plane.status();
  if (options.require_control_plane && !options.dry_run) {
    if (absl::Status end = RequireControlPlane(session, control_plane->endpoint); !end.ok()) return end;
  }
  if (absl::Status end = Learn(run, input); !end.ok()) return end;
  const absl::StatusOr<Applied> applied = ApplyInLooks(run, *control_plane, options.logs, std::move(input));
  if (!applied.ok()) return applied.status();
  if (options.dry_run) return TellPlan(run, applied->machine, options);
  if (control_plane->before.has_value()) Leave(session, run.environment, run.key, *control_plane->before);
  if (!options.stream) TellOfEvents(run);
  return TellSuccess(run, applied->machine, applied->unchanged, options.output);
}

absl::Status ApplyFile(const Arguments& arguments) {
  const Options& options = arguments.options;
  if (arguments.operands.empty() == options.file.empty()) {
    return WrongUsage(ApplyCommand(), "it takes one pipeline file, as FILE or as -f FILE");
  }
  if (const absl::Status wrong = CheckFileOptions(options); !wrong.ok()) {
    return WrongUsage(ApplyCommand(), wrong.message());
  }
  if (options.check && !options.dry_run) {
    return WrongUsage(ApplyCommand(),
                      "--check needs --dry_run, and deploys nothing: it tells by the exit code whether "
                      "there is something to do");
  }
  if (options.stream && options.dry_run) {
    return WrongUsage(ApplyCommand(), "--stream moves events, and --dry_run does nothing");
  }
  const Environment environment = ProcessEnvironment();
  const std::string file = options.file.empty() ? arguments.operands[0] : options.file;
  absl::StatusOr<LoadedPipeline> loaded = LoadPipeline(file, options, environment, /*deploy=*/true);
  if (!loaded.ok()) return loaded.status();
  if (!loaded->valid) return Invalid(*loaded);
  if (pipeline::IsClusterDriver(loaded->pipeline.driver())) return ApplyToCluster(options, environment, *loaded);
  const absl::StatusOr<std::unique_ptr<Session>> session = Session::Open(
      "flow-apply", options.dry_run ? Session::State::kRead : Session::State::kWritten, options, environment);
  if (!session.ok()) return session.status();

  const Progress::Mode mode = Progress::ModeOf(options.progress, options.verbose, environment);
  ApplyRun run{.session = **session,
               .environment = environment,
               .loaded = *loaded,
               .options = ApplyOptionsOf(options),
               .key = {loaded->pipeline.namespace_(), loaded->pipeline.name()},
               .progress = Progress(mode, environment, absl::StrCat("apply ", loaded->pipeline.name()), absl::Now())};
  if (absl::Status end = Deploy(run, options); !end.ok() || !options.stream) return end;
  std::vector<std::string> words = {run.key.name, absl::StrCat("--namespace=", run.key.namespace_)};
  const std::vector<std::string> flags = FlagsFor(StreamCommand(), arguments);
  words.insert(words.end(), flags.begin(), flags.end());
  return BecomeSibling("flow-stream", words);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::ApplyCommand(), argc, argv, flow::ApplyFile); }
