// flow-status: how pipelines are.
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/deploy/caller.h"
#include "cmd/deploy/own_state.h"
#include "cmd/deploy/session.h"
#include "cmd/deploy/show.h"
#include "cmd/state/lock.h"
#include "flow/deploy/failure.h"
#include "flow/deploy/status.h"
#include "flow/deploy/status_text.h"
#include "flow/deploy/usage.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-status";

using ContainersOf = std::map<PipelineKey, std::vector<deploy::Container>>;

// The containers of the pipelines that the flags and the name ask for, by pipeline. An error is the engine's.
absl::StatusOr<ContainersOf> ListContainers(Caller& caller, const std::string& pipeline) {
  engine::ListContainers call;
  call.labels = {pipeline.empty() ? compose::kPipelineLabel : absl::StrCat(compose::kPipelineLabel, "=", pipeline)};
  if (!FLAGS_namespace.empty() || !pipeline.empty()) {
    call.labels.push_back(
        absl::StrCat(compose::kNamespaceLabel, "=", FLAGS_namespace.empty() ? "default" : FLAGS_namespace));
  }
  const absl::StatusOr<engine::Reply> reply = caller.One(call);
  if (!reply.ok()) return reply.status();
  std::map<PipelineKey, engine::ContainerList> lists;
  for (const engine::ContainerSummary& container : std::get<engine::ContainerList>(*reply).containers()) {
    const PipelineKey key{deploy::Label(container.labels(), compose::kNamespaceLabel),
                          deploy::Label(container.labels(), compose::kPipelineLabel)};
    *lists[key].add_containers() = container;
  }
  ContainersOf containers;
  for (const auto& [key, list] : lists) containers[key] = deploy::ReadContainers(list);
  return containers;
}

// The unhealthy containers whose probe cannot run in their image: that is no verdict. And, where asked for, what only
// an inspection of each container tells.
void Inspect(Caller& caller, const std::vector<deploy::Container>& containers, bool all,
             std::map<std::string, engine::ContainerInspect>* inspected) {
  std::vector<engine::Call> calls;
  for (const deploy::Container& container : containers) {
    if (all || container.health == deploy::Health::kUnhealthy) {
      calls.push_back(engine::InspectContainer{container.id});
    }
  }
  if (calls.empty()) return;
  for (const absl::StatusOr<engine::Reply>& reply : caller.All(calls)) {
    if (!reply.ok()) continue;  // gone meanwhile
    const auto& inspect = std::get<engine::ContainerInspect>(*reply);
    (*inspected)[inspect.id()] = inspect;
  }
}

deploy::PipelineStatus Describe(Session& session, Caller& caller, const PipelineKey& key,
                                std::optional<deploy::Deployment> state, std::vector<deploy::Container> containers,
                                bool inspect_all) {
  deploy::StatusInput input{.namespace_ = key.pipeline_namespace, .pipeline = key.name};
  input.deployment = std::move(state);
  input.containers = std::move(containers);
  if (const int holder = LockHolder(session.store(), key); holder != 0) input.holder = holder;
  std::map<std::string, engine::ContainerInspect> inspected;
  Inspect(caller, input.containers, inspect_all, &inspected);
  for (const auto& [id, inspect] : inspected) {
    if (deploy::ProbeCannotRun(inspect)) input.probe_cannot_run.insert(id);
  }
  deploy::PipelineStatus status = deploy::DescribePipeline(input);
  for (deploy::ComponentStatus& component : *status.mutable_components()) {
    for (deploy::ContainerStatus& container : *component.mutable_containers()) {
      const auto inspect = inspected.find(container.id());
      if (inspect == inspected.end()) continue;
      container.set_started_at(inspect->second.state().started_at());
      container.set_restart_count(inspect->second.restart_count());
    }
  }
  return status;
}

// Whether what is shown takes an inspection of each container.
bool WantsInspection() { return FLAGS_output != "table" && FLAGS_output != "name"; }

// Adds a sample of what each running container uses; all of them are taken at once.
void AddUsage(Caller& caller, deploy::PipelineStatus* status) {
  std::vector<deploy::ContainerStatus*> running;
  std::vector<engine::Call> calls;
  for (deploy::ComponentStatus& component : *status->mutable_components()) {
    for (deploy::ContainerStatus& container : *component.mutable_containers()) {
      if (container.state() != "running") continue;
      running.push_back(&container);
      calls.push_back(engine::SampleStats{container.id()});
    }
  }
  if (calls.empty()) return;
  const std::vector<absl::StatusOr<engine::Reply>> replies = caller.All(calls);
  for (size_t index = 0; index < replies.size(); ++index) {
    if (!replies[index].ok()) continue;  // gone meanwhile
    *running[index]->mutable_usage() = deploy::UsageOf(std::get<engine::ContainerStats>(*replies[index]));
  }
}

// The exit code of what is shown.
ExitCode CodeOf(const deploy::PipelineStatus& status) {
  return FLAGS_check && !deploy::IsWell(status) ? ExitCode::kFailed : ExitCode::kDone;
}

ExitCode ShowOne(Session& session, Caller& caller, const std::string& name, ContainersOf containers) {
  const PipelineKey key{FLAGS_namespace.empty() ? "default" : FLAGS_namespace, name};
  if (const absl::Status status = CheckKey(key); !status.ok()) {
    return session.Fail(ExitCode::kUsage, status.message());
  }
  OwnState state = OwnStates(session).Read(key);
  if (!state.known && containers.empty()) {
    return session.Fail(ExitCode::kNoSuchPipeline, absl::StrCat("there is no pipeline \"", name, "\" in namespace \"",
                                                                key.pipeline_namespace, "\""));
  }
  deploy::PipelineStatus status =
      Describe(session, caller, key, std::move(state.deployment), std::move(containers[key]), WantsInspection());
  if (FLAGS_stats) AddUsage(caller, &status);
  std::string text = ShowPipeline(status, FLAGS_output);
  if (FLAGS_stats && FLAGS_output == "table") absl::StrAppend(&text, "\n", deploy::UsageTable(status));
  return Print(kName, text) ? CodeOf(status) : ExitCode::kFailed;
}

ExitCode ShowAll(Session& session, Caller& caller, ContainersOf containers) {
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) return session.Fail(ExitCode::kFailed, kept.status().message());
  for (const PipelineKey& key : *kept) {
    if (FLAGS_namespace.empty() || key.pipeline_namespace == FLAGS_namespace) containers[key];
  }
  OwnStates states(session);
  deploy::StatusList list;
  ExitCode code = ExitCode::kDone;
  for (auto& [key, of_pipeline] : containers) {
    OwnState state = states.Read(key);
    if (state.elsewhere && of_pipeline.empty()) continue;
    const deploy::PipelineStatus& status = *list.add_pipelines() =
        Describe(session, caller, key, std::move(state.deployment), std::move(of_pipeline), /*inspect_all=*/false);
    if (CodeOf(status) != ExitCode::kDone) code = ExitCode::kFailed;
  }
  if (list.pipelines().empty() && (FLAGS_output == "table" || FLAGS_output == "wide")) {
    return session.Fail(ExitCode::kDone, "there are no pipelines");
  }
  return Print(kName, ShowPipelines(list, FLAGS_output)) ? code : ExitCode::kFailed;
}

ExitCode Main(const Arguments& arguments) {
  auto opened = Session::Open(kName, ProcessEnvironment());
  if (const ExitCode* over = std::get_if<ExitCode>(&opened)) return *over;
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  if (session.client() == nullptr) return ExitCode::kFailed;
  Caller caller(session);
  if (const std::optional<ExitCode> over = Connect(session, caller)) return *over;
  const std::string name = arguments.operands.empty() ? "" : arguments.operands[0];
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, name);
  if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
  if (!containers.ok()) {
    const bool unspoken = absl::IsFailedPrecondition(containers.status());  // the version, to an engine too new
    return session.Fail(unspoken ? ExitCode::kNoEngine : ExitCode::kFailed, containers.status().message());
  }
  return name.empty() ? ShowAll(session, caller, *std::move(containers))
                      : ShowOne(session, caller, name, *std::move(containers));
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::StatusCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
