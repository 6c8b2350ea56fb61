// flow's commands, each as data.
#ifndef CMD_CLI_COMMANDS_H_
#define CMD_CLI_COMMANDS_H_

#include <vector>

#include "cmd/cli/command.h"

namespace flow {

const Command& ApplyCommand();
const Command& StatusCommand();
const Command& DeleteCommand();
const Command& LogsCommand();
const Command& HeartbeatCommand();
const Command& StreamCommand();
const Command& RunPipelineCommand();
const Command& TranslateCommand();
const Command& ValidateCommand();
const Command& FlowctlCommand();

// All of them, in the order in which they are told of.
std::vector<const Command*> AllCommands();

}  // namespace flow

#endif  // CMD_CLI_COMMANDS_H_
