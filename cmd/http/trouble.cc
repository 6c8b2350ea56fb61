#include "cmd/http/trouble.h"

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"

namespace flow {
namespace {

constexpr char kPayload[] = "flow/trouble";

}  // namespace

absl::Status WithTrouble(absl::Status status, Trouble trouble) {
  status.SetPayload(kPayload, absl::Cord(absl::StrCat(static_cast<int>(trouble))));
  return status;
}

Trouble TroubleOf(const absl::Status& status) {
  const absl::optional<absl::Cord> payload = status.GetPayload(kPayload);
  int number = 0;
  if (!payload || !absl::SimpleAtoi(std::string(*payload), &number)) return Trouble::kNone;
  return static_cast<Trouble>(number);
}

bool MayHaveReachedEngine(const absl::Status& status) {
  switch (TroubleOf(status)) {
    case Trouble::kNone:
    case Trouble::kConnectionLost:
    case Trouble::kDeadline:
      return true;
    default:
      return false;
  }
}

bool IsRetryable(const absl::Status& status) {
  switch (TroubleOf(status)) {
    case Trouble::kNoSocketFile:
    case Trouble::kPermissionDenied:
    case Trouble::kRefused:
    case Trouble::kUnreachableHost:
    case Trouble::kProxy:
    case Trouble::kConnectionLost:
      return true;
    default:
      return false;
  }
}

}  // namespace flow
