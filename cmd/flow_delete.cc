// flow-delete: takes pipelines away, with all there is of them.
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/control/choice.h"
#include "cmd/control/leave.h"
#include "cmd/docker/drive.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/pipelines.h"
#include "cmd/docker/session.h"
#include "cmd/input/key_of_file.h"
#include "cmd/output/progress.h"
#include "cmd/state/lock.h"
#include "cmd/state/store.h"
#include "flow/docker/delete.h"

namespace flow {
namespace {

// What each deletion works with.
struct Run {
  const Options& options;
  const Environment& environment;
  Session& session;
  OwnStates& states;
};

// The pipelines that the command line asks for, in its order.
absl::StatusOr<std::vector<PipelineKey>> WhatToDelete(const Run& run, const std::vector<std::string>& names) {
  const std::string namespace_ = NamespaceOrDefault(run.options.namespace_);
  std::vector<PipelineKey> keys;
  for (const std::string& name : names) keys.push_back({namespace_, name});
  if (!run.options.file.empty()) {
    const absl::StatusOr<NamedPipeline> named = KeyOfFile(run.options, run.environment);
    if (!named.ok()) return named.status();
    keys.push_back(named->key);
  }
  if (run.options.all) {
    const auto all = PipelinesOf(run.session, run.states, namespace_, /*volumes=*/!run.options.keep_volumes);
    if (!all.ok()) return all.status();
    for (const PipelineKey& key : *all) {
      run.session.Note(absl::StrCat("will delete ", key.name));
      keys.push_back(key);
    }
  }
  return keys;
}

absl::Status DeleteOne(const Run& run, const PipelineKey& key) {
  Session& session = run.session;
  const absl::StatusOr<Lock> lock = Lock::Acquire(session.store(), key);
  if (absl::IsResourceExhausted(lock.status())) {
    session.Warn(absl::StrCat(lock.status().message(), "; deleting all the same"));
  } else if (!lock.ok()) {
    return lock.status();
  }
  if (absl::Status made = session.MakeClient(); !made.ok()) return made;
  OwnState state = run.states.Read(key);
  const absl::StatusOr<ControlPlaneChoice> told =
      ChooseControlPlane(run.options.control_plane, state.deployment, run.environment);
  if (!told.ok()) return told.status();

  docker::Delete machine({.namespace_ = key.namespace_,
                          .pipeline = key.name,
                          .previous = std::move(state.deployment),
                          .has_state = state.known,
                          .keep_volumes = run.options.keep_volumes,
                          .ignore_not_found = run.options.ignore_not_found,
                          .timeout = run.options.timeout});
  Progress progress(Progress::ModeOf(run.options.progress, run.options.verbose, run.environment), run.environment,
                    absl::StrCat("delete ", key.name), absl::Now());
  absl::Status forgotten;
  // A state that speaks of another engine stays as it is.
  const auto save = [&](const deploy::Deployment& deployment) {
    return state.elsewhere ? absl::OkStatus() : session.store().WriteDeployment(key, deployment);
  };
  const auto forget = [&] {
    if (!state.elsewhere) forgotten = session.store().Remove(key);
  };
  const absl::StatusOr<deploy::Finish> finish = Drive(session, progress, {.save = save, .forget = forget}, machine);
  if (!finish.ok()) return finish.status();
  if (told->before.has_value()) Leave(session, run.environment, key, *told->before);
  Leave(session, run.environment, key, told->registered);
  if (!forgotten.ok()) return forgotten;
  if (finish->unchanged) return absl::OkStatus();  // it was not there, and that is no error
  return Print(absl::StrCat("Pipeline deleted: ", key.name, "\n"));
}

// Each is tried. The first failure is how the command ends, but a signal ends it at once.
absl::Status DeleteEach(const Run& run, const std::vector<PipelineKey>& keys) {
  absl::Status first;
  for (const PipelineKey& key : keys) {
    const absl::Status end = DeleteOne(run, key);
    if (IsEndedBySignal(end)) return end;
    run.session.Tell(end);
    if (first.ok() && !end.ok()) first = ExitWith(ExitCodeOf(end));
  }
  return first;
}

absl::Status DeletePipelines(const Arguments& arguments) {
  const Options& options = arguments.options;
  if ((!arguments.operands.empty()) + (!options.file.empty()) + options.all != 1) {
    return WrongUsage(DeleteCommand(), "it takes names, or -f FILE, or --all");
  }
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-delete", Session::State::kWritten, options, environment);
  if (!session.ok()) return session.status();
  OwnStates states(**session);
  const Run run{options, environment, **session, states};
  const absl::StatusOr<std::vector<PipelineKey>> keys = WhatToDelete(run, arguments.operands);
  return keys.ok() ? DeleteEach(run, *keys) : keys.status();
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::DeleteCommand(), argc, argv, flow::DeletePipelines); }
