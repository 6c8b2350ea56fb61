// How long a cluster may take to answer, by what it is asked. While it is away it is asked again within that time.
#ifndef FLOW_KUBERNETES_DEADLINES_H_
#define FLOW_KUBERNETES_DEADLINES_H_

#include "absl/time/time.h"

namespace flow::kubernetes {

// Which version it is: the first request, by which one that cannot be reached is known.
inline constexpr absl::Duration kVersionDeadline = absl::Seconds(10);

// What there is, and what would be, before anything is done.
inline constexpr absl::Duration kReadDeadline = absl::Seconds(30);

// One operation of a plan. That an object is gone whose removal was answered takes as long as it takes.
inline constexpr absl::Duration kWriteDeadline = absl::Seconds(30);

// A second look while someone waits for a deployment: what failed, and why.
inline constexpr absl::Duration kLookDeadline = absl::Seconds(5);

// How long a cluster that has fallen silent is waited for once a signal or the timeout has come.
inline constexpr absl::Duration kPatience = absl::Seconds(10);

// How long the watches may be away before that is told: proxies cut quiet ones, and they are open again at once.
inline constexpr absl::Duration kDeafFor = absl::Seconds(3);

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_DEADLINES_H_
