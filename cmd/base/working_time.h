// How long this process has been at work: what deadlines are counted by.
#ifndef CMD_BASE_WORKING_TIME_H_
#define CMD_BASE_WORKING_TIME_H_

#include "absl/time/time.h"

namespace flow {

// Since some moment before. It is no clock that someone sets, and it stands still while the process is stopped (Ctrl-Z,
// SIGSTOP, a frozen container): who could not look has not waited. What it was stopped for is found by this function: from
// one call to the next a process works, which takes a processor's time, or waits, which whoever waits tells below. Where
// more than a second is neither, it was stopped.
absl::Duration WorkingTime();

// Since the last call of WorkingTime() the process has waited for something, and would have for `at_most`.
void HasWaited(absl::Duration at_most);

// For how long it was stopped in all, as far as that was found.
absl::Duration StoppedTime();

}  // namespace flow

#endif  // CMD_BASE_WORKING_TIME_H_
