// Whose network a pipeline gets. An apply that was killed, or one from another state folder, may ask for one at the
// same time, and engines do create two of one name, of which they then start nothing: the oldest is everyone's, and a
// younger one of our own goes. A part of the apply machine.
#ifndef FLOW_DEPLOY_NETWORK_CLAIM_H_
#define FLOW_DEPLOY_NETWORK_CLAIM_H_

#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/machine.h"
#include "flow/deploy/observed.h"
#include "flow/engine/call.h"

namespace flow::deploy {

class NetworkClaim {
 public:
  // Takes the answer to the create, and asks which networks of the name there are. The request, whose answer is
  // OnListed's; 0 where there is nothing to ask: it was refused.
  int OnCreated(const std::string& name, const absl::StatusOr<engine::Reply>& reply, Outbox& out) {
    if (!reply.ok() && !absl::IsAlreadyExists(reply.status())) return 0;
    if (reply.ok()) own_ = std::get<engine::Created>(*reply).id();
    asked_ = true;
    return out.Request(engine::ListNetworks{.name = name}, kDeadline);
  }

  bool asked() const { return asked_; }

  // What the create comes to: the network that the pipeline has now. Error: there is none.
  absl::StatusOr<engine::Reply> OnListed(const compose::Project& project, const absl::StatusOr<engine::Reply>& reply,
                                         Outbox& out) {
    engine::Created network;
    network.set_id(own_);
    if (!reply.ok()) return own_.empty() ? absl::StatusOr<engine::Reply>(reply.status()) : engine::Reply(network);
    const engine::NetworkSummary* oldest =
        OldestOwned(std::get<engine::NetworkList>(*reply), project.namespace_(), project.pipeline());
    if (oldest == nullptr) return absl::InternalError("its name was taken by something else meanwhile");
    if (!own_.empty() && own_ != oldest->id()) out.Request(engine::RemoveNetwork{own_}, kDeadline);
    network.set_id(oldest->id());
    return engine::Reply(network);
  }

 private:
  static constexpr absl::Duration kDeadline = absl::Seconds(10);

  bool asked_ = false;
  std::string own_;  // the id of the one that this apply created
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_NETWORK_CLAIM_H_
