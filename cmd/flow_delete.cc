// flow-delete: takes pipelines away, with all there is of them.
#include <iostream>
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
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/deploy/caller.h"
#include "cmd/deploy/drive.h"
#include "cmd/deploy/key_of_file.h"
#include "cmd/deploy/own_state.h"
#include "cmd/deploy/progress.h"
#include "cmd/deploy/session.h"
#include "cmd/state/lock.h"
#include "flow/deploy/delete.h"

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
  deploy::DeleteInput input{.namespace_ = key.pipeline_namespace, .pipeline = key.name};
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
  deploy::Delete machine(std::move(input));
  const auto end = Drive(session, progress, hooks, machine);
  if (const ExitCode* over = std::get_if<ExitCode>(&end)) return *over;
  if (told->before.has_value()) Leave(session, environment, key, *told->before);
  Leave(session, environment, key, told->registered);
  if (!forgotten.ok()) return session.Fail(ExitCode::kFailed, forgotten.message());
  if (std::get<deploy::Finish>(end).unchanged) return ExitCode::kDone;  // it was not there, and that is no error
  return Print(kName, absl::StrCat("Pipeline deleted: ", key.name, "\n")) ? ExitCode::kDone : ExitCode::kFailed;
}

// Every pipeline of a namespace, of the state and of the engine.
absl::StatusOr<std::set<PipelineKey>> AllOf(Session& session, const std::string& namespace_) {
  std::set<PipelineKey> keys;
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) return kept.status();
  for (const PipelineKey& key : *kept) {
    if (key.pipeline_namespace == namespace_) keys.insert(key);
  }
  if (session.client() == nullptr) return absl::InternalError("no client");
  Caller caller(session);
  if (const absl::Status status = caller.Negotiate(); !status.ok()) return status;
  const auto reply =
      caller.One(engine::ListContainers{.labels = {absl::StrCat(compose::kNamespaceLabel, "=", namespace_)}});
  if (!reply.ok()) return reply.status();
  for (const auto& container : std::get<engine::ContainerList>(*reply).containers()) {
    keys.insert({namespace_, deploy::Label(container.labels(), compose::kPipelineLabel)});
  }
  return keys;
}

// The pipelines that the command line names, in its order.
std::variant<std::vector<PipelineKey>, ExitCode> Named(Session& session, const Arguments& arguments) {
  const std::string namespace_ = FLAGS_namespace.empty() ? "default" : FLAGS_namespace;
  std::vector<PipelineKey> keys;
  for (const std::string& name : arguments.operands) keys.push_back({namespace_, name});
  if (!FLAGS_file.empty()) {
    const auto key = KeyOfFile(session, arguments, ProcessEnvironment());
    if (const ExitCode* over = std::get_if<ExitCode>(&key)) return *over;
    keys.push_back(std::get<PipelineKey>(key));
  }
  if (FLAGS_all) {
    const absl::StatusOr<std::set<PipelineKey>> all = AllOf(session, namespace_);
    if (!all.ok() && absl::IsUnavailable(all.status())) return session.FailUnreachable(all.status());
    if (!all.ok()) return session.Fail(ExitCode::kFailed, all.status().message());
    for (const PipelineKey& key : *all) {
      std::cerr << "will delete " << key.name << "\n";
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
  const auto named = Named(session, arguments);
  if (const ExitCode* over = std::get_if<ExitCode>(&named)) return *over;

  const std::optional<std::string> control_plane = ControlPlaneFlag(arguments);
  // Each is tried; the first failure is the exit code, but a signal ends it.
  OwnStates states(session);
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
