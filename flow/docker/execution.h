// A plan carried out on a Docker engine: flow/deploy/execution.h, with what two of its operations need besides their
// one call. A network is claimed (network_claim.h), and a volume that was created may turn out to be someone else's.
#ifndef FLOW_DOCKER_EXECUTION_H_
#define FLOW_DOCKER_EXECUTION_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/deploy/execution.h"
#include "flow/docker/contract.h"
#include "flow/docker/engine/call.h"
#include "flow/docker/engine/container_config.h"
#include "flow/docker/network_claim.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/docker/owner.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

class Execution : public deploy::Execution<Docker> {
 public:
  // Makes the calls of all operations that may begin. `network_id`: the network that is there, where the plan creates
  // none. `reached` tells whether a component is where a Wait wants it, `deadline` how long the engine has.
  void Pump(const project::Project& project, const engine::Placement& placement, const std::string& network_id,
            const std::function<bool(const Wait&)>& reached,
            const std::function<absl::Duration(const Operation&)>& deadline, Outbox& out) {
    std::optional<engine::Placement> complete;  // most events let nothing begin
    deploy::Execution<Docker>::Pump(
        reached,
        [&](uint32_t index) {
          if (!complete.has_value()) {
            complete = placement;
            const std::string made = MadeNetwork();
            complete->network_id = made.empty() ? network_id : made;
          }
          const Operation& operation = plan().operations(index);
          return Request{MakeCall(operation, ObjectId(index), project, *complete, out.version()), deadline(operation)};
        },
        out);
  }

  struct Outcome {
    uint32_t index;  // of the operation
    absl::StatusOr<engine::Reply> reply;
  };

  // Takes the answer to one of its calls. Nothing: the outcome is open, as another call is to tell.
  std::optional<Outcome> Take(const Answer& answer, const project::Project& project, Outbox& out) {
    Outcome outcome{deploy::Execution<Docker>::Take(answer.request), answer.reply};
    const Operation& operation = plan().operations(outcome.index);
    if (KindOf(operation) == OperationKind::kCreateNetwork) {
      std::optional<absl::StatusOr<engine::Reply>> claimed = Claim(outcome, project, out);
      if (!claimed.has_value()) return std::nullopt;
      outcome.reply = *std::move(claimed);
    }
    if (KindOf(operation) == OperationKind::kCreateVolume && outcome.reply.ok()) {
      outcome.reply = OwnVolume(project, std::get<engine::Created>(*outcome.reply));
    }
    if (outcome.reply.ok()) {
      const auto* made = std::get_if<engine::Created>(&*outcome.reply);
      Done(outcome.index, made == nullptr ? "" : made->id().empty() ? made->name() : made->id(), out);
    } else {
      Failed(outcome.index, outcome.reply.status(), out);
    }
    return outcome;
  }

  void On(const TimerFired& fired, Outbox& out) {
    if (claim_.IsDue(fired)) Ask(claiming_, claim_.List(), out);
  }

  // What a test tells states apart by.
  std::string DebugString() const {
    return absl::StrCat(deploy::Execution<Docker>::DebugString(), claim_.is_under_way());
  }

 private:
  // What the create of a network comes to; nothing: a list or a timer is to tell.
  std::optional<absl::StatusOr<engine::Reply>> Claim(const Outcome& outcome, const project::Project& project,
                                                     Outbox& out) {
    claiming_ = outcome.index;
    if (claim_.is_under_way()) return claim_.OnListed(project, outcome.reply, out);
    if (!claim_.OnCreated(plan().operations(outcome.index).name(), outcome.reply)) return outcome.reply;
    Ask(claiming_, claim_.List(), out);
    return std::nullopt;
  }

  // The engine answers with the volume that has the name, also where that came up since it was asked what there is.
  static absl::StatusOr<engine::Reply> OwnVolume(const project::Project& project, const engine::Created& volume) {
    if (IsOwned(volume.labels(), project)) return engine::Reply(volume);
    return absl::InternalError(absl::StrCat("its name was taken meanwhile by ", OwnerText(volume.labels())));
  }

  std::string MadeNetwork() const {
    for (const auto& [index, id] : made()) {
      if (KindOf(plan().operations(index)) == OperationKind::kCreateNetwork) return id;
    }
    return "";
  }

  NetworkClaim claim_;
  uint32_t claiming_ = 0;  // the operation that it is of
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_EXECUTION_H_
