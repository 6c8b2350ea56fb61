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
#include "cmd/docker/look.h"
#include "cmd/docker/session.h"
#include "cmd/docker/watch_status.h"
#include "cmd/input/key_of_file.h"
#include "cmd/output/show.h"
#include "cmd/state/store.h"

namespace flow {
namespace {

// What is to be looked at, by the command line, or by the file that it names.
absl::StatusOr<LookOptions> WhatToLookAt(const Arguments& arguments, const Environment& environment) {
  const Options& options = arguments.options;
  LookOptions look{.namespace_ = options.namespace_,
                   .pipeline = arguments.operands.empty() ? "" : arguments.operands[0],
                   .output = options.output,
                   .stats = options.stats};
  if (!options.file.empty()) {
    const absl::StatusOr<PipelineKey> key = KeyOfFile(options, environment);
    if (!key.ok()) return key.status();
    look.namespace_ = key->namespace_;
    look.pipeline = key->name;
  }
  const PipelineKey key = KeyOf(look);
  absl::Status usable = key.name.empty() ? CheckNamespace(key.namespace_) : CheckKey(key);
  if (!usable.ok()) return usable;
  return look;
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
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-status", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  const absl::StatusOr<LookOptions> what = WhatToLookAt(arguments, environment);
  if (!what.ok()) return what.status();
  absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();
  if (options.watch) return WatchStatus(**session, *caller, environment, *what);

  const absl::StatusOr<Look> look = LookAt(**session, *caller, *what);
  if (!look.ok()) return look.status();
  if (absl::Status end = Print(look->text); !end.ok()) return end;
  return options.check && !look->well ? ExitWith(ExitCode::kFailed) : absl::OkStatus();
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::StatusCommand(), argc, argv, flow::ShowStatus); }
