// A command's manual page, from what its --help is made of.
#ifndef CMD_CLI_MANUAL_H_
#define CMD_CLI_MANUAL_H_

#include <string>

#include "cmd/cli/command.h"

namespace flow {

// The page as man(7) source, section 1.
std::string ManualPage(const Command& command);

}  // namespace flow

#endif  // CMD_CLI_MANUAL_H_
