#include "cmd/output/print.h"

#include "absl/strings/str_cat.h"
#include "cmd/base/file.h"
#include "cmd/base/signals.h"
#include "cmd/base/write_out.h"
#include "flow/pipeline/harmless.h"

namespace flow {
namespace {

void Tell(const char* command, const char* kind, absl::string_view message) {
  WriteError(absl::StrCat(command, ": ", kind, pipeline::Harmless(message), "\n"));
}

}  // namespace

ExitCode Print(const char* command, ExitCode code, absl::string_view text) {
  const absl::Status status = WriteOutput(text);
  return status.ok() ? code : Unwritten(command, status, ExitCode::kFailed);
}

ExitCode Unwritten(const char* command, const absl::Status& status, ExitCode gone) {
  if (!IsClosedPipe(status)) return Fail(command, ExitCode::kFailed, status.message());
  const int signal = Signals::Came();
  return signal == 0 ? gone : static_cast<ExitCode>(128 + signal);
}

ExitCode Fail(const char* command, ExitCode code, absl::string_view message) {
  Tell(command, "", message);
  return code;
}

void Warn(const char* command, absl::string_view message) { Tell(command, "warning: ", message); }

void Note(const char* command, absl::string_view message) { Tell(command, "note: ", message); }

}  // namespace flow
