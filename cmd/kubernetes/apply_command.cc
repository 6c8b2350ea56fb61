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
#include "cmd/state/state_writer.h"
#include "cmd/state/store.h"
#include "cmd/target/apply_again.h"
#include "cmd/target/drive.h"
#include "cmd/target/live_logs.h"
#include "cmd/target/look.h"
#include "flow/kubernetes/apply.h"
#include "flow/kubernetes/log_follow.h"
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

absl::StatusOr<kubernetes::ApplyInput> DescribeInput(const ClusterApply& run) {
  LeaveOutMissingSecrets(*run.loaded.carried, run.loaded.pipeline);
  // What is mounted of this machine goes along as it was read already.
  const HostFiles files = PrepareHostFiles({.engine_is_here = false, .make = false}, run.loaded.pipeline);
  for (const std::string& warning : files.warnings) run.session.Warn(warning);
  for (const std::string& problem : files.problems) run.session.Tell(ExitWith(ExitCode::kFailed, problem));
  if (!files.problems.empty()) return ExitWith(ExitCode::kFailed);
  kubernetes::ApplyInput input;
  input.project = project::Translate(run.loaded.pipeline, {});
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

absl::Status TellSuccess(ClusterApply& run, const kubernetes::Apply& machine, bool unchanged) {
  absl::StatusOr<ClusterCaller> caller = ClusterCaller::Connect(run.session);
  if (!caller.ok()) return caller.status();
  const std::string& output = run.options.output;
  const absl::StatusOr<Look> look =
      LookAt(run.session, *caller, {.namespace_ = run.key.namespace_, .pipeline = run.key.name, .output = output},
             machine.place().namespace_);
  if (!look.ok()) return look.status();
  const int components = machine.project().services_size();
  const std::string headline =
      absl::StrCat(unchanged ? "Pipeline unchanged: " : "Pipeline deployed successfully: ", run.key.name, " (",
                   components, components == 1 ? " component)\n" : " components)\n");
  return Print(absl::StrCat(IsTable(output) ? headline : "", look->text));
}

kubernetes::LogInput AllThatComes(const kubernetes::Apply& machine) {
  kubernetes::LogInput input;
  input.kube_namespace = machine.place().namespace_;
  input.labels = kubernetes::LabelsOf(machine.place().id);
  input.follow = input.endless = true;
  input.since = absl::Now();
  return input;
}

// Runs the machine to its end, with the components' logs beside it.
absl::StatusOr<deploy::Finish> DriveApply(ClusterApply& run, kubernetes::Apply& machine) {
  ClusterSession& session = run.session;
  StateWriter writer(session.store(), run.key, run.loaded.text);
  std::optional<LiveLogs<ClusterLogDriver, ClusterClient>> live_logs;
  const auto tick = [&] {
    // From when the cluster has answered, which is before anything is made.
    const bool begins = run.options.logs && !run.options.dry_run && !live_logs.has_value();
    if (begins && machine.version() != kubernetes::api::ServerVersion()) {
      live_logs.emplace(session, session.client(), run.progress, session.environment(), machine.project(),
                        AllThatComes(machine));
    }
    return live_logs.has_value() ? live_logs->Tick() : absl::InfiniteDuration();
  };
  const auto finish = [&](const deploy::Finish&) {
    if (live_logs.has_value()) live_logs->Finish();
  };
  const auto save = [&](const deploy::Deployment& deployment) { return writer.Save(deployment); };
  ClusterWire wire = session.MakeWire();
  return RunMachine(wire, session, run.progress, {.save = save, .forget = [] {}}, machine,
                    {.tick = tick, .finish = finish});
}

// Runs the apply, and again where it has found another one at work.
absl::Status ApplyInLooks(ClusterApply& run) {
  absl::StatusOr<kubernetes::ApplyInput> input = DescribeInput(run);
  if (!input.ok()) return input.status();
  const absl::Duration began = WorkingTime();
  for (int looks = 1;; ++looks) {
    input->previous = ReadClusterState(run.session, run.key).deployment;
    input->took = WorkingTime() - began;
    kubernetes::Apply machine(*input);
    run.progress.Expect(machine.project());
    const absl::StatusOr<deploy::Finish> finish = DriveApply(run, machine);
    if (!finish.ok()) return finish.status();
    if (!finish->again) {
      return run.options.dry_run ? TellPlan(run, machine) : TellSuccess(run, machine, finish->unchanged);
    }
    if (looks == kMostLooks) return ExitWith(finish->code, finish->message);
    run.progress.Tell(
        {deploy::Report::Kind::kNote, "",
         "another apply of this pipeline is at work on the cluster: what there is then is looked at again"},
        absl::Now());
    (void)run.session.client().Poll(PauseBefore(looks + 1), {run.session.signals().fd()});
    if (const std::optional<int> signal = run.session.signals().Next()) return EndedBy(*signal, finish->message);
  }
}

}  // namespace

absl::Status ApplyToCluster(const Options& options, const Environment& environment, LoadedPipeline& loaded) {
  if (std::string wrong = ClusterFlagProblem(options); !wrong.empty()) return WrongUsage(ApplyCommand(), wrong);
  if (options.stream) {
    return WrongUsage(ApplyCommand(), "--stream is for an engine: from here no pod of a cluster is reached");
  }
  if (!options.control_plane.value_or("").empty() || options.require_control_plane) {
    return WrongUsage(ApplyCommand(), "--control_plane is for an engine");
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
