// flow-stream: moves the events of pipelines whose components are built with flowctl's SDK.
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "cmd/stream/stream_watch.h"
#include "flow/stream/figures.h"
#include "flow/text/message.h"

namespace flow {
namespace {

std::string TableOf(const stream::StreamReport& report) {
  std::string text;
  for (const stream::PipelineFigures& pipeline : report.pipelines()) {
    if (report.pipelines_size() > 1) absl::StrAppend(&text, text.empty() ? "" : "\n", pipeline.name(), "\n");
    absl::StrAppend(&text, stream::FiguresTable(pipeline));
  }
  return text;
}

absl::Status MoveEvents(const Arguments& arguments) {
  const Options& options = arguments.options;
  int64_t window = 0;
  if (!absl::SimpleAtoi(options.window, &window) || window < 1) {
    return WrongUsage(StreamCommand(), absl::StrCat("--window takes a number from 1 on, not \"", options.window, "\""));
  }
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-stream", Session::State::kRead, options, ProcessEnvironment());
  if (!session.ok()) return session.status();
  const std::string namespace_ = NamespaceOrDefault(options.namespace_);
  std::vector<PipelineKey> keys;
  for (const std::string& name : arguments.operands) {
    keys.push_back({namespace_, name});
    if (absl::Status usable = CheckKey(keys.back()); !usable.ok()) return usable;
  }
  absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();

  const auto progress = [&](const stream::StreamReport& report) {
    if (options.progress == "none") return;
    for (const stream::PipelineFigures& pipeline : report.pipelines()) {
      (*session)->Note(absl::StrCat(pipeline.name(), ": ", stream::FiguresLine(pipeline)));
    }
  };
  StreamWatch watch(**session, caller->version(), namespace_, window, progress);
  if (absl::Status end = watch.Choose(*caller, keys); !end.ok()) return end;
  const absl::Status end = watch.Run();
  const stream::StreamReport report = watch.report();
  const absl::Status printed = Print(options.output == "json" ? text::MessageJson(report) : TableOf(report));
  return end.ok() ? printed : end;
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::StreamCommand(), argc, argv, flow::MoveEvents); }
