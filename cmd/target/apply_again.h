// When an apply that has found another one of its pipeline at work looks again, whatever the target.
#ifndef CMD_TARGET_APPLY_AGAIN_H_
#define CMD_TARGET_APPLY_AGAIN_H_

#include "absl/time/time.h"

namespace flow {

// How often it looks, in all.
inline constexpr int kMostLooks = 10;

// How long it waits before the next look, whose number this is, from 2 on: what takes a name now will have it by then. No
// two should look again at the same time, or they meet again: so it is as long as chance has it, and the more so the more
// often they met.
absl::Duration PauseBefore(int next_look);

}  // namespace flow

#endif  // CMD_TARGET_APPLY_AGAIN_H_
