#include "cmd/cli/print.h"

#include "absl/strings/str_cat.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/file.h"
#include "cmd/base/signals.h"
#include "cmd/base/write_out.h"
#include "flow/text/harmless.h"

namespace flow {
namespace {

void Say(const char* command, const char* kind, absl::string_view message) {
  WriteError(absl::StrCat(command, ": ", kind, text::Harmless(message), "\n"));
}

}  // namespace

absl::Status Print(absl::string_view text) {
  const absl::Status status = WriteOutput(text);
  return status.ok() ? status : Unwritten(status, ExitCode::kFailed);
}

absl::Status Unwritten(const absl::Status& status, ExitCode gone) {
  if (!IsClosedPipe(status)) return status;
  const int signal = Signals::Came();
  return signal == 0 ? ExitWith(gone) : EndedBy(signal);
}

void Tell(const char* command, const absl::Status& end) {
  if (!end.message().empty()) Say(command, "", end.message());
}

void Warn(const char* command, absl::string_view message) { Say(command, "warning: ", message); }

void Note(const char* command, absl::string_view message) { Say(command, "note: ", message); }

}  // namespace flow
