// Whose network a pipeline gets. An apply that was killed, or one from another state folder, may ask for one at the
// same time, and engines do create two of one name, of which they then start nothing: the oldest is everyone's, and a
// younger one of our own goes. The maker of the younger may have looked before the older one was there to be seen, and
// go on with its own: so the maker of the older looks again a little later, and gives way where the younger stays. A
// part of the apply machine.
#ifndef FLOW_DEPLOY_NETWORK_CLAIM_H_
#define FLOW_DEPLOY_NETWORK_CLAIM_H_

#include <optional>
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
    name_ = name;
    return List(out);
  }

  // The request, whose answer is OnListed's; 0: it was not the claim's timer.
  int On(const TimerFired& fired, Outbox& out) { return timer_ != 0 && fired.timer == timer_ ? List(out) : 0; }

  bool asked() const { return asked_; }

  // What the create comes to: the network that the pipeline has now. Error: there is none. Nothing: a timer will tell.
  std::optional<absl::StatusOr<engine::Reply>> OnListed(const compose::Project& project,
                                                        const absl::StatusOr<engine::Reply>& reply, Outbox& out) {
    engine::Created network;
    network.set_id(own_);
    const auto own_or = [&](const absl::Status& error) {
      return own_.empty() ? absl::StatusOr<engine::Reply>(error) : absl::StatusOr<engine::Reply>(network);
    };
    if (!reply.ok()) return own_or(reply.status());
    const auto& list = std::get<engine::NetworkList>(*reply);
    const engine::NetworkSummary* oldest = OldestOwned(list, project.namespace_(), project.pipeline());
    if (oldest != nullptr && oldest->id() == own_) {
      const auto* other = OldestOwned(list, project.namespace_(), project.pipeline(), /*but=*/own_);
      if (other != nullptr && timer_ == 0) {
        timer_ = out.Timer(kForTheOther);
        return std::nullopt;
      }
      if (other != nullptr) oldest = other;
    }
    if (oldest == nullptr) return own_or(absl::InternalError("its name was taken by something else meanwhile"));
    if (!own_.empty() && own_ != oldest->id()) out.Request(engine::RemoveNetwork{own_}, kDeadline);
    network.set_id(oldest->id());
    return absl::StatusOr<engine::Reply>(engine::Reply(network));
  }

 private:
  static constexpr absl::Duration kDeadline = absl::Seconds(10);
  // How long the maker of the younger one has to remove it.
  static constexpr absl::Duration kForTheOther = absl::Seconds(1);

  int List(Outbox& out) const { return out.Request(engine::ListNetworks{.name = name_}, kDeadline); }

  bool asked_ = false;
  std::string name_;
  int timer_ = 0;
  std::string own_;  // the id of the one that this apply created
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_NETWORK_CLAIM_H_
