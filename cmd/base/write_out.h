// What is written for whoever runs the command. A reader that reads no further (a pipe into a program that is stopped,
// a terminal after Ctrl-S) is waited for, but does not keep the command from its end.
#ifndef CMD_BASE_WRITE_OUT_H_
#define CMD_BASE_WRITE_OUT_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace flow {

// All of `bytes` to `fd`, as WriteAll does it. But from a signal on (Signals::Came) `fd` is not waited for: where it
// takes nothing for a tenth of a second that is Cancelled, as for a reader that is gone, and the rest is lost. So is
// from then on whatever a descriptor does not take at once. The signal stays Signals::Next's to give.
absl::Status WriteTo(int fd, absl::string_view name, absl::string_view bytes);

// The same to standard output.
absl::Status WriteOutput(absl::string_view bytes);

// The same to standard error. What cannot be written there there is nobody to tell of.
void WriteError(absl::string_view bytes);

}  // namespace flow

#endif  // CMD_BASE_WRITE_OUT_H_
