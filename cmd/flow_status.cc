// flow-status: how pipelines are.
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/change_watch.h"
#include "cmd/docker/look.h"
#include "cmd/docker/session.h"
#include "cmd/input/choose_driver.h"
#include "cmd/input/key_of_file.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/change_watch.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/session.h"
#include "cmd/output/show.h"
#include "cmd/state/store.h"
#include "cmd/target/look.h"
#include "cmd/target/watch_status.h"

namespace flow {
namespace {

// What is to be looked at, and where that is.
struct Question {
  LookOptions look;
  RunsOn where = RunsOn::kEngine;
};

// By the command line, or by the file that it names.
absl::StatusOr<Question> WhatIsAsked(const Arguments& arguments, const Environment& environment) {
  const Options& options = arguments.options;
  Question question{.look = {.namespace_ = options.namespace_,
                             .pipeline = arguments.operands.empty() ? "" : arguments.operands[0],
                             .output = options.output,
                             .stats = options.stats}};
  std::string of_file;
  if (!options.file.empty()) {
    const absl::StatusOr<NamedPipeline> named = KeyOfFile(options, environment);
    if (!named.ok()) return named.status();
    question.look.namespace_ = named->key.namespace_;
    question.look.pipeline = named->key.name;
    of_file = named->driver;
  }
  const PipelineKey key = KeyOf(question.look);
  absl::Status usable = key.name.empty() ? CheckNamespace(key.namespace_) : CheckKey(key);
  if (!usable.ok()) return usable;
  const absl::StatusOr<RunsOn> where = ChooseDriver(options, environment, of_file, key);
  if (!where.ok()) return where.status();
  question.where = *where;
  return question;
}

absl::Status ShowOnce(const absl::StatusOr<Look>& look, bool check) {
  if (!look.ok()) return look.status();
  if (absl::Status end = Print(look->text); !end.ok()) return end;
  return check && !look->well ? ExitWith(ExitCode::kFailed) : absl::OkStatus();
}

absl::Status ShowOfEngine(const Options& options, const Environment& environment, const LookOptions& what) {
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-status", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();
  if (!options.watch) return ShowOnce(LookAt(**session, *caller, what), options.check);
  ChangeWatch changes(**session, LabelsOf(what), caller->version());
  return WatchStatus((*session)->store(), environment, what, changes,
                     [&] { return LookAt(**session, *caller, what, changes.TakeEnded()); });
}

absl::Status ShowOfCluster(const Options& options, const Environment& environment, const LookOptions& what) {
  const absl::StatusOr<std::unique_ptr<ClusterSession>> session =
      ClusterSession::Open("flow-status", ClusterSession::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  absl::StatusOr<ClusterCaller> caller = ClusterCaller::Connect(**session);
  if (!caller.ok()) return caller.status();
  const absl::StatusOr<std::string> where = WhereToLook(*caller, what, options.kube_namespace);
  if (!where.ok()) return where.status();
  const auto look = [&] { return LookAt(**session, *caller, what, *where); };
  if (!options.watch) return ShowOnce(look(), options.check);
  ClusterChanges changes(**session, *caller, *where, LabelsOf(what));
  return WatchStatus((*session)->store(), environment, what, changes, look);
}

absl::Status ShowStatus(const Arguments& arguments) {
  const Options& options = arguments.options;
  if (!arguments.operands.empty() && !options.file.empty()) {
    return WrongUsage(StatusCommand(), "it takes a name, or -f FILE");
  }
  if (options.stats && arguments.operands.empty() && options.file.empty()) {
    return WrongUsage(StatusCommand(), "--stats needs the NAME of a pipeline: it shows what its containers use");
  }
  if (IsPicture(options.output) && arguments.operands.empty() && options.file.empty()) {
    return WrongUsage(StatusCommand(),
                      absl::StrCat("-o ", options.output, " needs the NAME of a pipeline: it draws one"));
  }
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<Question> question = WhatIsAsked(arguments, environment);
  if (!question.ok()) return question.status();
  return question->where == RunsOn::kCluster ? ShowOfCluster(options, environment, question->look)
                                             : ShowOfEngine(options, environment, question->look);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::StatusCommand(), argc, argv, flow::ShowStatus); }
