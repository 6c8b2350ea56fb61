// flow-logs: what a pipeline's components write, in the order in which they wrote it.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/cli/terminal.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/components.h"
#include "cmd/docker/log_driver.h"
#include "cmd/docker/session.h"
#include "cmd/input/choose_driver.h"
#include "cmd/input/key_of_file.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/components.h"
#include "cmd/kubernetes/log_driver.h"
#include "cmd/kubernetes/look.h"
#include "cmd/kubernetes/session.h"
#include "cmd/output/log_output.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "cmd/target/log_hooks.h"
#include "cmd/target/look.h"
#include "flow/pipeline/names.h"
#include "flow/project/names.h"

namespace flow {
namespace {

// "10m" (so long ago), or a time as RFC 3339 writes it, of which what stands behind the day may be left out.
std::optional<absl::Time> ParseMoment(const std::string& text) {
  absl::Duration ago;
  if (absl::ParseDuration(text, &ago)) return absl::Now() - ago;
  absl::Time time;
  for (const char* format : {absl::RFC3339_full, "%Y-%m-%d%ET%H:%M:%S", "%Y-%m-%d"}) {
    if (absl::ParseTime(format, text, absl::LocalTimeZone(), &time, nullptr)) return time;
  }
  return std::nullopt;
}

// What is asked for, and where that is.
struct Question {
  LookOptions what;  // the pipeline
  RunsOn where = RunsOn::kEngine;
  std::set<std::string> components;  // empty: all
  std::optional<int> tail;
  absl::Time since = absl::InfinitePast();
  absl::Time until = absl::InfiniteFuture();
};

// Which lines.
absl::Status ReadBounds(const Options& options, Question& question) {
  if (int lines = 0; absl::SimpleAtoi(options.tail, &lines) && lines >= 0) {
    question.tail = lines;
  } else if (options.tail != "all") {
    return WrongUsage(LogsCommand(),
                      absl::StrCat("--tail takes a number of lines or \"all\", not \"", options.tail, "\""));
  }
  for (const auto& [name, text, time] :
       {std::tuple("--since", options.since, &question.since), std::tuple("--until", options.until, &question.until)}) {
    if (text.empty()) continue;
    const std::optional<absl::Time> moment = ParseMoment(text);
    if (!moment.has_value()) {
      return WrongUsage(LogsCommand(), absl::StrCat(name,
                                                    " takes a time such as 2026-01-31T12:00:00Z, or how long ago "
                                                    "it is, such as 10m, not \"",
                                                    text, "\""));
    }
    *time = *moment;
  }
  return absl::OkStatus();
}

absl::StatusOr<Question> WhatIsAsked(const Arguments& arguments, const Environment& environment) {
  const Options& options = arguments.options;
  Question question{.what = {.namespace_ = NamespaceOrDefault(options.namespace_)}};
  std::vector<std::string> operands = arguments.operands;
  if (options.file.empty()) {
    if (operands.empty()) return WrongUsage(LogsCommand(), "it needs NAME, or -f FILE");
    question.what.pipeline = operands[0];
    operands.erase(operands.begin());
  }
  question.components.insert(operands.begin(), operands.end());
  if (absl::Status wrong = ReadBounds(options, question); !wrong.ok()) return wrong;
  std::string of_file;
  if (!options.file.empty()) {
    const absl::StatusOr<NamedPipeline> named = KeyOfFile(options, environment);
    if (absl::IsNotFound(named.status()) && pipeline::IsPipelineName(options.file)) {
      // As `tail -f` has it.
      return absl::NotFoundError(absl::StrCat(named.status().message(), "; -f takes a file, and `flow-logs ",
                                              options.file, " --follow` follows a pipeline"));
    }
    if (!named.ok()) return named.status();
    question.what.namespace_ = named->key.namespace_;
    question.what.pipeline = named->key.name;
    of_file = named->driver;
  }
  const PipelineKey key = KeyOf(question.what);
  if (absl::Status usable = CheckKey(key); !usable.ok()) return usable;
  const absl::StatusOr<RunsOn> where = ChooseDriver(options, environment, of_file, key);
  if (!where.ok()) return where.status();
  question.where = *where;
  return question;
}

// Shows the lines that a driver brings until there are no more, nobody reads them, or a signal comes.
template <typename Driver, typename Client>
absl::Status Show(CommandSession& session, Client& client, Driver& driver, const LogOutput& output) {
  driver.Begin();
  while (!driver.done() && output.status().ok()) {
    const absl::Duration at_most = std::max(absl::ZeroDuration(), driver.due() - absl::Now());
    absl::Status polled = client.Poll(at_most, {session.signals().fd()});
    if (!polled.ok()) return polled;
    if (const std::optional<int> signal = session.signals().Next()) return EndedBy(*signal);
    driver.Tick();
  }
  if (!output.status().ok()) return Unwritten(output.status(), ExitCode::kDone);
  return driver.complete() ? absl::OkStatus() : ExitWith(ExitCode::kFailed);  // which was warned of
}

LogOutput MakeOutput(const Options& options, const Environment& environment, const PipelineKey& key,
                     const std::map<std::string, int>& components) {
  return LogOutput(
      project::ProjectName(key.namespace_, key.name), components,
      {.json = options.output == "json",
       .text = {.timestamps = options.timestamps, .colour = InspectTerminal(STDOUT_FILENO, environment).colour}});
}

LogHooks Into(LogOutput& output, const CommandSession& session) {
  return {.print = [&](const deploy::ComponentLine& line) { output.Add(line); },
          .printed = [&] { output.Write(); },
          .warn = [&](const std::string& text) { session.Warn(text); },
          .request = [&](const http::Request& request) { session.Trace(request); }};
}

absl::Status ShowOfEngine(const Options& options, const Environment& environment, Question question) {
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-logs", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();
  const PipelineKey key = KeyOf(question.what);
  const absl::StatusOr<std::map<std::string, int>> components =
      ComponentsOf(**session, *caller, key, question.components);
  if (!components.ok()) return components.status();
  LogOutput output = MakeOutput(options, environment, key, *components);
  LogDriver driver((*session)->client(),
                   {.namespace_ = key.namespace_,
                    .pipeline = key.name,
                    .components = std::move(question.components),
                    .follow = options.follow,
                    .tail = question.tail,
                    .since = question.since,
                    .until = question.until,
                    .version = caller->version()},
                   Into(output, **session));
  return Show(**session, (*session)->client(), driver, output);
}

absl::Status ShowOfCluster(const Options& options, const Environment& environment, Question question) {
  const absl::StatusOr<std::unique_ptr<ClusterSession>> session =
      ClusterSession::Open("flow-logs", ClusterSession::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  absl::StatusOr<ClusterCaller> caller = ClusterCaller::Connect(**session);
  if (!caller.ok()) return caller.status();
  const absl::StatusOr<std::string> where = WhereToLook(*caller, question.what, options.kube_namespace);
  if (!where.ok()) return where.status();
  const absl::StatusOr<std::map<std::string, int>> components =
      ComponentsOf(**session, *caller, question.what, *where, question.components);
  if (!components.ok()) return components.status();
  LogOutput output = MakeOutput(options, environment, KeyOf(question.what), *components);
  ClusterLogDriver driver((*session)->client(),
                          {.kube_namespace = *where,
                           .labels = LabelsOf(question.what),
                           .components = std::move(question.components),
                           .follow = options.follow,
                           .tail = question.tail,
                           .since = question.since,
                           .until = question.until},
                          Into(output, **session));
  return Show(**session, (*session)->client(), driver, output);
}

absl::Status ShowLogs(const Arguments& arguments) {
  const Environment environment = ProcessEnvironment();
  absl::StatusOr<Question> question = WhatIsAsked(arguments, environment);
  if (!question.ok()) return question.status();
  return question->where == RunsOn::kCluster ? ShowOfCluster(arguments.options, environment, *std::move(question))
                                             : ShowOfEngine(arguments.options, environment, *std::move(question));
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::LogsCommand(), argc, argv, flow::ShowLogs); }
