// flow-logs: what a pipeline's components write, in the order in which they wrote it.
#include <unistd.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/cli/terminal.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/key_of_file.h"
#include "cmd/docker/log_driver.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/output/print.h"
#include "flow/deploy/log_text.h"
#include "flow/pipeline/nearest.h"
#include "flow/project/names.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-logs";

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

// What the flags ask for; the exit code where one of them cannot be.
std::variant<docker::LogInput, ExitCode> InputOfFlags(const Arguments& arguments) {
  docker::LogInput input;
  input.namespace_ = FLAGS_namespace.empty() ? "default" : FLAGS_namespace;
  std::vector<std::string> operands = arguments.operands;
  if (FLAGS_file.empty()) {
    if (operands.empty()) return WrongUsage(LogsCommand(), "it needs NAME, or -f FILE");
    input.pipeline = operands[0];
    operands.erase(operands.begin());
  }
  input.components.insert(operands.begin(), operands.end());
  input.follow = FLAGS_follow;
  input.tail = FLAGS_tail;
  int64_t lines = 0;
  if (FLAGS_tail != "all" && (!absl::SimpleAtoi(FLAGS_tail, &lines) || lines < 0)) {
    return WrongUsage(LogsCommand(),
                      absl::StrCat("--tail takes a number of lines or \"all\", not \"", FLAGS_tail, "\""));
  }
  for (const auto& [name, text, time] :
       {std::tuple("--since", FLAGS_since, &input.since), std::tuple("--until", FLAGS_until, &input.until)}) {
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

// The components that there are, by the state and by the engine, with their replicas; where none of them is asked for,
// the exit code, told.
std::variant<std::map<std::string, int>, ExitCode> Components(Session& session, Caller& caller,
                                                              const docker::LogInput& input) {
  const PipelineKey key{input.namespace_, input.pipeline};
  if (const absl::Status status = CheckKey(key); !status.ok()) {
    return session.Fail(ExitCode::kUsage, status.message());
  }
  const auto reply = caller.One(docker::ListPipelineContainers(key.pipeline_namespace, key.name));
  if (caller.signal() != 0) return static_cast<ExitCode>(128 + caller.signal());
  if (!reply.ok()) return session.Fail(CodeOfRefusal(reply.status()), reply.status().message());
  std::map<std::string, int> components;
  for (const docker::Container& container : docker::ReadContainers(std::get<docker::engine::ContainerList>(*reply))) {
    if (container.component.empty()) continue;
    components[container.component] = std::max(components[container.component], container.number);
  }
  const OwnState state = OwnStates(session).Read(key);
  if (!state.known && components.empty()) {
    return session.Fail(ExitCode::kNoSuchPipeline, absl::StrCat("there is no pipeline \"", key.name,
                                                                "\" in namespace \"", key.pipeline_namespace, "\""));
  }
  if (state.deployment.has_value()) {
    for (const project::Service& service : state.deployment->project().services()) {
      components[service.name()] = std::max(components[service.name()], static_cast<int>(service.replicas()));
    }
  }
  for (const std::string& wanted : input.components) {
    if (components.contains(wanted)) continue;
    std::vector<std::string> names;
    for (const auto& [name, replicas] : components) names.push_back(name);
    const std::string near(pipeline::Nearest(wanted, names));
    return session.Fail(ExitCode::kUsage,
                        absl::StrCat("pipeline \"", key.name, "\" has no component \"", wanted, "\"",
                                     near.empty() ? absl::StrCat("; it has ", absl::StrJoin(names, ", "))
                                                  : absl::StrCat("; did you mean \"", near, "\"?")));
  }
  return components;
}

// Writes lines on standard output as they come, those that came at once at once.
class Output {
 public:
  Output(const docker::LogInput& input, const std::map<std::string, int>& components, const Environment& environment)
      : project_(project::ProjectName(input.namespace_, input.pipeline)),
        text_({.timestamps = FLAGS_timestamps, .colour = InspectTerminal(STDOUT_FILENO, environment).colour}) {
    for (const auto& [component, replicas] : components) {
      if (input.components.empty() || input.components.contains(component)) text_.Expect(component, replicas);
    }
  }

  std::string LogJson(const deploy::ComponentLine& line) const {
    return deploy::LogJson(line, project::ContainerName(project_, line.component, line.number));
  }

  void Add(const deploy::ComponentLine& line) {
    waiting_ += FLAGS_output == "json" ? LogJson(line) : text_.Line(line);
    if (waiting_.size() > kMostWaiting) Write();
  }

  void Write() {
    if (status_.ok()) status_ = WriteOutput(waiting_);
    waiting_.clear();
  }

  // What kept a line from being written; from then on none is.
  const absl::Status& status() const { return status_; }

 private:
  static constexpr size_t kMostWaiting = 64 * 1024;

  const std::string project_;
  deploy::LogText text_;
  std::string waiting_;
  absl::Status status_;
};

ExitCode Show(Session& session, docker::LogInput input, Output& output) {
  Client& client = *session.client();
  LogDriver driver(client, std::move(input),
                   {.print = [&](const deploy::ComponentLine& line) { output.Add(line); },
                    .printed = [&] { output.Write(); },
                    .warn = [&](const std::string& text) { session.Warn(text); },
                    .request = [&](const http::Request& request) { session.Trace(request); }});
  driver.Begin();
  while (!driver.done() && output.status().ok()) {
    const absl::Duration at_most = std::max(absl::ZeroDuration(), driver.due() - absl::Now());
    if (const absl::Status status = client.Poll(at_most, {session.signals().fd()}); !status.ok()) {
      return session.Fail(ExitCode::kFailed, status.message());
    }
    if (const std::optional<int> signal = session.signals().Next()) return static_cast<ExitCode>(128 + *signal);
    driver.Tick();
  }
  if (output.status().ok()) return driver.complete() ? ExitCode::kDone : ExitCode::kFailed;
  return Unwritten(kName, output.status(), ExitCode::kDone);
}

ExitCode Main(const Arguments& arguments) {
  auto asked = InputOfFlags(arguments);
  if (const ExitCode* over = std::get_if<ExitCode>(&asked)) return *over;
  docker::LogInput& input = std::get<docker::LogInput>(asked);
  const Environment environment = ProcessEnvironment();
  auto opened = Session::Open(kName, environment);
  if (const ExitCode* over = std::get_if<ExitCode>(&opened)) return *over;
  Session& session = *std::get<std::unique_ptr<Session>>(opened);
  if (!FLAGS_file.empty()) {
    const auto key = KeyOfFile(session, arguments, environment);
    if (const ExitCode* over = std::get_if<ExitCode>(&key)) return *over;
    input.namespace_ = std::get<PipelineKey>(key).pipeline_namespace;
    input.pipeline = std::get<PipelineKey>(key).name;
  }
  if (session.client() == nullptr) return ExitCode::kFailed;
  Caller caller(session);
  if (const std::optional<ExitCode> over = Connect(session, caller)) return *over;
  const auto components = Components(session, caller, input);
  if (const ExitCode* over = std::get_if<ExitCode>(&components)) return *over;
  input.version = caller.version();
  Output output(input, std::get<0>(components), environment);
  return Show(session, std::move(input), output);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::LogsCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
