// A command's --help: a page for people.
#ifndef CMD_CLI_HELP_H_
#define CMD_CLI_HELP_H_

#include <string>

#include "absl/strings/string_view.h"
#include "cmd/cli/command.h"
#include "cmd/cli/flags.h"
#include "flow/exit_code.h"

namespace flow {

// Usage, what it does, flags in groups with their defaults, examples, exit codes; in lines of at most `width` columns,
// or 100 where that is less. Ends with a newline.
std::string HelpPage(const Command& command, int width);

// What an exit code means, for the page: "The pipeline file is not valid.".
const char* MeaningOf(ExitCode code);

// How a flag is written, "-o, --output=table|json", and what it means with its default: for a page.
std::string FlagTerm(const Flag& flag);
std::string FlagMeaning(const Flag& flag);

}  // namespace flow

#endif  // CMD_CLI_HELP_H_
