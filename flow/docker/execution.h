// Docker's side of carrying out a plan: the call that each operation makes, and what its answer comes to.
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
#include "flow/docker/failure.h"
#include "flow/docker/network_claim.h"
#include "flow/docker/observed.h"
#include "flow/docker/operations.h"
#include "flow/docker/owner.h"
#include "flow/project/project.pb.h"

namespace flow::docker {

using Execution = deploy::Execution<Docker>;

// What containers find on the engine.
struct Surroundings {
  std::string network_id;      // of the project's network, where the plan creates none
  bool knows_its_host = true;  // the engine knows an address of its host for them
};

// Makes the calls of all operations that may begin. `reached` tells whether a component is where a Wait wants it,
// `deadline` how long the engine has.
inline void BeginOperations(Execution& execution, const project::Project& project, const engine::Placement& placement,
                            const Surroundings& surroundings, const std::function<bool(const Wait&)>& reached,
                            const std::function<absl::Duration(const Operation&)>& deadline, Outbox& out);

// Takes the answer to a call of an operation, and returns how the operation ended: what the engine replied, or why it
// failed. Nothing: it goes on, as another call is to tell. `claim` is that of the network which the plan creates.
inline std::optional<absl::StatusOr<engine::Reply>> TakeAnswer(Execution& execution, NetworkClaim& claim,
                                                               const OperationCall& call,
                                                               absl::StatusOr<engine::Reply> reply,
                                                               const project::Project& project, Outbox& out);

// The same where any answer is the operation's end, as in a removal.
inline void EndOperation(Execution& execution, uint32_t operation, const absl::StatusOr<engine::Reply>& reply,
                         Outbox& out);

// How it is done

namespace internal {

// The network that the plan has created by now; empty: none.
inline std::string MadeNetwork(const Execution& execution) {
  for (const auto& [index, id] : execution.made()) {
    if (KindOf(execution.plan().operations(index)) == OperationKind::kCreateNetwork) return id;
  }
  return "";
}

// The engine answers with the volume that has the name, also where that came up since it was asked what there is.
inline absl::StatusOr<engine::Reply> OwnVolume(const project::Project& project, const engine::Created& volume) {
  if (IsOwned(volume.labels(), project)) return engine::Reply(volume);
  return absl::InternalError(absl::StrCat("its name was taken meanwhile by ", OwnerText(volume.labels())));
}

}  // namespace internal

inline void BeginOperations(Execution& execution, const project::Project& project, const engine::Placement& placement,
                            const Surroundings& surroundings, const std::function<bool(const Wait&)>& reached,
                            const std::function<absl::Duration(const Operation&)>& deadline, Outbox& out) {
  std::optional<engine::Placement> complete;  // most events let nothing begin
  execution.Pump(
      reached,
      [&](uint32_t index) {
        if (!complete.has_value()) {
          complete = placement;
          const std::string made = internal::MadeNetwork(execution);
          complete->network_id = made.empty() ? surroundings.network_id : made;
          complete->knows_its_host = surroundings.knows_its_host;
        }
        const Operation& operation = execution.plan().operations(index);
        return Execution::Request{MakeCall(operation, execution.ObjectId(index), project, *complete, out.version()),
                                  deadline(operation)};
      },
      out);
}

inline std::optional<absl::StatusOr<engine::Reply>> TakeAnswer(Execution& execution, NetworkClaim& claim,
                                                               const OperationCall& call,
                                                               absl::StatusOr<engine::Reply> reply,
                                                               const project::Project& project, Outbox& out) {
  const Operation& operation = execution.plan().operations(call.operation);
  if (KindOf(operation) == OperationKind::kCreateNetwork) {
    std::optional<absl::StatusOr<engine::Reply>> claimed = claim.Take(call, operation.name(), reply, project, out);
    if (!claimed.has_value()) return std::nullopt;
    reply = *std::move(claimed);
  }
  if (KindOf(operation) == OperationKind::kCreateVolume && reply.ok()) {
    reply = internal::OwnVolume(project, std::get<engine::Created>(*reply));
  }
  EndOperation(execution, call.operation, reply, out);
  return reply;
}

inline void EndOperation(Execution& execution, uint32_t operation, const absl::StatusOr<engine::Reply>& reply,
                         Outbox& out) {
  if (!reply.ok()) {
    const Operation& failed = execution.plan().operations(operation);
    if (!IsByAnother(failed, reply.status())) return execution.Failed(operation, reply.status().message(), out);
    return execution.Failed(operation, WordsOfAnother(reply.status()), out, Report::Kind::kNote);
  }
  const auto* made = std::get_if<engine::Created>(&*reply);
  execution.Done(operation, made == nullptr ? "" : made->id().empty() ? made->name() : made->id(), out);
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_EXECUTION_H_
