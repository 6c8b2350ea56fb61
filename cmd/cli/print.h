// What commands say: the answer on standard output, what is wrong on standard error. What a file, the engine or a
// component put into a message does nothing to a terminal; its line ends stay.
#ifndef CMD_CLI_PRINT_H_
#define CMD_CLI_PRINT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "flow/exit_code.h"

namespace flow {

// Writes the command's answer on standard output. Where that is not possible Unwritten's, to which a reader that went
// away is a failure.
absl::Status Print(absl::string_view text);

// The end (exit_status.h) of a command whose answer was not written, with the status of write_out.h: kFailed with the
// reason. But where its reader went away `gone`, of which there is nothing to tell; or the signal's code, where one
// ended the waiting for the reader.
absl::Status Unwritten(const absl::Status& status, ExitCode gone);

// From now on what is told on standard error is JSON, an event a line (docs/terminal.md): --progress=json.
void SpeakJson();
bool SpeaksJson();

// Tells such an event. `component`: what it is about; empty: the whole.
void TellEvent(absl::string_view event, absl::string_view component, absl::string_view text);

// The same with a member `figures` more, which is JSON on one line already.
void TellFigures(absl::string_view text, absl::string_view figures);

// Tells lines that are made for a person, with their ends, as they are; as JSON they are one event.
void TellLines(absl::string_view event, absl::string_view lines);

// Tells "COMMAND: message" of a command's end (exit_status.h), where it has a message; as JSON the event "error".
void Tell(const char* command, const absl::Status& end);

// Tells "COMMAND: warning: message".
void Warn(const char* command, absl::string_view message);

// Tells "COMMAND: note: message".
void Note(const char* command, absl::string_view message);

}  // namespace flow

#endif  // CMD_CLI_PRINT_H_
