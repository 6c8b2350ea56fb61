#include "cmd/base/working_time.h"

#include <time.h>

#include <algorithm>

namespace flow {
namespace {

// What a busy machine may keep from a process without that it was stopped.
constexpr absl::Duration kBusy = absl::Seconds(1);

absl::Duration Read(clockid_t clock) {
  timespec time = {};
  clock_gettime(clock, &time);
  return absl::DurationFromTimespec(time);
}

absl::Duration looked = Read(CLOCK_MONOTONIC);  // when
absl::Duration used = Read(CLOCK_PROCESS_CPUTIME_ID);
absl::Duration stopped;

// Until now it has worked, and waited for so long.
void Look(absl::Duration waited) {
  const absl::Duration now = Read(CLOCK_MONOTONIC), used_now = Read(CLOCK_PROCESS_CPUTIME_ID);
  const absl::Duration neither = (now - looked) - (used_now - used) - waited;
  if (neither > kBusy) stopped += neither;
  looked = now;
  used = used_now;
}

}  // namespace

absl::Duration WorkingTime() {
  Look(absl::ZeroDuration());
  return looked - stopped;
}

void HasWaited(absl::Duration at_most) { Look(at_most); }

absl::Duration StoppedTime() { return stopped; }

}  // namespace flow
