#include "cmd/control/leave.h"

#include <string>

#include "absl/status/statusor.h"
#include "cmd/control/address.h"
#include "cmd/control/messenger.h"
#include "flow/control/departure.h"

namespace flow {

void Leave(CommandSession& session, const PipelineKey& key, const deploy::ControlPlane& registered) {
  if (registered.address().empty()) return;
  const absl::StatusOr<Endpoint> endpoint = ControlPlaneEndpoint(registered.address(), session.environment());
  if (!endpoint.ok()) return session.Warn(endpoint.status().message());
  control::Departure departure(key.namespace_, key.name, registered);
  Messenger messenger(session, *endpoint);
  departure.Begin();
  if (!messenger.Drain(departure, Messenger::kDeadline)) departure.GiveUp();
  for (const std::string& warning : departure.out().TakeWarnings()) session.Warn(warning);
}

}  // namespace flow
