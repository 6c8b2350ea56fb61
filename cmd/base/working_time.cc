#include "cmd/base/working_time.h"

#include <chrono>

namespace flow {
namespace {

absl::Duration left_out;

}  // namespace

absl::Duration WorkingTime() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch()) - left_out;
}

void LeaveOut(absl::Duration stopped) { left_out += stopped; }

}  // namespace flow
