// flow-validate: every problem of pipeline files. It speaks to no engine, and links no libcurl.
#include <string>
#include <variant>
#include <vector>

#include "cmd/base/environment.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/commands.h"
#include "cmd/cli/flags.h"
#include "cmd/input/load.h"
#include "cmd/output/print.h"
#include "flow/pipeline/diagnostic_data.h"
#include "flow/pipeline/message_json.h"

namespace flow {
namespace {

constexpr char kName[] = "flow-validate";

ExitCode Main(const Arguments& arguments) {
  std::vector<std::string> files = arguments.operands;
  if (!FLAGS_file.empty()) files.push_back(FLAGS_file);
  if (files.empty()) return WrongUsage(ValidateCommand(), "it takes pipeline files");
  if (const absl::Status flags = CheckFileFlags(); !flags.ok()) return WrongUsage(ValidateCommand(), flags.message());
  pipeline::DiagnosticList told;
  DiagnosticSink tell;  // on standard error
  if (FLAGS_output == "json") {
    tell = [&told](const std::string& file, const std::string&, const std::vector<pipeline::Diagnostic>& diagnostics) {
      pipeline::AppendDiagnostics(file, diagnostics, told);
    };
  }
  ExitCode code = ExitCode::kDone;
  for (const std::string& file : files) {
    const absl::StatusOr<LoadedPipeline> loaded =
        LoadPipeline(file, arguments, ProcessEnvironment(), /*deploy=*/false, tell);
    if (!loaded.ok()) {
      code = Fail(kName, ExitCode::kFailed, loaded.status().message());
    } else if (!loaded->valid && code == ExitCode::kDone) {
      code = ExitCode::kInvalidFile;
    }
  }
  return tell == nullptr ? code : Print(kName, code, pipeline::MessageJson(told));
}

}  // namespace
}  // namespace flow

int main(int argc, char** argv) {
  auto begun = flow::Begin(flow::ValidateCommand(), argc, argv);
  if (const auto* over = std::get_if<flow::ExitCode>(&begun)) return static_cast<int>(*over);
  return static_cast<int>(flow::Main(std::get<flow::Arguments>(begun)));
}
