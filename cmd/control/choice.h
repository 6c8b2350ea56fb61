// Which control plane is told of a deployment.
#ifndef CMD_CONTROL_CHOICE_H_
#define CMD_CONTROL_CHOICE_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/base/environment.h"
#include "cmd/http/endpoint.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

struct ControlPlaneChoice {
  std::optional<Endpoint> endpoint;            // nothing: none is
  deploy::ControlPlane registered;             // its address, and what the state knows of it
  std::optional<deploy::ControlPlane> before;  // another one, which the apply before has told
};

// By `flag`, --control_plane where it was given (empty: none), else by the state. Error: ControlPlaneEndpoint's.
absl::StatusOr<ControlPlaneChoice> ChooseControlPlane(const std::optional<std::string>& flag,
                                                      const std::optional<deploy::Deployment>& state,
                                                      const Environment& environment);

}  // namespace flow

#endif  // CMD_CONTROL_CHOICE_H_
