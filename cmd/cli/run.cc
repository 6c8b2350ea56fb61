#include "cmd/cli/run.h"

#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/standard_streams.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/help.h"
#include "cmd/cli/print.h"
#include "cmd/cli/terminal.h"
#include "flow/version.h"

namespace flow {
namespace {

// The help or the version, where it is asked for: in any place, whatever else is wrong. Empty: neither is.
std::string AskedFor(const Command& command, const std::vector<std::string>& arguments) {
  for (const std::string& argument : arguments) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-help" || argument == "-h") {
      return HelpPage(command, InspectTerminal(STDOUT_FILENO, ProcessEnvironment()).width);
    }
    if (argument == "--version" || argument == "-version") return absl::StrCat(command.name, " ", kVersion, "\n");
  }
  return "";
}

absl::Status Run(const Command& command, const std::vector<std::string>& words,
                 absl::Status (*run)(const Arguments& arguments)) {
  if (const std::string text = AskedFor(command, words); !text.empty()) {
    const absl::Status status = WriteOutput(text);
    return status.ok() ? status : Unwritten(status, ExitCode::kDone);
  }
  const absl::StatusOr<Arguments> arguments = ParseArguments(command, words);
  if (!arguments.ok()) return WrongUsage(command, arguments.status().message());
  if (arguments->options.progress == "json") SpeakJson();
  return run(*arguments);
}

}  // namespace

int RunCommand(const Command& command, int argc, char** argv, absl::Status (*run)(const Arguments& arguments)) {
  OpenClosedStandardStreams();
  const absl::Status end = Run(command, {argv + std::min(argc, 1), argv + argc}, run);
  Tell(command.name, end);
  return static_cast<int>(ExitCodeOf(end));
}

absl::Status WrongUsage(const Command& command, absl::string_view error) {
  std::string text = absl::StrCat(error, "\n");
  const char* title = "Usage: ";
  for (const char* usage : command.usage) {
    absl::StrAppend(&text, title, command.name, " ", usage, "\n");
    title = "   or: ";
  }
  absl::StrAppend(&text, "`", command.name, " --help` explains them.");
  return ExitWith(ExitCode::kUsage, text);
}

}  // namespace flow
