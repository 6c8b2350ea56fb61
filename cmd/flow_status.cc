// flow-status: how pipelines are.
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/change_watch.h"
#include "cmd/docker/describe.h"
#include "cmd/docker/key_of_file.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/output/print.h"
#include "cmd/output/screen.h"
#include "cmd/output/show.h"
#include "flow/deploy/status.h"
#include "flow/deploy/status_text.h"
#include "flow/docker/usage.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-status";
// Where a watch could not look.
constexpr absl::Duration kAgain = absl::Seconds(1);

// The pipeline that the flags and a name ask for.
PipelineKey KeyOf(const std::string& name) { return {FLAGS_namespace.empty() ? "default" : FLAGS_namespace, name}; }

// The labels of the containers that the flags and the name ask for.
std::vector<std::string> Labels(const std::string& pipeline) {
  std::vector<std::string> labels = {pipeline.empty() ? project::kPipelineLabel
                                                      : absl::StrCat(project::kPipelineLabel, "=", pipeline)};
  if (!FLAGS_namespace.empty() || !pipeline.empty()) {
    labels.push_back(absl::StrCat(project::kNamespaceLabel, "=", KeyOf(pipeline).pipeline_namespace));
  }
  return labels;
}

// Whether what is shown takes an inspection of each container.
bool WantsInspection() { return FLAGS_output != "table" && FLAGS_output != "name"; }

// Adds a sample of what each running container uses; all of them are taken at once.
void AddUsage(Caller& caller, deploy::PipelineStatus* status) {
  std::vector<deploy::ReplicaStatus*> running;
  std::vector<docker::engine::Call> calls;
  for (deploy::ComponentStatus& component : *status->mutable_components()) {
    for (deploy::ReplicaStatus& container : *component.mutable_containers()) {
      if (container.state() != "running") continue;
      running.push_back(&container);
      calls.push_back(docker::engine::SampleStats{container.id()});
    }
  }
  if (calls.empty()) return;
  const std::vector<absl::StatusOr<docker::engine::Reply>> replies = caller.All(calls);
  for (size_t index = 0; index < replies.size(); ++index) {
    if (!replies[index].ok()) continue;  // gone meanwhile
    const auto usage = docker::UsageOf(std::get<docker::engine::ContainerStats>(*replies[index]));
    if (usage.has_value()) *running[index]->mutable_usage() = *usage;
  }
}

// The exit code of what is shown.
ExitCode CodeOf(const deploy::PipelineStatus& status) {
  return FLAGS_check && !deploy::IsWell(status) ? ExitCode::kFailed : ExitCode::kDone;
}

// What is shown; the exit code of what went wrong, which was told; or the engine's refusal to list the containers.
struct Shown {
  std::string text;
  ExitCode code = ExitCode::kDone;
  std::string nothing;  // instead of a text: that there is nothing to be shown
};
using ShownOr = std::variant<Shown, ExitCode, absl::Status>;

ShownOr ShowOne(Session& session, Caller& caller, const PipelineKey& key, ContainersOf containers) {
  OwnState state = OwnStates(session).Read(key);
  if (!state.known && containers.empty()) {
    return Shown{.code = ExitCode::kNoSuchPipeline,
                 .nothing = absl::StrCat("there is no pipeline \"", key.name, "\" in namespace \"",
                                         key.pipeline_namespace, "\"")};
  }
  deploy::PipelineStatus status =
      Describe(session, caller, key, std::move(state.deployment), std::move(containers[key]), WantsInspection());
  if (FLAGS_stats) AddUsage(caller, &status);
  std::string text = ShowPipeline(status, FLAGS_output);
  if (FLAGS_stats && (FLAGS_output == "table" || FLAGS_output == "wide"))
    absl::StrAppend(&text, "\n", deploy::UsageTable(status));
  return Shown{.text = std::move(text), .code = CodeOf(status)};
}

ShownOr ShowAll(Session& session, Caller& caller, ContainersOf containers) {
  const absl::StatusOr<std::vector<PipelineKey>> kept = session.store().List();
  if (!kept.ok()) return session.Fail(ExitCode::kFailed, kept.status().message());
  for (const PipelineKey& key : *kept) {
    if (FLAGS_namespace.empty() || key.pipeline_namespace == FLAGS_namespace) containers[key];
  }
  OwnStates states(session);
  deploy::StatusList list;
  Shown shown;
  for (auto& [key, of_pipeline] : containers) {
    OwnState state = states.Read(key);
    if (state.elsewhere && of_pipeline.empty()) continue;
    const deploy::PipelineStatus& status = *list.add_pipelines() =
        Describe(session, caller, key, std::move(state.deployment), std::move(of_pipeline), /*inspect_all=*/false);
    if (CodeOf(status) != ExitCode::kDone) shown.code = ExitCode::kFailed;
  }
  if (list.pipelines().empty() && (FLAGS_output == "table" || FLAGS_output == "wide")) {
    shown.nothing = "there are no pipelines";
  } else {
    shown.text = ShowPipelines(list, FLAGS_output);
  }
  return shown;
}

// As it is now; an empty `name`: all pipelines. `ended`: of ListContainers.
ShownOr Look(Session& session, Caller& caller, const std::string& name, const std::set<std::string>& ended = {}) {
  absl::StatusOr<ContainersOf> containers = ListContainers(caller, Labels(name), ended);
  if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
  if (!containers.ok()) return containers.status();
  ShownOr shown = name.empty() ? ShowAll(session, caller, *std::move(containers))
                               : ShowOne(session, caller, KeyOf(name), *std::move(containers));
  // What was asked when it came is not known, and nothing to show.
  if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
  return shown;
}

// What ends the command instead of something to show, told; nothing: there is something.
std::optional<ExitCode> Over(const Session& session, const ShownOr& looked) {
  if (const ExitCode* over = std::get_if<ExitCode>(&looked)) return *over;
  const auto* refused = std::get_if<absl::Status>(&looked);
  return refused == nullptr ? std::nullopt : std::optional(session.Fail(CodeOfRefusal(*refused), refused->message()));
}

// The folders where the state of what is shown may change.
void WatchFolders(Session& session, const std::string& name, ChangeWatch& changes) {
  const Store& store = session.store();
  changes.Watch(store.folder());
  std::vector<PipelineKey> keys = store.List().value_or(std::vector<PipelineKey>());
  if (!name.empty()) keys = {KeyOf(name)};
  for (const PipelineKey& key : keys) changes.Watch(key);
}

// Shows what a look has found. The exit code where that ends the watch, which was told.
std::optional<ExitCode> ShowOn(std::optional<Screen>& screen, Session& session, const Environment& environment,
                               const std::string& name, const Shown& shown) {
  if (!name.empty() && !shown.nothing.empty()) {
    if (!screen.has_value()) return session.Fail(shown.code, shown.nothing);
    screen.reset();
    return session.Fail(ExitCode::kDone, absl::StrCat("pipeline \"", name, "\" is gone"));
  }
  if (!screen.has_value()) screen.emplace(environment);
  const absl::Status written = screen->Show(shown.nothing.empty() ? shown.text : shown.nothing + "\n");
  return written.ok() ? std::nullopt : std::optional(Unwritten(kName, written, ExitCode::kDone));
}

// Shows it anew whenever it has changed, until the pipeline is gone or a signal comes.
ExitCode Watch(Session& session, Caller& caller, const Environment& environment, const std::string& name) {
  ChangeWatch changes(session, Labels(name), caller.version());
  const ChangeWatch::Woken opened = changes.Open();
  if (opened.signal != 0) return static_cast<ExitCode>(128 + opened.signal);
  if (!opened.status.ok()) return session.Fail(ExitCode::kFailed, opened.status.message());
  std::optional<Screen> screen;
  for (bool changed = true;;) {
    bool again = false;
    if (changed) {
      WatchFolders(session, name, changes);
      const ShownOr looked = Look(session, caller, name, changes.TakeEnded());
      const auto* refused = std::get_if<absl::Status>(&looked);
      // An engine that goes away, which its stream of events will tell; or one connection that broke.
      again = refused != nullptr && absl::IsUnavailable(*refused) && screen.has_value();
      if (const auto* shown = std::get_if<Shown>(&looked)) {
        if (const std::optional<ExitCode> over = ShowOn(screen, session, environment, name, *shown)) return *over;
      } else if (!again) {
        screen.reset();
        return *Over(session, looked);
      }
    }
    const ChangeWatch::Woken woken = changes.Wait({screen->resized_fd()}, again ? kAgain : absl::InfiniteDuration());
    if (woken.signal != 0) return static_cast<ExitCode>(128 + woken.signal);
    if (!woken.status.ok()) {
      screen.reset();
      return session.Fail(ExitCode::kFailed, woken.status.message());
    }
    (void)screen->Resize();
    changed = woken.changed || again;
  }
}

ExitCode Main(const Arguments& arguments) {
  if (!arguments.operands.empty() && !FLAGS_file.empty()) {
    return WrongUsage(StatusCommand(), "it takes a name, or -f FILE");
  }
  if (FLAGS_stats && arguments.operands.empty() && FLAGS_file.empty()) {
    return WrongUsage(StatusCommand(), "--stats needs the NAME of a pipeline: it shows what its containers use");
  }
  const Environment environment = ProcessEnvironment();
  auto opened = Session::Open(kName, environment);
  if (const ExitCode* over = std::get_if<ExitCode>(&opened)) return *over;
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  std::string name = arguments.operands.empty() ? "" : arguments.operands[0];
  if (!FLAGS_file.empty()) {
    const auto key = KeyOfFile(session, arguments, environment);
    if (const ExitCode* over = std::get_if<ExitCode>(&key)) return *over;
    name = std::get<PipelineKey>(key).name;
    FLAGS_namespace = std::get<PipelineKey>(key).pipeline_namespace;
  }
  const PipelineKey key = KeyOf(name);
  const absl::Status usable = name.empty() ? CheckNamespace(key.pipeline_namespace) : CheckKey(key);
  if (!usable.ok()) return session.Fail(ExitCode::kUsage, usable.message());
  if (session.client() == nullptr) return ExitCode::kFailed;
  Caller caller(session);
  if (const std::optional<ExitCode> over = Connect(session, caller)) return *over;
  if (FLAGS_watch) return Watch(session, caller, environment, name);
  const ShownOr looked = Look(session, caller, name);
  if (const std::optional<ExitCode> over = Over(session, looked)) return *over;
  const Shown& shown = std::get<Shown>(looked);
  if (!shown.nothing.empty()) return session.Fail(shown.code, shown.nothing);
  return Print(kName, shown.code, shown.text);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::StatusCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
