// What the requests and timers of an apply or a delete are for. Each part of a machine sends its own with one of these,
// and where the machine says On(purpose, reply), or On(purpose) of a timer, it says which part takes what comes of it.
#ifndef FLOW_DOCKER_PURPOSE_H_
#define FLOW_DOCKER_PURPOSE_H_

#include <cstddef>
#include <string>
#include <variant>

#include "flow/deploy/execution.h"

namespace flow::docker {

// Requests

// observation.h
struct WhatIsThere {};    // the API version, lists, whose engine it is
struct WhoHoldsNames {};  // that containers are to be created under
struct WhatImageSays {
  std::string image;  // as the project names it
};

// execution.h
using deploy::OperationCall;
struct GiveNetworkUp {};  // the one that this apply made, for an older one

// event_watch.h
struct WhatRunsNow {};     // the list that stands for the events that were missed
struct WhatRunsAtLast {};  // the list that ends an apply which seems to be done
struct WhatProbeSaid {
  std::string container;
};
struct StartAgain {  // what the engine ended, and did not start by itself
  std::string container;
};

// diagnosis.h
struct WhyItFailed {
  size_t failure;  // its index
};
struct WhatItWrote {
  size_t failure;
};
struct WhoHasPort {  // that the failed component wants
  size_t failure;
};
struct WhatThereIsNow {};  // by requests that were not answered, or by someone else

// apply.h
struct IsItThere {};  // an engine that has fallen silent

// delete.h
struct WhoUsesIt {
  std::string what;  // "network NAME", which could not be removed
};

using Purpose =
    std::variant<WhatIsThere, WhoHoldsNames, WhatImageSays, OperationCall, GiveNetworkUp, WhatRunsNow, WhatRunsAtLast,
                 WhatProbeSaid, StartAgain, WhyItFailed, WhatItWrote, WhoHasPort, WhatThereIsNow, IsItThere, WhoUsesIt>;

// Timers

// The whole has taken as long as it may.
struct Timeout {
  bool operator==(const Timeout&) const = default;
};
// Half of the time is over that a delete has, or most of it.
struct Hurry {
  bool operator==(const Hurry&) const = default;
};
struct Kill {
  bool operator==(const Kill&) const = default;
};
// After a signal or the timeout, the engine has had most of the time that what is under way is given.
struct Silence {
  bool operator==(const Silence&) const = default;
};
// What is half-made is looked at again (stillness.h).
struct LookAgain {
  bool operator==(const LookAgain&) const = default;
};
// The other maker of a network has had the time to give its own up (network_claim.h).
struct LookForNetworks {
  bool operator==(const LookForNetworks&) const = default;
};
// The stream of events, or the list that stands for what it missed, is asked for again (event_watch.h).
struct OpenAgain {
  bool operator==(const OpenAgain&) const = default;
};
struct ListAgain {
  bool operator==(const ListAgain&) const = default;
};
// The stream of events has been away for so long that it is told (event_watch.h).
struct Deaf {
  bool operator==(const Deaf&) const = default;
};
// A container has run for kSteadyAfter, or for min_ready, since a start of it (readiness.h).
struct Steady {
  std::string container;
  int start;  // which start of it, from 1
  bool operator==(const Steady&) const = default;
};
struct Ready {
  std::string container;
  int start;
  bool operator==(const Ready&) const = default;
};

using TimerPurpose =
    std::variant<Timeout, Hurry, Kill, Silence, LookAgain, LookForNetworks, OpenAgain, ListAgain, Deaf, Steady, Ready>;

}  // namespace flow::docker

#endif  // FLOW_DOCKER_PURPOSE_H_
