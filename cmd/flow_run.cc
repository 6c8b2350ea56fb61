// flow-run: a pipeline for as long as one looks on: it is deployed, its events are moved, what its components write is
// shown, and in the end it is taken away. Each of these is done by the command that does it elsewhere, too.
#include <signal.h>
#include <unistd.h>

#include <list>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/process.h"
#include "cmd/base/sibling.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/run.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/pipelines.h"
#include "cmd/docker/session.h"
#include "cmd/input/key_of_file.h"
#include "cmd/state/store.h"
#include "cmd/stream/wiring.h"
#include "flow/pipeline/driver.h"

namespace flow {
namespace {

// What the other commands have for their last words, once the pipeline is gone.
constexpr absl::Duration kLastWords = absl::Seconds(2);

// Whether an apply that ended so may have left something of its own. (What another one holds is not to be taken away.)
bool MayHaveDeployed(ExitCode code) { return code == ExitCode::kDone || code == ExitCode::kFailed || IsOfSignal(code); }

class Run {
 public:
  Run(Session& session, const Arguments& arguments, PipelineKey key)
      : session_(session), arguments_(arguments), key_(std::move(key)) {}

  // The end of the command (exit_status.h).
  absl::Status Execute();

 private:
  // Beside which the pipeline runs, until its end or a signal.
  absl::StatusOr<int> Follow();
  // Once nothing of it runs any more: shows how it ended, and is 1 where a component has failed.
  absl::StatusOr<int> Judge();
  absl::Status Remove();

  // Starts a command with the flags of this one that it takes. It is in a process group of its own: a terminal's Ctrl-C
  // is for this one, which hands it on.
  absl::StatusOr<Process> Start(const Command& command, std::vector<std::string> words, int out = STDERR_FILENO) const;
  // Its exit code. Signals are handed on to it.
  absl::StatusOr<int> Await(Process& process);
  absl::Status Poll(absl::Duration at_most, std::vector<int> descriptors);

  std::vector<std::string> Named(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {key_.name, absl::StrCat("--namespace=", key_.namespace_)});
    return more;
  }

  Session& session_;
  const Arguments& arguments_;
  const PipelineKey key_;
  bool is_new_ = false;
  std::list<Process> beside_;  // what shows and tells
  int signal_ = 0;             // that came; 0: none
};

absl::StatusOr<Process> Run::Start(const Command& command, std::vector<std::string> words, int out) const {
  for (std::string& flag : FlagsFor(command, arguments_)) words.push_back(std::move(flag));
  return Process::Start({.path = Sibling(command.name),
                         .arguments = std::move(words),
                         .environment = ProcessEnvironment(),
                         .out = out,
                         .err = STDERR_FILENO,
                         .own_group = true,
                         .ends_with_this = true});
}

absl::Status Run::Poll(absl::Duration at_most, std::vector<int> descriptors) {
  descriptors.push_back(session_.signals().fd());
  return session_.client().Poll(at_most, descriptors);
}

absl::StatusOr<int> Run::Await(Process& process) {
  while (!process.Ended().has_value()) {
    if (absl::Status polled = Poll(absl::InfiniteDuration(), {process.fd()}); !polled.ok()) return polled;
    if (const std::optional<int> signal = session_.signals().Next()) process.Signal(signal_ = *signal);
  }
  return process.Ended()->exit_code;
}

absl::Status Run::Execute() {
  OwnStates states(session_);
  const absl::StatusOr<std::set<PipelineKey>> there = PipelinesOf(session_, states, key_.namespace_, /*volumes=*/true);
  if (!there.ok()) return there.status();
  is_new_ = !there->contains(key_);

  absl::StatusOr<Process> apply = Start(ApplyCommand(), {arguments_.operands[0]});
  if (!apply.ok()) return apply.status();
  absl::StatusOr<int> code = Await(*apply);
  if (!code.ok()) return code.status();
  if (!MayHaveDeployed(static_cast<ExitCode>(*code))) return ExitWith(static_cast<ExitCode>(*code));
  if (*code == 0 && signal_ == 0) code = Follow();
  const absl::Status removed = Remove();
  if (signal_ != 0) return EndedBy(signal_);
  if (!code.ok()) return code.status();
  return *code == 0 ? removed : ExitWith(static_cast<ExitCode>(*code));  // which told why
}

absl::StatusOr<int> Run::Follow() {
  const std::optional<deploy::Deployment> state = OwnStates(session_).Read(key_).deployment;
  // Of one that ran before only what it writes from now on.
  absl::StatusOr<Process> logs =
      Start(LogsCommand(), Named({"--follow", is_new_ ? "--tail=all" : "--tail=0"}), STDOUT_FILENO);
  if (!logs.ok()) return logs.status();
  beside_.push_back(*std::move(logs));
  if (state.has_value() && !state->control_plane().address().empty()) {
    absl::StatusOr<Process> heartbeat = Start(HeartbeatCommand(), Named());
    if (!heartbeat.ok()) return heartbeat.status();
    beside_.push_back(*std::move(heartbeat));
  }
  if (!WiringOf(key_, state).ok()) {  // there is nothing to move
    const absl::StatusOr<int> code = Await(beside_.front());
    return code.ok() && *code == 0 && signal_ == 0 ? Judge() : code;
  }
  absl::StatusOr<Process> stream = Start(StreamCommand(), Named());
  return stream.ok() ? Await(*stream) : stream.status();
}

absl::StatusOr<int> Run::Judge() {
  absl::StatusOr<Process> status = Start(StatusCommand(), Named({"--check"}));
  if (!status.ok()) return status.status();
  const absl::StatusOr<int> code = Await(*status);
  // Someone else may have taken it away.
  return code.ok() && *code == static_cast<int>(ExitCode::kNoSuchPipeline) ? 0 : code;
}

absl::Status Run::Remove() {
  absl::Status end;
  if (is_new_ && !arguments_.options.keep) {
    std::vector<std::string> words = Named({"--ignore_not_found", "--timeout=2m"});
    absl::StatusOr<Process> deletion = Start(DeleteCommand(), std::move(words));
    if (!deletion.ok()) return deletion.status();
    const absl::StatusOr<int> code = Await(*deletion);
    end = !code.ok() ? code.status() : *code == 0 ? absl::OkStatus() : ExitWith(static_cast<ExitCode>(*code));
  } else {
    for (const Process& process : beside_) process.Signal(SIGTERM);
    if (!is_new_) {
      session_.Note(absl::StrCat("pipeline \"", key_.name, "\" was there before, and stays; `flow-delete ", key_.name,
                                 "` removes it"));
    }
  }
  // They end by themselves now. What does not is killed with this.
  for (const absl::Time until = absl::Now() + kLastWords; !beside_.empty() && absl::Now() < until;) {
    if (!Poll(until - absl::Now(), {beside_.front().fd()}).ok()) break;
    if (session_.signals().Next().has_value()) break;
    if (beside_.front().Ended().has_value()) beside_.pop_front();
  }
  return end;
}

absl::Status RunFile(const Arguments& arguments) {
  Options options = arguments.options;
  options.file = arguments.operands[0];
  if (options.file == "-") {
    return WrongUsage(RunPipelineCommand(), "it reads its file more than once, which standard input (-) cannot be");
  }
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<NamedPipeline> named = KeyOfFile(options, environment);
  if (!named.ok()) return named.status();
  if (pipeline::IsClusterDriver(named->driver)) {
    return WrongUsage(RunPipelineCommand(), "it runs pipelines on an engine; flow-apply deploys them to a cluster");
  }
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-run", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  return Run(**session, arguments, named->key).Execute();
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::RunPipelineCommand(), argc, argv, flow::RunFile); }
