// The command line, read. Flags are written as for gflags; which a command takes, and what is said of errors, is
// decided here. (gflags' own parser takes every flag that any library of the program defines, and ends the process at
// an error.)
#ifndef CMD_CLI_ARGUMENTS_H_
#define CMD_CLI_ARGUMENTS_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/cli/command.h"
#include "cmd/cli/options.h"

namespace flow {

struct Arguments {
  std::vector<std::string> operands;  // FILE or NAME…, in their order
  Options options;                    // what the flags say, given or not
  // The flags that were given, by their names, with their values and in their order.
  std::vector<std::pair<std::string, std::string>> given;
};

// Taken are --flag=value, --flag value, --flag, --noflag and --no-flag of those that are on or off, -f value, -fvalue,
// dashes and underscores alike, one dash for two; flags before, between and behind the operands; "--" ends the flags;
// "-" is an operand. `arguments` are without the program's name.
//
// InvalidArgument (exit 2): a flag that the command does not have (with the nearest that it has), a missing or unfit
// value, too many or too few operands. One sentence without the command's name.
absl::StatusOr<Arguments> ParseArguments(const Command& command, const std::vector<std::string>& arguments);

// Those of the given flags that another command has too, and whose value it takes: what was said to a command that runs
// others is for them as well.
std::vector<std::string> FlagsFor(const Command& command, const Arguments& arguments);

}  // namespace flow

#endif  // CMD_CLI_ARGUMENTS_H_
