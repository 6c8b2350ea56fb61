// What commands say: the answer on standard output, what is wrong on standard error.
#ifndef CMD_DEPLOY_PRINT_H_
#define CMD_DEPLOY_PRINT_H_

#include "absl/strings/string_view.h"
#include "flow/exit_code.h"

namespace flow {

// Writes the command's answer on standard output. False where it could not be written; told, unless its reader went
// away.
bool Print(const char* command, absl::string_view text);

// Tells "COMMAND: message" on standard error, and gives back `code`. What a file, the engine or a component put into
// the message does nothing to a terminal; its line ends stay. So do Warn() and Note().
ExitCode Fail(const char* command, ExitCode code, absl::string_view message);

// Tells "COMMAND: warning: message".
void Warn(const char* command, absl::string_view message);

// Tells "COMMAND: note: message".
void Note(const char* command, absl::string_view message);

}  // namespace flow

#endif  // CMD_DEPLOY_PRINT_H_
