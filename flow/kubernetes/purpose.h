// What the requests and timers of the machines of this folder are for. Each part of a machine sends its own with one of
// these, and where the machine says On(purpose, reply), or On(purpose) of a timer, it says which part takes what comes of
// it.
#ifndef FLOW_KUBERNETES_PURPOSE_H_
#define FLOW_KUBERNETES_PURPOSE_H_

#include <variant>

#include "flow/deploy/execution.h"

namespace flow::kubernetes {

// Requests

// execution.h
using deploy::OperationCall;

using Purpose = std::variant<OperationCall>;

// Timers

// The whole has taken as long as it may.
struct Timeout {
  bool operator==(const Timeout&) const = default;
};

using TimerPurpose = std::variant<Timeout>;

}  // namespace flow::kubernetes

#endif  // FLOW_KUBERNETES_PURPOSE_H_
