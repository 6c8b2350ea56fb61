// What the requests and timers of an apply or a delete are for. Each part of a machine sends its own with one of these,
// and where the machine says On(purpose, reply), or On(purpose) of a timer, it says which part takes what comes of it.
#ifndef FLOW_KUBERNETES_PURPOSE_H_
#define FLOW_KUBERNETES_PURPOSE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>

#include "flow/deploy/execution.h"
#include "flow/kubernetes/api/call.h"

namespace flow::kubernetes {

// Requests

// observation.h
struct WhatIsThere {};  // the version, the namespace, what has the pipeline's labels
struct WhatWouldBe {    // a dry run of an object that should be
  api::ObjectName object;
  bool forced = false;  // over the head of another field manager
};
struct WhoHasName {
  api::ObjectName object;
};
struct WhatElseIsThere {};  // in the pipeline's namespace, of someone else

// execution.h
using deploy::OperationCall;
struct WhatItIsNow {  // an object that someone has changed since it was looked at
  uint32_t operation;
};
struct WhatIsLeft {};  // of a pod in which nothing runs any more: its removal

// watch.h
struct WhatRunsNow {};  // the lists from which the watches go on

// diagnosis.h
struct WhatItWrote {
  size_t failure;  // its index
};
struct WhatWasTold {  // the events about its pod
  size_t failure;
};

// apply_steps.h
struct IsItThere {};  // a cluster that has fallen silent

using Purpose = std::variant<WhatIsThere, WhatWouldBe, WhoHasName, WhatElseIsThere, OperationCall, WhatItIsNow,
                             WhatIsLeft, WhatRunsNow, WhatItWrote, WhatWasTold, IsItThere>;

// Timers

// The whole has taken as long as it may.
struct Timeout {
  bool operator==(const Timeout&) const = default;
};
// Half of the time is over that a delete has.
struct Hurry {
  bool operator==(const Hurry&) const = default;
};
// After a signal or the timeout, the cluster has had most of the time that what is under way is given.
struct Silence {
  bool operator==(const Silence&) const = default;
};
// What is taken away again has had its time.
struct GiveUp {
  bool operator==(const GiveUp&) const = default;
};
// The watches are opened, or the lists asked for again (watch.h).
struct OpenAgain {
  bool operator==(const OpenAgain&) const = default;
};
struct ListAgain {
  bool operator==(const ListAgain&) const = default;
};
// The watches have been away for so long that it is told (watch.h).
struct Deaf {
  bool operator==(const Deaf&) const = default;
};
// All replicas of a component have been ready for kSteadyAfter, since the time of this number (readiness.h).
struct Steady {
  std::string component;
  int time;
  bool operator==(const Steady&) const = default;
};

using TimerPurpose = std::variant<Timeout, Hurry, Silence, GiveUp, OpenAgain, ListAgain, Deaf, Steady>;

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_PURPOSE_H_
