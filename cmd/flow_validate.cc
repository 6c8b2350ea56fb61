// flow-validate: every problem of pipeline files. It speaks to no engine, and links no libcurl.
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/print.h"
#include "cmd/cli/run.h"
#include "cmd/input/load.h"
#include "flow/pipeline/diagnostic_data.h"
#include "flow/text/message.h"

namespace flow {
namespace {

absl::Status ValidateFiles(const Arguments& arguments) {
  const Options& options = arguments.options;
  std::vector<std::string> files = arguments.operands;
  if (!options.file.empty()) files.push_back(options.file);
  if (files.empty()) return WrongUsage(ValidateCommand(), "it takes pipeline files");
  if (const absl::Status wrong = CheckFileOptions(options); !wrong.ok()) {
    return WrongUsage(ValidateCommand(), wrong.message());
  }
  const bool json = options.output == "json";
  pipeline::DiagnosticList told;
  DiagnosticSink tell;  // on standard error
  if (json) {
    tell = [&told](const std::string& file, const std::string&, const std::vector<pipeline::Diagnostic>& diagnostics) {
      pipeline::AppendDiagnostics(file, diagnostics, told);
    };
  }
  // A file that cannot be read is worse than one that is not valid.
  ExitCode code = ExitCode::kDone;
  for (const std::string& file : files) {
    const absl::StatusOr<LoadedPipeline> loaded =
        LoadPipeline(file, options, ProcessEnvironment(), /*deploy=*/false, tell);
    if (!loaded.ok()) {
      Tell("flow-validate", loaded.status());
      code = ExitCode::kFailed;
    } else if (!loaded->valid && code != ExitCode::kFailed) {
      code = ExitCodeOf(Invalid(*loaded));
    }
  }
  if (json) {
    if (absl::Status end = Print(text::MessageJson(told)); !end.ok()) return end;
  }
  return code == ExitCode::kDone ? absl::OkStatus() : ExitWith(code);
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) { return flow::RunCommand(flow::ValidateCommand(), argc, argv, flow::ValidateFiles); }
