// How a command ends: an absl::Status that carries the exit code, from where the end is found to the one place that
// tells it (RunCommand of cmd/cli/run.h). OK is the end of a command that did what it was asked for.
//
//   if (file.empty()) return ExitWith(ExitCode::kUsage, "it takes one pipeline file");
//   if (absl::Status locked = Lock(); !locked.ok()) return WithExitCode(locked, ExitCode::kBusy);
#ifndef CMD_BASE_EXIT_STATUS_H_
#define CMD_BASE_EXIT_STATUS_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "flow/exit_code.h"

namespace flow {

// The end of the command with `code`. `message`, of one or more lines, is told then; an empty one says that there is
// nothing to tell, or that it was told. Never OK: with kDone too the command goes no further.
absl::Status ExitWith(ExitCode code, absl::string_view message = "");

// The end of the command because of a signal (SIGINT, …).
absl::Status EndedBy(int signal, absl::string_view message = "");
bool IsEndedBySignal(const absl::Status& status);

// The same error with this exit code. OK stays OK.
absl::Status WithExitCode(absl::Status status, ExitCode code);

// The code that `status` carries. Without one: kDone of OK, kFailed of any error.
ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace flow

#endif  // CMD_BASE_EXIT_STATUS_H_
