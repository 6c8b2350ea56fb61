// The one way into a command, and the one way out of it.
#ifndef CMD_CLI_RUN_H_
#define CMD_CLI_RUN_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cmd/cli/arguments.h"
#include "cmd/cli/command.h"

namespace flow {

// A command's main(): answers --help (-h) and --version, else reads the command line, runs the command with it and
// tells how that ended (exit_status.h). The exit code.
//
//   int main(int argc, char** argv) { return flow::RunCommand(flow::ApplyCommand(), argc, argv, flow::Apply); }
int RunCommand(const Command& command, int argc, char** argv, absl::Status (*run)(const Arguments& arguments));

// The end of a command that was called in a way it does not know: kUsage, with the error, how it is used, and where its
// help is.
absl::Status WrongUsage(const Command& command, absl::string_view error);

}  // namespace flow

#endif  // CMD_CLI_RUN_H_
