// What commands say: the answer on standard output, what is wrong on standard error.
#ifndef CMD_OUTPUT_PRINT_H_
#define CMD_OUTPUT_PRINT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "flow/exit_code.h"

namespace flow {

// Writes the command's answer on standard output, and gives back `code`; where that is not possible Unwritten's, to
// which a reader that went away is a failure.
ExitCode Print(const char* command, ExitCode code, absl::string_view text);

// The exit code of a command whose answer was not written, with the status of write_out.h: kFailed, and told; but
// `gone` where its reader went away, and the signal's where one came that ended the waiting for its reader.
ExitCode Unwritten(const char* command, const absl::Status& status, ExitCode gone);

// Tells "COMMAND: message" on standard error, and gives back `code`. What a file, the engine or a component put into
// the message does nothing to a terminal; its line ends stay. So do Warn() and Note().
ExitCode Fail(const char* command, ExitCode code, absl::string_view message);

// Tells "COMMAND: warning: message".
void Warn(const char* command, absl::string_view message);

// Tells "COMMAND: note: message".
void Note(const char* command, absl::string_view message);

}  // namespace flow

#endif  // CMD_OUTPUT_PRINT_H_
