// A command's --help: a page for people.
#ifndef CMD_CLI_HELP_H_
#define CMD_CLI_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cmd/cli/command.h"
#include "flow/exit_code.h"

namespace flow {

// Usage, what it does, flags in groups with their defaults, examples, exit codes; in lines of at most `width` columns,
// or 100 where that is less. Ends with a newline.
std::string HelpPage(const Command& command, int width);

// What an exit code means, for the page: "the pipeline file is not valid".
const char* MeaningOf(ExitCode code);

}  // namespace flow

#endif  // CMD_CLI_HELP_H_
