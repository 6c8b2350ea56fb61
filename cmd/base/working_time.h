// How long this process has been at work: what deadlines are counted by.
#ifndef CMD_BASE_WORKING_TIME_H_
#define CMD_BASE_WORKING_TIME_H_

#include "absl/time/time.h"

namespace flow {

// Since some moment before. It is no clock that someone sets, and it stands still while the process is stopped (Ctrl-Z,
// SIGSTOP, a frozen container): who could not look has not waited. For that whoever waits tells what it left out.
absl::Duration WorkingTime();

// Takes out time for which the process was stopped: so long ago WorkingTime() was what it is now.
void LeaveOut(absl::Duration stopped);

}  // namespace flow

#endif  // CMD_BASE_WORKING_TIME_H_
