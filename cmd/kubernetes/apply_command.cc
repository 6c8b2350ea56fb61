#include "cmd/kubernetes/apply_command.h"

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
#include "cmd/deploy/apply_looks.h"
#include "cmd/deploy/begin_apply.h"
#include "cmd/deploy/drive_apply.h"
#include "cmd/deploy/tell_plan.h"
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
#include "cmd/state/store.h"
#include "cmd/target/drive.h"
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
  const absl::StatusOr<HostFiles> files =
      PrepareHost(run.session, {.engine_is_here = false, .make = false}, run.loaded.pipeline);
  if (!files.ok()) return files.status();
  kubernetes::ApplyInput input;
  input.project = project::Translate(run.loaded.pipeline, {.control_plane = AddressForPods(control_plane)});
  absl::StatusOr<std::vector<kubernetes::SecretContent>> secrets = ReadSecretContents(input.project, *files);
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

// Runs the machine to its end, with what goes on beside it.
absl::StatusOr<deploy::Finish> RunApply(ClusterApply& run, const ControlPlaneChoice& control_plane,
                                        kubernetes::Apply& machine) {
  const ReportedApply apply{
      .session = run.session,
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
      .warning = control_plane.endpoint.has_value() ? AddressWarning(control_plane) : ""};
  // From when the cluster has answered, which is before anything is made.
  const auto logs_from = [&]() -> std::optional<kubernetes::LogInput> {
    const bool answered = machine.version() != kubernetes::api::ServerVersion();
    if (!run.options.logs || run.options.dry_run || !answered) return std::nullopt;
    return AllThatComes(machine);
  };
  ClusterWire wire = run.session.MakeWire();
  return DriveApply<ClusterLogDriver>(
      apply, control_plane, run.session.client(), logs_from, [&](StateHooks state, const Beside& beside) {
        return RunMachine(wire, run.session, run.progress, std::move(state), machine, beside);
      });
}

absl::Status Deploy(ClusterApply& run) {
  const auto read_state = [&] { return ReadClusterState(run.session, run.key); };
  absl::StatusOr<ApplyStart> start = BeginApply(run.session, run.options, run.key, read_state);
  if (!start.ok()) return start.status();
  ControlPlaneChoice& control_plane = start->control_plane;
  absl::StatusOr<kubernetes::ApplyInput> described = DescribeInput(run, control_plane);
  if (!described.ok()) return described.status();
  const auto input = std::make_shared<kubernetes::ApplyInput>(*std::move(described));  // one, and a machine at a time
  const absl::Duration began = WorkingTime();
  std::unique_ptr<kubernetes::Apply> machine;
  const auto apply = [&](std::optional<deploy::Deployment> previous) {
    const bool first = machine == nullptr;
    machine = nullptr;
    input->previous = std::move(previous);
    input->took = WorkingTime() - began;
    if (control_plane.endpoint.has_value()) input->control_plane = control_plane.registered;
    machine = std::make_unique<kubernetes::Apply>(input);
    run.progress.Expect(machine->project());
    if (first)
      run.progress.Tell({deploy::Report::Kind::kNote, "", run.session.WhereText(machine->place().namespace_)},
                        absl::Now());
    return RunApply(run, control_plane, *machine);
  };
  const absl::StatusOr<deploy::Finish> finish = ApplyInLooks({.session = run.session,
                                                              .progress = run.progress,
                                                              .target = "the cluster",
                                                              .read_state = read_state,
                                                              .apply = apply},
                                                             std::move(start->previous), control_plane);
  if (!finish.ok()) return finish.status();
  if (run.options.dry_run) return TellPlan(run.options, run.key, {machine->plan()}, machine->notes());
  if (control_plane.before.has_value()) Leave(run.session, run.key, *control_plane.before);
  return TellSuccess(run, std::move(machine), finish->unchanged);
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
                   .progress = Progress(options, environment, absl::StrCat("apply ", loaded.pipeline.name()))};
  return Deploy(run);
}

}  // namespace flow
