// Which components are built with flowctl's SDK, as far as a pipeline file shows it: they serve gRPC, and do not connect
// to each other.
#ifndef FLOW_PIPELINE_SDK_H_
#define FLOW_PIPELINE_SDK_H_

#include <algorithm>

#include "flow/pipeline/names.h"
#include "flow/pipeline/pipeline.pb.h"

namespace flow::pipeline {

// Of which component references are, and what registers itself with a control plane.
inline bool IsBuiltWithSdk(const Component& component) {
  if (component.type() == Component::PIPELINE) return false;
  const auto registers = [](const Variable& variable) {
    return variable.name() == kControlPlaneVariable || variable.name() == "ENABLE_FLOWCTL";
  };
  return !component.reference().empty() || std::any_of(component.env().begin(), component.env().end(), registers);
}

}  // namespace flow::pipeline

#endif  // FLOW_PIPELINE_SDK_H_
