// Writes what is for whoever runs the command. Whoever reads it may stop reading (a program behind a pipe that is
// stopped, a terminal after Ctrl-S): then it is waited for, but only until a signal asks the command to end.
#ifndef CMD_BASE_WRITE_OUT_H_
#define CMD_BASE_WRITE_OUT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace flow {

// Writes all of `bytes` to `fd`, as WriteAll does, until a signal has come (Signals::Came). From then on `fd` has a
// tenth of a second to take something. Where it takes nothing, the rest is lost and the error is Cancelled, as for a
// reader that is gone; and what is written later is lost, too, unless it is taken at once. The signal itself is left
// for Signals::Next to return.
absl::Status WriteTo(int fd, absl::string_view name, absl::string_view bytes);

// Writes to standard output.
absl::Status WriteOutput(absl::string_view bytes);

// Writes to standard error. An error is not returned: there is nobody left to tell.
void WriteError(absl::string_view bytes);

}  // namespace flow

#endif  // CMD_BASE_WRITE_OUT_H_
