// flow-delete: takes pipelines away, with all there is of them.
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/environment.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/key_of_file.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/output/print.h"
#include "cmd/output/progress.h"
#include "cmd/state/lock.h"
#include "flow/docker/delete.h"
#include "flow/pipeline/harmless.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-delete";

ExitCode DeleteOne(Session& session, OwnStates& states, const PipelineKey& key, Progress::Mode mode,
                   const std::optional<std::string>& control_plane) {
  absl::StatusOr<Lock> lock = Lock::Acquire(session.store(), key);
  if (!lock.ok()) {
    const ExitCode code = IsHeldByAnother(lock.status())           ? ExitCode::kBusy
                          : absl::IsInvalidArgument(lock.status()) ? ExitCode::kUsage
                                                                   : ExitCode::kFailed;
    return session.Fail(code, lock.status().message());
  }
  if (session.client() == nullptr) return ExitCode::kFailed;
  docker::DeleteInput input{.namespace_ = key.pipeline_namespace, .pipeline = key.name};
  OwnState state = states.Read(key);
  input.previous = std::move(state.deployment);
  input.has_state = state.known;
  input.keep_volumes = FLAGS_keep_volumes;
  input.ignore_not_found = FLAGS_ignore_not_found;
  input.timeout = DurationOf(FLAGS_timeout);

  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<ControlPlaneChoice> told = ChooseControlPlane(control_plane, input.previous, environment);
  if (!told.ok()) return session.Fail(ExitCode::kUsage, told.status().message());
  Progress progress(mode, environment, absl::StrCat("delete ", key.name), absl::Now());
  absl::Status forgotten;
  const StateHooks hooks = {.save =
                                [&](const deploy::Deployment& d) {
                                  return state.elsewhere ? absl::OkStatus() : session.store().WriteDeployment(key, d);
                                },
                            .forget =
                                [&] {
                                  if (!state.elsewhere) forgotten = session.store().Remove(key);
                                }};
  docker::Delete machine(std::move(input));
  const auto end = Drive(session, progress, hooks, machine);
  if (const ExitCode* over = std::get_if<ExitCode>(&end)) return *over;
  if (told->before.has_value()) Leave(session, environment, key, *told->before);
  Leave(session, environment, key, told->registered);
  if (!forgotten.ok()) return session.Fail(ExitCode::kFailed, forgotten.message());
  if (std::get<deploy::Finish>(end).unchanged) return ExitCode::kDone;  // it was not there, and that is no error
  return Print(kName, ExitCode::kDone, absl::StrCat("Pipeline deleted: ", key.name, "\n"));
}

// Every pipeline of a namespace: those of the states of this engine, and what the engine has of others. Else the exit
// code, which was told.
std::variant<std::set<PipelineKey>, ExitCode> AllOf(Session& session, OwnStates& states,
                                                    const std::string& namespace_) {
  if (const absl::Status usable = CheckNamespace(namespace_); !usable.ok()) {
    return session.Fail(ExitCode::kUsage, usable.message());
  }
  if (session.client() == nullptr) return ExitCode::kFailed;
  Caller caller(session);
  if (const std::optional<ExitCode> over = Connect(session, caller)) return *over;
  const std::vector<std::string> labels = {absl::StrCat(project::kNamespaceLabel, "=", namespace_)};
  const auto replies =
      caller.All({docker::engine::ListContainers{.labels = labels}, docker::engine::ListNetworks{.labels = labels},
                  docker::engine::ListVolumes{.labels = labels}});
  if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
  std::set<PipelineKey> keys;
  const auto add = [&](const auto& labelled) {
    for (const auto& one : labelled) {
      const std::string pipeline = project::Label(one.labels(), project::kPipelineLabel);
      if (!pipeline.empty()) keys.insert({namespace_, pipeline});
    }
  };
  for (const auto& reply : replies) {
    if (!reply.ok()) return session.Fail(CodeOfRefusal(reply.status()), reply.status().message());
    if (const auto* list = std::get_if<docker::engine::ContainerList>(&*reply)) add(list->containers());
    if (const auto* list = std::get_if<docker::engine::NetworkList>(&*reply)) add(list->networks());
    if (const auto* list = std::get_if<docker::engine::VolumeList>(&*reply); list != nullptr && !FLAGS_keep_volumes) {
      add(list->volumes());
    }
  }
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) return session.Fail(ExitCode::kFailed, kept.status().message());
  for (const PipelineKey& key : *kept) {
    const bool is_new = key.pipeline_namespace == namespace_ && !keys.contains(key);
    if (is_new && states.Read(key).known) keys.insert(key);
  }
  return keys;
}

// The pipelines that the command line names, in its order.
std::variant<std::vector<PipelineKey>, ExitCode> Named(Session& session, OwnStates& states,
                                                       const Arguments& arguments) {
  const std::string namespace_ = FLAGS_namespace.empty() ? "default" : FLAGS_namespace;
  std::vector<PipelineKey> keys;
  for (const std::string& name : arguments.operands) keys.push_back({namespace_, name});
  if (!FLAGS_file.empty()) {
    const auto key = KeyOfFile(session, arguments, ProcessEnvironment());
    if (const ExitCode* over = std::get_if<ExitCode>(&key)) return *over;
    keys.push_back(std::get<PipelineKey>(key));
  }
  if (FLAGS_all) {
    const auto all = AllOf(session, states, namespace_);
    if (const ExitCode* over = std::get_if<ExitCode>(&all)) return *over;
    for (const PipelineKey& key : std::get<std::set<PipelineKey>>(all)) {
      WriteError(absl::StrCat("will delete ", pipeline::HarmlessLine(key.name), "\n"));
      keys.push_back(key);
    }
  }
  return keys;
}

ExitCode Main(const Arguments& arguments) {
  if ((!arguments.operands.empty()) + (!FLAGS_file.empty()) + FLAGS_all != 1) {
    return WrongUsage(DeleteCommand(), "it takes names, or -f FILE, or --all");
  }
  const absl::StatusOr<Progress::Mode> mode = Progress::ParseMode(FLAGS_progress, ProcessEnvironment());
  if (!mode.ok()) return WrongUsage(DeleteCommand(), mode.status().message());
  auto opened = Session::Open(kName, ProcessEnvironment());
  if (const ExitCode* over = std::get_if<ExitCode>(&opened)) return *over;
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  OwnStates states(session);
  const auto named = Named(session, states, arguments);
  if (const ExitCode* over = std::get_if<ExitCode>(&named)) return *over;

  const std::optional<std::string> control_plane = ControlPlaneFlag(arguments);
  // Each is tried; the first failure is the exit code, but a signal ends it.
  ExitCode code = ExitCode::kDone;
  for (const PipelineKey& key : std::get<std::vector<PipelineKey>>(named)) {
    const ExitCode one = DeleteOne(session, states, key, *mode, control_plane);
    if (code == ExitCode::kDone) code = one;
    if (static_cast<int>(one) > 128) return one;
  }
  return code;
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::DeleteCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
