#include "cmd/control/choice.h"

#include <utility>

#include "cmd/control/address.h"

namespace flow {

absl::StatusOr<ControlPlaneChoice> ChooseControlPlane(const std::optional<std::string>& flag,
                                                      const std::optional<deploy::Deployment>& state,
                                                      const Environment& environment) {
  ControlPlaneChoice choice;
  if (state.has_value()) choice.registered = state->control_plane();
  if (flag.has_value() && *flag != choice.registered.address()) {
    if (!choice.registered.address().empty()) choice.before = choice.registered;
    choice.registered.Clear();
    choice.registered.set_address(*flag);
  }
  if (choice.registered.address().empty()) return choice;
  absl::StatusOr<Endpoint> endpoint = ControlPlaneEndpoint(choice.registered.address(), environment);
  if (!endpoint.ok()) return endpoint.status();
  choice.endpoint = *std::move(endpoint);
  return choice;
}

}  // namespace flow
