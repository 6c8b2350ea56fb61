// Whose network a pipeline gets. An apply that was killed, or one from another state folder, may ask for one at the
// same time, and engines do create two of one name, of which they then start nothing: the oldest is everyone's, and a
// younger one of our own goes. The maker of the younger may have looked before the older one was there to be seen, and
// go on with its own: so the maker of the older looks again a little later, and gives way where the younger stays. A
// part of the apply machine.
#ifndef FLOW_DOCKER_NETWORK_CLAIM_H_
#define FLOW_DOCKER_NETWORK_CLAIM_H_

#include <optional>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/deploy/execution.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/observed.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

class NetworkClaim {
 public:
  // Takes the answer to the create of the network of that name. False: it was refused, and there is nothing to claim.
  bool OnCreated(const std::string& name, const absl::StatusOr<engine::Reply>& reply) {
    if (!reply.ok() && !absl::IsAlreadyExists(reply.status())) return false;
    if (reply.ok()) own_ = std::get<engine::Created>(*reply).id();
    is_under_way_ = true;
    name_ = name;
    return true;
  }

  // Asks which networks of the name there are, for OnListed: once at the beginning, and when the timer has fired.
  deploy::Execution<Docker>::Request List() const { return {engine::ListNetworks{.name = name_}, kDeadline}; }
  bool IsDue(const TimerFired& fired) const { return timer_ != TimerId() && fired.timer == timer_; }

  bool is_under_way() const { return is_under_way_; }

  // What the create comes to: the network that the pipeline has now. Error: there is none. Nothing: a timer will tell.
  std::optional<absl::StatusOr<engine::Reply>> OnListed(const project::Project& project,
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
      const auto* other = OldestOwned(list, project.namespace_(), project.pipeline(), /*except=*/own_);
      if (other != nullptr && timer_ == TimerId()) {
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

  bool is_under_way_ = false;
  std::string name_;
  TimerId timer_ = TimerId();
  std::string own_;  // the id of the one that this apply created
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_NETWORK_CLAIM_H_
