// flow-stream: moves the events of pipelines whose components are built with flowctl's SDK.
#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "cmd/stream/check.h"
#include "cmd/stream/stream_watch.h"
#include "flow/stream/check.h"
#include "flow/stream/figures.h"
#include "flow/stream/figures.pb.h"
#include "flow/text/message.h"

namespace flow {
namespace {

// A table for each pipeline, or all as JSON.
absl::Status PrintReport(const stream::StreamReport& report, const std::string& output,
                         std::string (*table)(const stream::PipelineFigures&)) {
  if (output == "json") return Print(text::MessageJson(report));
  std::string text;
  for (const stream::PipelineFigures& pipeline : report.pipelines()) {
    if (report.pipelines_size() > 1) absl::StrAppend(&text, text.empty() ? "" : "\n", pipeline.name(), "\n");
    absl::StrAppend(&text, table(pipeline));
  }
  return Print(text);
}

// A program is told all of it each time.
void TellProgress(const Session& session, const stream::StreamReport& report, stream::FiguresLines& lines) {
  if (SpeaksJson()) {
    const std::vector<std::string> all = stream::FiguresLines().News(report);
    return TellFigures(absl::StrJoin(all, "\n"), text::MessageJson(report, /*indented=*/false));
  }
  for (const std::string& line : lines.News(report)) session.Note(line);
}

absl::Status Check(Session& session, Caller& caller, const std::vector<PipelineKey>& keys, const std::string& output) {
  const absl::StatusOr<stream::StreamReport> report = CheckStreams(session, caller, keys);
  if (!report.ok()) return report.status();
  if (absl::Status end = PrintReport(*report, output, stream::ServingTable); !end.ok()) return end;
  const bool all = std::all_of(report->pipelines().begin(), report->pipelines().end(), stream::AllServe);
  return all ? absl::OkStatus() : ExitWith(ExitCode::kFailed);
}

absl::Status MoveEvents(const Arguments& arguments) {
  const Options& options = arguments.options;
  int64_t window = 0;
  if (!absl::SimpleAtoi(options.window, &window) || window < 1) {
    return WrongUsage(StreamCommand(), absl::StrCat("--window takes a number from 1 on, not \"", options.window, "\""));
  }
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<std::unique_ptr<Session>> session =
      Session::Open("flow-stream", Session::State::kRead, options, environment);
  if (!session.ok()) return session.status();
  const std::string namespace_ = NamespaceOrDefault(options.namespace_);
  const absl::StatusOr<std::vector<PipelineKey>> keys = KeysOf(namespace_, arguments.operands);
  if (!keys.ok()) return keys.status();
  absl::StatusOr<Caller> caller = Caller::Connect(**session);
  if (!caller.ok()) return caller.status();

  if (options.check) return Check(**session, *caller, *keys, options.output);
  stream::FiguresLines lines;
  const auto progress = [&](const stream::StreamReport& report) {
    if (options.progress != "none") TellProgress(**session, report, lines);
  };
  StreamWatch watch(**session, caller->version(), environment, namespace_, window, progress);
  if (absl::Status end = watch.Choose(*caller, *keys); !end.ok()) return end;
  const absl::Status end = watch.Run();
  const absl::Status printed = PrintReport(watch.report(), options.output, stream::FiguresTable);
  return end.ok() ? printed : end;
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::StreamCommand(), argc, argv, flow::MoveEvents); }
