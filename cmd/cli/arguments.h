// The command line: flags are gflags', in its spellings; who may be given them and what is said of errors is ours.
// (gflags' own parser takes every flag that any library of the program defines, and ends the process at an error.)
#ifndef CMD_CLI_ARGUMENTS_H_
#define CMD_CLI_ARGUMENTS_H_

#include <map>
#include <set>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/cli/command.h"
#include "flow/exit_code.h"

namespace flow {

struct Arguments {
  // FILE or NAME…, in their order.
  std::vector<std::string> operands;
  // The flags that were given, by name. (The values are in the FLAGS_… of flags.h.)
  std::set<std::string> given;
  // Every value of a flag that may come several times: {"env_file", {"a", "b"}}.
  std::map<std::string, std::vector<std::string>> repeated;
};

// Sets the FLAGS_… of what is given, and of the defaults that the command has of its own. Taken are --flag=value,
// --flag value,
// --flag, --noflag and --no-flag of booleans, -f value, -fvalue, dashes and underscores alike, one dash for two; flags
// before, between and behind the operands; "--" ends the flags; "-" is an operand. `arguments` are without the
// program's name.
//
// InvalidArgument (exit 2): a flag that the command does not have (with the nearest that it has), a missing or unfit
// value, too many or too few operands. One sentence without the command's name.
absl::StatusOr<Arguments> ParseArguments(const Command& command, const std::vector<std::string>& arguments);

// The start of a main(): the arguments; or the exit code, where the command is over, having printed its help (--help,
// -h) or its version on standard output, or what is wrong with the usage on standard error.
//
//   auto begun = Begin(ApplyCommand(), argc, argv);
//   if (const ExitCode* over = std::get_if<ExitCode>(&begun)) return static_cast<int>(*over);
//   const Arguments& arguments = std::get<Arguments>(begun);
std::variant<Arguments, ExitCode> Begin(const Command& command, int argc, char** argv);

// Prints "COMMAND: ERROR", the usage and where help is, on standard error; for what only a main() finds: kUsage.
ExitCode WrongUsage(const Command& command, absl::string_view error);

}  // namespace flow

#endif  // CMD_CLI_ARGUMENTS_H_
