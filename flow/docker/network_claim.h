// Whose network a pipeline gets. An apply that was killed, or one from another state folder, may ask for one at the
// same time, and engines do create two of one name, of which they then start nothing: the oldest is everyone's, and a
// younger one of our own goes. The maker of the younger may have looked before the older one was there to be seen, and
// go on with its own: so the maker of the older looks again a little later, and gives way where the younger stays. A
// part of the apply machine.
#ifndef FLOW_DOCKER_NETWORK_CLAIM_H_
#define FLOW_DOCKER_NETWORK_CLAIM_H_

#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/observed.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

class NetworkClaim {
 public:
  // Takes the answers to the calls of the operation that creates the network: of the create at first, then of each list
  // that it asks for here. What the create comes to: the network that the pipeline has now, or why there is none.
  // Nothing: a list or a timer is to tell.
  std::optional<absl::StatusOr<engine::Reply>> Take(const OperationCall& call, const std::string& name,
                                                    const absl::StatusOr<engine::Reply>& reply,
                                                    const project::Project& project, Outbox& out) {
    if (is_under_way_) return OnListed(project, reply, out);
    if (!reply.ok() && !absl::IsAlreadyExists(reply.status())) return reply;  // there is nothing to claim
    if (reply.ok()) own_ = std::get<engine::Created>(*reply).id();
    is_under_way_ = true;
    operation_ = call.operation;
    name_ = name;
    List(out);
    return std::nullopt;
  }

  void On(const LookForNetworks&, Outbox& out) { List(out); }

  // All that it is made of, for a test that tells states apart.
  auto Members() const {
    const auto& [is_under_way, operation, name, waited, own] = *this;
    return std::tie(is_under_way, operation, name, waited, own);
  }

 private:
  static constexpr absl::Duration kDeadline = absl::Seconds(10);
  // How long the maker of the younger one has to remove it.
  static constexpr absl::Duration kForTheOther = absl::Seconds(1);

  // Asks which networks of the name there are.
  void List(Outbox& out) const {
    out.Request(OperationCall{operation_}, engine::ListNetworks{.name = name_}, kDeadline);
  }

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
      if (other != nullptr && !std::exchange(waited_, true)) {
        out.Timer(LookForNetworks{}, kForTheOther);
        return std::nullopt;
      }
      if (other != nullptr) oldest = other;
    }
    if (oldest == nullptr) return own_or(absl::InternalError("its name was taken by something else meanwhile"));
    if (!own_.empty() && own_ != oldest->id()) {
      out.Request(GiveNetworkUp{}, engine::RemoveNetwork{own_}, kDeadline);
    }
    network.set_id(oldest->id());
    return absl::StatusOr<engine::Reply>(engine::Reply(network));
  }

  bool is_under_way_ = false;
  uint32_t operation_ = 0;
  std::string name_;
  bool waited_ = false;  // for the maker of the younger one
  std::string own_;      // the id of the one that this apply created
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_NETWORK_CLAIM_H_
