#include "cmd/base/exit_status.h"

#include <string>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace flow {
namespace {

constexpr char kExitCode[] = "flow/exit_code";

}  // namespace

absl::Status ExitWith(ExitCode code, absl::string_view message) {
  return WithExitCode(absl::UnknownError(message), code);
}

absl::Status EndedBy(int signal, absl::string_view message) { return ExitWith(ExitCodeOf(Signal(signal)), message); }

bool IsEndedBySignal(const absl::Status& status) { return IsOfSignal(ExitCodeOf(status)); }

absl::Status WithExitCode(absl::Status status, ExitCode code) {
  status.SetPayload(kExitCode, absl::Cord(absl::StrCat(static_cast<int>(code))));
  return status;
}

ExitCode ExitCodeOf(const absl::Status& status) {
  const auto payload = status.GetPayload(kExitCode);
  if (!payload.has_value()) return status.ok() ? ExitCode::kDone : ExitCode::kFailed;
  int code = 0;
  (void)absl::SimpleAtoi(std::string(*payload), &code);
  return static_cast<ExitCode>(code);
}

}  // namespace flow
