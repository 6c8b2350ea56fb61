#include "cmd/kubernetes/apply_command.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/working_time.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/control/address.h"
#include "cmd/control/apply_report.h"
#include "cmd/control/arrival_report.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/input/carried_files.h"
#include "cmd/input/host_files.h"
#include "cmd/input/object_options.h"
#include "cmd/input/secret_contents.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/log_driver.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/own_state.h"
#include "cmd/kubernetes/pull_logins.h"
#include "cmd/kubernetes/session.h"
#include "cmd/output/progress.h"
#include "cmd/output/show.h"
#include "cmd/state/lock.h"
#include "cmd/state/store.h"
#include "cmd/target/apply_again.h"
#include "cmd/target/drive.h"
#include "cmd/target/live_logs.h"
#include "cmd/target/look.h"
#include "flow/kubernetes/apply.h"
#include "flow/kubernetes/log_follow.h"
#include "flow/kubernetes/names.h"
#include "flow/project/control_plane.h"
#include "flow/project/digest.h"
#include "flow/project/translate.h"
#include "flow/registry/login.h"

namespace flow {
namespace {

// Everything that one run of flow-apply works with.
struct ClusterApply {
  const Options& options;
  ClusterSession& session;
  LoadedPipeline& loaded;
  const PipelineKey key;
  Progress progress;
};

// The control plane's HOST:PORT as pods reach it; empty: they do not, as it is this machine's own.
std::string AddressForPods(const ControlPlaneChoice& control_plane) {
  const std::string address = HostAndPort(control_plane.registered.address());
  return project::AddressForContainers(address) == address ? address : "";
}

absl::StatusOr<kubernetes::ApplyInput> DescribeInput(const ClusterApply& run, const ControlPlaneChoice& control_plane) {
  LeaveOutMissingSecrets(*run.loaded.carried, run.loaded.pipeline);
  // What is mounted of this machine goes along as it was read already.
  const HostFiles files = PrepareHostFiles({.engine_is_here = false, .make = false}, run.loaded.pipeline);
  for (const std::string& warning : files.warnings) run.session.Warn(warning);
  for (const std::string& problem : files.problems) run.session.Tell(ExitWith(ExitCode::kFailed, problem));
  if (!files.problems.empty()) return ExitWith(ExitCode::kFailed);
  kubernetes::ApplyInput input;
  input.project = project::Translate(run.loaded.pipeline, {.control_plane = AddressForPods(control_plane)});
  absl::StatusOr<std::vector<kubernetes::SecretContent>> secrets = ReadSecretContents(input.project, files);
  if (!secrets.ok()) return secrets.status();
  input.secrets = *std::move(secrets);
  if (run.options.pull_secret.empty()) {
    absl::StatusOr<std::map<std::string, registry::Login>> logins = FindPullLogins(run.session, input.project);
    if (!logins.ok()) return logins.status();
    input.logins = *std::move(logins);
  }
  input.objects = ObjectOptionsOf(run.options, run.loaded.carried->carried);
  input.objects.min_ready = run.options.min_ready;
  input.options = {.force_recreate = run.options.force_recreate,
                   .wait = run.options.wait,
                   .rollback = run.options.rollback,
                   .dry_run = run.options.dry_run,
                   .timeout = run.options.timeout};
  input.file_digest = project::Sha256(run.loaded.text);
  input.engine_host = run.session.access().server;
  input.annotations.insert(run.loaded.pipeline.annotations().begin(), run.loaded.pipeline.annotations().end());
  return input;
}

absl::Status TellPlan(const ClusterApply& run, const kubernetes::Apply& machine) {
  deploy::PlanReport report;
  report.set_name(run.key.name);
  report.set_namespace_(run.key.namespace_);
  report.mutable_notes()->Add(machine.notes().begin(), machine.notes().end());
  const bool empty = machine.plan().operations().empty();
  const std::string text = ShowPlan({machine.plan()}, std::move(report), run.options.output, run.options.verbose);
  if (absl::Status end = Print(text); !end.ok()) return end;
  return run.options.check && !empty ? ExitWith(ExitCode::kFailed) : absl::OkStatus();
}

absl::Status TellSuccess(ClusterApply& run, std::unique_ptr<const kubernetes::Apply> machine, bool unchanged) {
  ClusterCaller caller(run.session, machine->version());
  const std::string kube_namespace = machine->place().namespace_;
  const int components = machine->project().services_size();
  machine = nullptr;  // what it knows of the cluster is asked anew, and would take its memory twice
  const std::string& output = run.options.output;
  const absl::StatusOr<Look> look =
      LookAt(run.session, caller, {.namespace_ = run.key.namespace_, .pipeline = run.key.name, .output = output},
             kube_namespace);
  if (absl::Status end = caller.Interrupted(); !end.ok()) return end;
  const std::string headline = AppliedText(run.key.name, components, unchanged);
  const std::string unknown = absl::StrCat("how it is now is not known: ", look.status().message());
  if (!IsTable(output)) {
    return look.ok() ? Print(look->text) : ExitWith(ExitCode::kFailed, absl::StrCat(headline, ", but ", unknown));
  }
  if (!look.ok()) run.session.Warn(unknown);
  return Print(absl::StrCat(headline, "\n", look.ok() ? look->text : ""));
}

kubernetes::LogInput AllThatComes(const kubernetes::Apply& machine) {
  kubernetes::LogInput input;
  input.kube_namespace = machine.place().namespace_;
  input.labels = kubernetes::LabelsOf(machine.place().id);
  input.follow = input.endless = true;
  input.since = absl::Now();
  return input;
}

Arriving ArrivingNow(const kubernetes::Readiness& readiness, const std::string& component) {
  const auto workload = readiness.workloads().find(component);
  if (workload == readiness.workloads().end()) return {};
  return {.up = workload->second.up(),
          .completed = workload->second.completed,
          .replicas = readiness.ReplicaIds(component)};
}

std::string AddressWarning(const ControlPlaneChoice& control_plane) {
  if (!AddressForPods(control_plane).empty()) return "";
  return absl::StrCat("components are not told of the control plane: no pod reaches ",
                      control_plane.registered.address(), ", which is this machine's own");
}

// Runs the machine to its end, with what goes on beside it: a control plane that is told of it, and the components' logs.
absl::StatusOr<deploy::Finish> DriveApply(ClusterApply& run, const ControlPlaneChoice& control_plane,
                                          kubernetes::Apply& machine) {
  ClusterSession& session = run.session;
  ApplyReport report(
      {.session = session,
       .progress = run.progress,
       .key = run.key,
       .file = run.loaded.text,
       .project = machine.project(),
       .dry_run = run.options.dry_run,
       .run_id = NewRunId(run.key),
       .arriving = [&](const std::string& component) { return ArrivingNow(machine.readiness(), component); },
       .host_of =
           [&](const std::string& component) {
             return absl::StrCat(kubernetes::ComponentName(component), ".", machine.place().namespace_);
           },
       .warning = control_plane.endpoint.has_value() ? AddressWarning(control_plane) : ""},
      control_plane);
  std::optional<LiveLogs<ClusterLogDriver, ClusterClient>> live_logs;
  const auto tick = [&] {
    // From when the cluster has answered, which is before anything is made.
    const bool begins = run.options.logs && !run.options.dry_run && !live_logs.has_value();
    if (begins && machine.version() != kubernetes::api::ServerVersion()) {
      live_logs.emplace(session, session.client(), run.progress, session.environment(), machine.project(),
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
  ClusterWire wire = session.MakeWire();
  absl::StatusOr<deploy::Finish> end = RunMachine(wire, session, run.progress, {.save = save, .forget = [] {}}, machine,
                                                  {.tick = tick, .finish = finish});
  report.Conclude(end);
  return end;
}

void TellNote(ClusterApply& run, std::string text) {
  run.progress.Tell({deploy::Report::Kind::kNote, "", std::move(text)}, absl::Now());
}

// Runs the apply, and again where it has found another one at work.
absl::Status ApplyInLooks(ClusterApply& run) {
  std::optional<deploy::Deployment> previous = ReadClusterState(run.session, run.key).deployment;
  absl::StatusOr<ControlPlaneChoice> control_plane =
      ChooseControlPlane(run.options.control_plane, previous, run.session.environment());
  if (!control_plane.ok()) return control_plane.status();
  if (run.options.require_control_plane && !run.options.dry_run) {
    if (absl::Status end = RequireControlPlane(run.session, control_plane->endpoint); !end.ok()) return end;
  }
  absl::StatusOr<kubernetes::ApplyInput> described = DescribeInput(run, *control_plane);
  if (!described.ok()) return described.status();
  const auto input = std::make_shared<kubernetes::ApplyInput>(*std::move(described));  // one, and a machine at a time
  const absl::Duration began = WorkingTime();
  for (int looks = 1;; ++looks) {
    input->previous = std::move(previous);
    input->took = WorkingTime() - began;
    if (control_plane->endpoint.has_value()) input->control_plane = control_plane->registered;
    auto machine = std::make_unique<kubernetes::Apply>(input);
    run.progress.Expect(machine->project());
    if (looks == 1) TellNote(run, run.session.WhereText(machine->place().namespace_));
    const absl::StatusOr<deploy::Finish> finish = DriveApply(run, *control_plane, *machine);
    if (!finish.ok()) return finish.status();
    if (!finish->again) {
      if (run.options.dry_run) return TellPlan(run, *machine);
      if (control_plane->before.has_value()) {
        Leave(run.session, run.session.environment(), run.key, *control_plane->before);
      }
      return TellSuccess(run, std::move(machine), finish->unchanged);
    }
    if (looks == kMostLooks) return ExitWith(finish->code, finish->message);
    TellNote(run, "another apply of this pipeline is at work on the cluster: what there is then is looked at again");
    (void)run.session.client().Poll(PauseBefore(looks + 1), {run.session.signals().fd()});
    if (const std::optional<int> signal = run.session.signals().Next()) return EndedBy(*signal, finish->message);
    previous = ReadClusterState(run.session, run.key).deployment;
    // The run that this look has begun.
    if (previous.has_value() && control_plane->endpoint.has_value()) {
      control_plane->registered = previous->control_plane();
    }
  }
}

}  // namespace

absl::Status ApplyToCluster(const Options& options, const Environment& environment, LoadedPipeline& loaded) {
  if (std::string wrong = ClusterFlagProblem(options); !wrong.empty()) return WrongUsage(ApplyCommand(), wrong);
  if (options.stream) {
    return WrongUsage(ApplyCommand(), "--stream is for an engine: from here no pod of a cluster is reached");
  }
  const auto session = ClusterSession::Open(
      "flow-apply", options.dry_run ? ClusterSession::State::kRead : ClusterSession::State::kWritten, options,
      environment);
  if (!session.ok()) return session.status();
  ClusterApply run{.options = options,
                   .session = **session,
                   .loaded = loaded,
                   .key = {loaded.pipeline.namespace_(), loaded.pipeline.name()},
                   .progress = Progress(Progress::ModeOf(options.progress, options.verbose, environment), environment,
                                        absl::StrCat("apply ", loaded.pipeline.name()), absl::Now())};
  std::optional<Lock> lock;
  if (!options.dry_run) {
    absl::StatusOr<Lock> acquired = Lock::Acquire(run.session.store(), run.key);
    if (!acquired.ok()) return acquired.status();
    lock.emplace(*std::move(acquired));
  }
  if (absl::Status made = run.session.MakeClient(); !made.ok()) return made;
  return ApplyInLooks(run);
}

}  // namespace flow
