// flow-apply: makes the engine match a pipeline file.
#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/control/address.h"
#include "cmd/control/arrival_report.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/live_logs.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/input/host_files.h"
#include "cmd/input/load.h"
#include "cmd/output/print.h"
#include "cmd/output/progress.h"
#include "cmd/output/show.h"
#include "cmd/state/lock.h"
#include "flow/compose/api_version.h"
#include "flow/compose/emit.h"
#include "flow/docker/apply.h"
#include "flow/docker/learn_metadata.h"
#include "flow/docker/status.h"
#include "flow/project/control_plane.h"
#include "flow/project/digest.h"
#include "flow/project/translate.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-apply";
// How often an apply looks at the engine whose names are taken before it comes to them.
constexpr int kMostLooks = 3;

docker::ApplyOptions OptionsOfFlags() {
  docker::ApplyOptions options;
  options.pull = FLAGS_pull == "always"  ? docker::PullPolicy::kAlways
                 : FLAGS_pull == "never" ? docker::PullPolicy::kNever
                                         : docker::PullPolicy::kMissing;
  options.force_recreate = FLAGS_force_recreate;
  options.wait = FLAGS_wait;
  options.rollback = FLAGS_rollback;
  options.dry_run = FLAGS_dry_run;
  options.timeout = DurationOf(FLAGS_timeout);
  options.min_ready = DurationOf(FLAGS_min_ready);
  return options;
}

// The values of secret variables, by the names that they have in the Compose file.
std::map<std::string, std::string> SecretValues(const project::Project& project, const HostFiles& files) {
  std::map<std::string, std::string> values;
  for (const project::Service& service : project.services()) {
    const auto secrets = files.secrets.find(service.name());
    if (secrets == files.secrets.end()) continue;
    for (const project::SecretVariable& variable : service.secret_environment()) {
      const auto value = secrets->second.find(variable.name());
      if (value != secrets->second.end()) values[variable.compose_variable()] = value->second;
    }
  }
  return values;
}

// Writes the state: the deployment each time, the Compose file and the pipeline file before the first, which is the
// intent. So where one of them cannot be written, the deployment says what it said.
class StateWriter {
 public:
  StateWriter(const Store& store, PipelineKey key, const LoadedPipeline& loaded)
      : store_(store), key_(std::move(key)), loaded_(loaded) {}

  absl::Status Save(const deploy::Deployment& deployment) {
    saved_ = deployment;
    if (!files_written_) {
      if (absl::Status status = WriteFiles(deployment); !status.ok()) return status;
      files_written_ = true;
    }
    return store_.WriteDeployment(key_, deployment);
  }

  // What was saved last, where anything was.
  const std::optional<deploy::Deployment>& saved() const { return saved_; }

 private:
  absl::Status WriteFiles(const deploy::Deployment& deployment) {
    compose::EmitOptions options;
    options.api_version =
        compose::ParseApiVersion(deployment.engine_api_version()).value_or(compose::kOldestApiVersion);
    const absl::Status status = store_.WriteCompose(key_, compose::EmitCompose(deployment.project(), options));
    return status.ok() ? store_.WritePipeline(key_, loaded_.text) : status;
  }

  const Store& store_;
  const PipelineKey key_;
  const LoadedPipeline& loaded_;
  bool files_written_ = false;
  std::optional<deploy::Deployment> saved_;
};

// What the engine has now; what the apply saw, where it changed nothing.
deploy::PipelineStatus StatusNow(Session& session, const docker::Apply& machine, const PipelineKey& key,
                                 bool unchanged) {
  deploy::StatusInput input{.namespace_ = key.pipeline_namespace, .pipeline = key.name};
  if (absl::StatusOr<deploy::Deployment> state = session.ReadState(key); state.ok()) input.deployment = *state;
  std::vector<docker::Container> containers = machine.observed();
  if (!unchanged) {
    Caller caller(session, machine.api_version());
    const auto reply = caller.One(docker::ListPipelineContainers(key.pipeline_namespace, key.name));
    if (reply.ok()) containers = docker::ReadContainers(std::get<docker::engine::ContainerList>(*reply));
    for (docker::Container& container : containers) machine.readiness().BringUpToDate(&container);
  }
  docker::AddContainers(containers, {}, &input);
  return deploy::DescribePipeline(input);
}

ExitCode TellPlan(const docker::Apply& machine, const PipelineKey& key) {
  deploy::PlanReport report;
  report.set_name(key.name);
  report.set_namespace_(key.pipeline_namespace);
  report.mutable_notes()->Add(machine.notes().begin(), machine.notes().end());
  const std::vector<deploy::Plan> plans = {machine.pulls(), machine.plan()};
  const bool empty = plans[0].operations().empty() && plans[1].operations().empty();
  return Print(kName, FLAGS_check && !empty ? ExitCode::kFailed : ExitCode::kDone,
               ShowPlan(plans, std::move(report), FLAGS_output, FLAGS_verbose));
}

ExitCode TellSuccess(Session& session, const docker::Apply& machine, const PipelineKey& key, bool unchanged) {
  const deploy::PipelineStatus status = StatusNow(session, machine, key, unchanged);
  std::string text = ShowPipeline(status, FLAGS_output);
  if (FLAGS_output == "table" || FLAGS_output == "wide") {
    text = absl::StrCat(unchanged ? "Pipeline unchanged: " : "Pipeline deployed successfully: ", key.name, " (",
                        status.components_size(), status.components_size() == 1 ? " component)\n" : " components)\n",
                        text);
  }
  return Print(kName, ExitCode::kDone, text);
}

// Everything that one run of the command works with.
struct Run {
  Session& session;
  const Environment& environment;
  const Arguments& arguments;
  LoadedPipeline& loaded;
  const docker::ApplyOptions options;
  const PipelineKey key;
  Progress progress;
};

// Runs a machine whose intent and outcome are this pipeline's state.
template <typename Machine>
std::variant<deploy::Finish, ExitCode> Drive(Run& run, Machine& machine) {
  StateWriter writer(run.session.store(), run.key, run.loaded);
  const StateHooks state = {.save = [&](const deploy::Deployment& deployment) { return writer.Save(deployment); },
                            .forget = [] {}};
  return Drive(run.session, run.progress, state, machine);
}

// Reads the metadata of the images that component references name, and the file with it. Nothing: go on.
std::optional<ExitCode> Learn(Run& run, docker::ApplyInput& input) {
  docker::LearnInput wanted = docker::WhatToLearn(run.loaded.pipeline, input.previous);
  if (wanted.references.empty()) return std::nullopt;
  wanted.pull = run.options.pull;
  wanted.dry_run = run.options.dry_run;
  wanted.timeout = run.options.timeout;
  docker::LearnMetadata machine(std::move(wanted));
  const auto end = Drive(run, machine);
  if (const ExitCode* over = std::get_if<ExitCode>(&end)) return *over;
  for (const std::string& image : machine.unknown()) {
    run.session.Warn(absl::StrCat("what ", docker::kMetadataPath, " of image ", image,
                                  " says is not known before an apply reads it: this plan takes config's upper-case "
                                  "names for the variables"));
  }
  input.metadata = machine.metadata();
  input.known = machine.known();
  input.took = machine.took();
  ParseWithMetadata(docker::ForParser(input.metadata), run.environment, run.loaded);
  return run.loaded.valid ? std::nullopt : std::optional(ExitCode::kInvalidFile);
}

// False: something stands against it, which was told.
bool PrepareHost(const Run& run, HostFiles& files) {
  const Endpoint& engine = run.session.endpoint();
  files = PrepareHostFiles({.engine_is_here = engine.kind == Endpoint::Kind::kUnix,
                            .make = !run.options.dry_run,
                            .allowed = run.loaded.options.allowed_host_paths,
                            .socket = engine.socket},
                           run.loaded.pipeline);
  for (const std::string& warning : files.warnings) run.session.Warn(warning);
  for (const std::string& problem : files.problems) run.session.Fail(ExitCode::kFailed, problem);
  return files.problems.empty();
}

control::ArrivalInput Arriving(const Run& run, const ControlPlaneChoice& control_plane,
                               const project::Project& project) {
  const std::string now = absl::FormatTime("%Y%m%dT%H%M%E3SZ", absl::Now(), absl::UTCTimeZone());
  return {.project = project,
          .config_yaml = run.loaded.text,
          .run_id = absl::StrCat(run.key.pipeline_namespace, ".", run.key.name, ".", now),
          .registered = control_plane.registered};
}

docker::ApplyInput DescribeInput(const Run& run, const HostFiles& files, const ControlPlaneChoice& control_plane,
                                 docker::ApplyInput input) {
  const Store& store = run.session.store();
  const pipeline::Pipeline& pipeline = run.loaded.pipeline;
  project::TranslateOptions translate;
  translate.secret_digests = DigestSecrets(pipeline, files);
  if (control_plane.endpoint.has_value()) {
    translate.control_plane = HostAndPort(control_plane.registered.address());
    input.control_plane = control_plane.registered;
  }
  input.project = project::Translate(pipeline, translate);
  input.placement.config_files = store.ComposeFile(run.key);
  input.placement.working_dir = store.FolderOf(run.key);
  input.placement.secrets = SecretValues(input.project, files);
  input.file_digest = project::Sha256(run.loaded.text);
  input.engine_host = run.session.endpoint().address;
  input.annotations.insert(pipeline.annotations().begin(), pipeline.annotations().end());
  return input;
}

// What a user of a control plane should know, once it was told of something new.
void TellOfControlPlane(const Run& run, const ControlPlaneChoice& control_plane, const ArrivalReport& report) {
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

// Runs the apply, with what goes on beside it.
std::variant<deploy::Finish, ExitCode> DriveApply(Run& run, const ControlPlaneChoice& control_plane,
                                                  docker::Apply& machine) {
  Session& session = run.session;
  std::optional<ArrivalReport> report;
  if (control_plane.endpoint.has_value() && !run.options.dry_run) {
    report.emplace(session, *control_plane.endpoint, run.progress, Arriving(run, control_plane, machine.project()));
    report->Look();
  }
  StateWriter writer(session.store(), run.key, run.loaded);
  const auto save = [&](deploy::Deployment deployment) {
    if (report.has_value() && deployment.phase() == deploy::Deployment::APPLYING) report->BeginRun();
    if (report.has_value()) *deployment.mutable_control_plane() = report->record();
    return writer.Save(deployment);
  };
  std::optional<LiveLogs> logs;
  const auto tick = [&] {
    // From when the engine's version is known, which is before anything is started.
    const bool begins = FLAGS_logs && !run.options.dry_run && !logs.has_value();
    if (begins && machine.api_version() != compose::ApiVersion()) {
      logs.emplace(session, run.progress, run.environment, machine.project(), machine.api_version());
    }
    if (report.has_value()) report->Tick(machine);
    return logs.has_value() ? logs->Tick() : absl::InfiniteDuration();
  };
  const auto finish = [&](const deploy::Finish& finish) {
    if (logs.has_value()) logs->Finish();
    if (report.has_value() && !finish.again) report->End(machine, finish);
  };
  const auto end =
      Drive(session, run.progress, {.save = save, .forget = [] {}}, machine, {.tick = tick, .finish = finish});
  if (!report.has_value() || (!report->begun() && !std::holds_alternative<deploy::Finish>(end))) return end;
  // What the control plane has answered since.
  std::optional<deploy::Deployment> state = writer.saved();
  if (!state.has_value()) state = session.ReadState(run.key).value_or(deploy::Deployment());
  if (!state->name().empty() && !deploy::SameMessage(state->control_plane(), report->record())) {
    if (const absl::Status saved = save(*state); !saved.ok()) session.Warn(saved.message());
  }
  const auto* ended = std::get_if<deploy::Finish>(&end);
  if (ended != nullptr && !ended->again) TellOfControlPlane(run, control_plane, *report);
  return end;
}

// Before another look: what takes a name now will have it by then. The signal that came; 0: none did.
int Pause(Session& session) {
  (void)session.client()->Poll(absl::Milliseconds(200), {session.signals().fd()});
  return session.signals().Next().value_or(0);
}

ExitCode Deploy(Run& run) {
  Session& session = run.session;
  std::optional<Lock> lock;
  if (!run.options.dry_run) {
    absl::StatusOr<Lock> acquired = Lock::Acquire(session.store(), run.key);
    if (!acquired.ok()) {
      const ExitCode code = IsHeldByAnother(acquired.status()) ? ExitCode::kBusy : ExitCode::kFailed;
      return session.Fail(code, acquired.status().message());
    }
    lock.emplace(*std::move(acquired));
  }
  if (session.client() == nullptr) return ExitCode::kFailed;
  docker::ApplyInput input;
  input.options = run.options;
  input.previous = OwnStates(session).Read(run.key).deployment;
  absl::StatusOr<ControlPlaneChoice> control_plane =
      ChooseControlPlane(ControlPlaneFlag(run.arguments), input.previous, run.environment);
  if (!control_plane.ok()) return session.Fail(ExitCode::kUsage, control_plane.status().message());
  if (FLAGS_require_control_plane && !run.options.dry_run) {
    if (!control_plane->endpoint.has_value()) {
      return session.Fail(ExitCode::kUsage, "--require_control_plane needs --control_plane=HOST:PORT");
    }
    const std::optional<ExitCode> over = RequireControlPlane(session, *control_plane->endpoint);
    if (over.has_value()) return *over;
  }
  if (const std::optional<ExitCode> over = Learn(run, input)) return *over;
  HostFiles files;
  if (!PrepareHost(run, files)) return ExitCode::kFailed;
  const absl::Time began = absl::Now() - input.took;
  for (int looks = 1;; ++looks) {
    docker::Apply machine(DescribeInput(run, files, *control_plane, input));
    run.progress.Expect(machine.project());
    const auto end = DriveApply(run, *control_plane, machine);
    if (const ExitCode* over = std::get_if<ExitCode>(&end)) return *over;
    const deploy::Finish& finish = std::get<deploy::Finish>(end);
    if (finish.again) {
      if (looks == kMostLooks) return session.Fail(finish.code, finish.message);
      if (const int signal = Pause(session); signal != 0) {
        return session.Fail(static_cast<ExitCode>(128 + signal), finish.message);
      }
      input.left = machine.volumes();
      input.took = absl::Now() - began;
      input.previous = OwnStates(session).Read(run.key).deployment;
      // The run that this look has begun.
      if (input.previous.has_value() && control_plane->endpoint.has_value()) {
        control_plane->registered = input.previous->control_plane();
      }
      continue;
    }
    if (run.options.dry_run) return TellPlan(machine, run.key);
    if (control_plane->before.has_value()) Leave(session, run.environment, run.key, *control_plane->before);
    return TellSuccess(session, machine, run.key, finish.unchanged);
  }
}

ExitCode Main(const Arguments& arguments) {
  if (arguments.operands.empty() == FLAGS_file.empty()) {
    return WrongUsage(ApplyCommand(), "it takes one pipeline file, as FILE or as -f FILE");
  }
  if (const absl::Status flags = CheckFileFlags(); !flags.ok()) return WrongUsage(ApplyCommand(), flags.message());
  if (FLAGS_check && !FLAGS_dry_run) {
    return WrongUsage(ApplyCommand(),
                      "--check needs --dry_run, and deploys nothing: it tells by the exit code whether "
                      "there is something to do");
  }
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<Progress::Mode> mode = Progress::ParseMode(FLAGS_progress, environment);
  if (!mode.ok()) return WrongUsage(ApplyCommand(), mode.status().message());
  const std::string file = FLAGS_file.empty() ? arguments.operands[0] : FLAGS_file;
  absl::StatusOr<LoadedPipeline> loaded = LoadPipeline(file, arguments, environment, /*deploy=*/true);
  if (!loaded.ok()) return Fail(kName, ExitCode::kFailed, loaded.status().message());
  if (!loaded->valid) return ExitCode::kInvalidFile;

  auto opened = Session::Open(kName, environment);
  if (const ExitCode* over = std::get_if<ExitCode>(&opened)) return *over;
  Run run{.session = *std::get<std::unique_ptr<Session>>(opened),
          .environment = environment,
          .arguments = arguments,
          .loaded = *loaded,
          .options = OptionsOfFlags(),
          .key = {loaded->pipeline.namespace_(), loaded->pipeline.name()},
          .progress = Progress(*mode, environment, absl::StrCat("apply ", loaded->pipeline.name()), absl::Now())};
  return Deploy(run);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::ApplyCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
