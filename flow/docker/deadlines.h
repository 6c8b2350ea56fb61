// How long an engine may take to answer, by what it is asked. While it is away it is asked again within that time
// (engine/retry.h). What an operation of a plan may take is in operations.h.
#ifndef FLOW_DOCKER_DEADLINES_H_
#define FLOW_DOCKER_DEADLINES_H_

#include "absl/time/time.h"

namespace flow::docker {

// What there is: lists, and what a container or image is, before anything is done; and after a failure, where an answer
// was lost: without the search something might stay that its request made.
inline constexpr absl::Duration kReadDeadline = absl::Seconds(30);

// A second look while someone waits for a deployment: what failed, who holds a network. It must not keep the failure
// from being told.
inline constexpr absl::Duration kLookDeadline = absl::Seconds(5);

// How long an engine that has fallen silent is waited for once a signal or the timeout has come.
inline constexpr absl::Duration kPatience = absl::Seconds(10);

// How long a stream of events may be away before that is told: proxies cut quiet ones, and it is open again at once.
inline constexpr absl::Duration kDeafFor = absl::Seconds(3);

}  // namespace flow::docker

#endif  // FLOW_DOCKER_DEADLINES_H_
