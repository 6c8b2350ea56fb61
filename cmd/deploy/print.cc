#include "cmd/deploy/print.h"

#include <unistd.h>

#include <iostream>

#include "absl/status/status.h"
#include "cmd/base/file.h"

namespace flow {

bool Print(const char* command, absl::string_view text) {
  const absl::Status status = WriteAll(STDOUT_FILENO, "standard output", text);
  if (!status.ok() && !IsClosedPipe(status)) Fail(command, ExitCode::kFailed, status.message());
  return status.ok();
}

ExitCode Fail(const char* command, ExitCode code, absl::string_view message) {
  std::cerr << command << ": " << message << "\n";
  return code;
}

void Warn(const char* command, absl::string_view message) { std::cerr << command << ": warning: " << message << "\n"; }

void Note(const char* command, absl::string_view message) { std::cerr << command << ": note: " << message << "\n"; }

}  // namespace flow
