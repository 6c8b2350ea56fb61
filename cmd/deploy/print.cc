#include "cmd/deploy/print.h"

#include <unistd.h>

#include <iostream>

#include "absl/status/status.h"
#include "cmd/base/file.h"
#include "flow/pipeline/harmless.h"

namespace flow {
namespace {

void Tell(const char* command, const char* kind, absl::string_view message) {
  std::cerr << command << ": " << kind << pipeline::Harmless(message) << "\n";
}

}  // namespace

bool Print(const char* command, absl::string_view text) {
  const absl::Status status = WriteAll(STDOUT_FILENO, "standard output", text);
  if (!status.ok() && !IsClosedPipe(status)) Fail(command, ExitCode::kFailed, status.message());
  return status.ok();
}

ExitCode Fail(const char* command, ExitCode code, absl::string_view message) {
  Tell(command, "", message);
  return code;
}

void Warn(const char* command, absl::string_view message) { Tell(command, "warning: ", message); }

void Note(const char* command, absl::string_view message) { Tell(command, "note: ", message); }

}  // namespace flow
