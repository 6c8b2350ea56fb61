// flow-logs: what a pipeline's components write, in the order in which they wrote it.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
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
#include "cmd/input/key_of_file.h"
#include "cmd/output/log_output.h"
#include "cmd/state/store.h"
#include "flow/docker/log_follow.h"
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

// Which lines are asked for. The pipeline is empty where a file names it.
absl::StatusOr<docker::LogInput> WhatToShow(const Arguments& arguments) {
  const Options& options = arguments.options;
  docker::LogInput input;
  input.namespace_ = NamespaceOrDefault(options.namespace_);
  std::vector<std::string> operands = arguments.operands;
  if (options.file.empty()) {
    if (operands.empty()) return WrongUsage(LogsCommand(), "it needs NAME, or -f FILE");
    input.pipeline = operands[0];
    operands.erase(operands.begin());
  }
  input.components.insert(operands.begin(), operands.end());
  input.follow = options.follow;
  if (int lines = 0; absl::SimpleAtoi(options.tail, &lines) && lines >= 0) {
    input.tail = lines;
  } else if (options.tail != "all") {
    return WrongUsage(LogsCommand(),
                      absl::StrCat("--tail takes a number of lines or \"all\", not \"", options.tail, "\""));
  }
  for (const auto& [name, text, time] :
       {std::tuple("--since", options.since, &input.since), std::tuple("--until", options.until, &input.until)}) {
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
  return input;
}

// Shows the lines until there are no more, nobody reads them, or a signal comes.
absl::Status Show(Session& session, docker::LogInput input, LogOutput& output) {
  LogDriver driver(session.client(), std::move(input),
                   {.print = [&](const deploy::ComponentLine& line) { output.Add(line); },
                    .printed = [&] { output.Write(); },
                    .warn = [&](const std::string& text) { session.Warn(text); },
                    .request = [&](const http::Request& request) { session.Trace(request); }});
  driver.Begin();
  while (!driver.done() && output.status().ok()) {
    const absl::Duration at_most = std::max(absl::ZeroDuration(), driver.due() - absl::Now());
    absl::Status polled = session.client().Poll(at_most, {session.signals().fd()});
    if (!polled.ok()) return polled;
    if (const std::optional<int> signal = session.signals().Next()) return EndedBy(*signal);
    driver.Tick();
  }
  if (!output.status().ok()) return Unwritten(output.status(), ExitCode::kDone);
  return driver.complete() ? absl::OkStatus() : ExitWith(ExitCode::kFailed);  // which was warned of
}

absl::Status ShowLogs(const Arguments& arguments) {
  const Options& options = arguments.options;
  absl::StatusOr<docker::LogInput> input = WhatToShow(arguments);
  if (!input.ok()) return input.status();
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-logs", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  if (!options.file.empty()) {
    const absl::StatusOr<NamedPipeline> named = KeyOfFile(options, environment);
    if (!named.ok()) return named.status();
    input->namespace_ = named->key.namespace_;
    input->pipeline = named->key.name;
  }
  absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();
  input->version = caller->version();
  const PipelineKey key{input->namespace_, input->pipeline};
  if (absl::Status usable = CheckKey(key); !usable.ok()) return usable;
  const absl::StatusOr<std::map<std::string, int>> components =
      ComponentsOf(**session, *caller, key, input->components);
  if (!components.ok()) return components.status();

  LogOutput output(
      project::ProjectName(key.namespace_, key.name), *components,
      {.json = options.output == "json",
       .text = {.timestamps = options.timestamps, .colour = InspectTerminal(STDOUT_FILENO, environment).colour}});
  return Show(**session, *std::move(input), output);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::LogsCommand(), argc, argv, flow::ShowLogs); }
