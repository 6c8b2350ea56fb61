// Doing: the calls of a plan's operations, from the moment that each may begin to its outcome. A part of the machines;
// what an outcome means is theirs to say.
#ifndef FLOW_DEPLOY_DOING_H_
#define FLOW_DEPLOY_DOING_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/executor.h"
#include "flow/deploy/machine.h"
#include "flow/deploy/network_claim.h"
#include "flow/deploy/observed.h"
#include "flow/deploy/operation_call.h"
#include "flow/deploy/plan.h"
#include "flow/deploy/reconcile.h"
#include "flow/engine/call.h"
#include "flow/engine/container_config.h"

namespace flow::deploy {

class Doing {
 public:
  // Of the plan's operations; nothing of another one is under way.
  void Start(Plan plan) { executor_ = Executor(std::move(plan)); }

  // Makes the calls of all operations that may begin. `network_id`: the network that is there, where the plan creates
  // none. `reached` tells whether a component is where a Wait wants it,
  // `deadline` how long the engine has.
  void Pump(const compose::Project& project, const engine::Placement& placement, const std::string& network_id,
            const std::function<bool(const Wait&)>& reached,
            const std::function<absl::Duration(const Operation&)>& deadline, Outbox& out) {
    const std::vector<uint32_t> begun = executor_.Begin(reached);
    if (begun.empty()) return;  // as after most events
    engine::Placement complete = placement;
    const std::string made = MadeNetwork();
    complete.network_id = made.empty() ? network_id : made;
    for (const uint32_t index : begun) {
      const Operation& operation = executor_.plan().operations(index);
      out.Tell(Report::Kind::kBegun, operation, OperationText(operation));
      engine::Call call = MakeCall(operation, executor_.Target(index), project, complete, out.version());
      calls_[out.Request(std::move(call), deadline(operation))] = index;
    }
  }

  // Whether this answers one of its calls.
  bool Asked(const Answer& answer) const { return calls_.contains(answer.request); }

  struct Outcome {
    uint32_t index;  // of the operation
    absl::StatusOr<engine::Reply> reply;
  };

  // Takes the answer to one of its calls. Nothing: the outcome is open, as another call is to tell.
  std::optional<Outcome> Take(const Answer& answer, const compose::Project& project, Outbox& out) {
    const uint32_t index = calls_.extract(answer.request).mapped();
    Outcome outcome{index, answer.reply};
    const Operation& operation = executor_.plan().operations(index);
    if (operation.kind() == Operation::CREATE_NETWORK) {
      if (claim_.asked()) {
        auto claimed = claim_.OnListed(project, answer.reply, out);
        claiming_ = index;
        if (!claimed.has_value()) return std::nullopt;
        outcome.reply = *std::move(claimed);
      } else if (const int listing = claim_.OnCreated(operation.name(), answer.reply, out); listing != 0) {
        calls_[listing] = index;
        return std::nullopt;
      }
    }
    if (operation.kind() == Operation::CREATE_VOLUME && outcome.reply.ok()) {
      outcome.reply = OwnVolume(project, std::get<engine::Created>(*outcome.reply));
    }
    const bool done = outcome.reply.ok();
    if (!done) executor_.Failed(index);
    const auto* made = done ? std::get_if<engine::Created>(&*outcome.reply) : nullptr;
    if (done) executor_.Done(index, made == nullptr ? "" : made->id().empty() ? made->name() : made->id());
    out.Tell(
        done ? Report::Kind::kDone : Report::Kind::kFailed, operation,
        done ? DoneText(operation) : absl::StrCat(OperationText(operation), ": ", outcome.reply.status().message()));
    return outcome;
  }

  void On(const TimerFired& fired, Outbox& out) {
    if (const int listing = claim_.On(fired, out); listing != 0) calls_[listing] = claiming_;
  }

  // The calls of these operations are no longer awaited, and count as failed.
  void GiveUp(const std::function<bool(const Operation&)>& which, Outbox& out) {
    std::erase_if(calls_, [&](const auto& call) {
      const auto& [request, index] = call;
      if (!which(executor_.plan().operations(index))) return false;
      out.Put(Cancel{request});
      executor_.Failed(index);
      return true;
    });
  }

  Executor& executor() { return executor_; }
  const Executor& executor() const { return executor_; }

  // What a test tells states apart by.
  std::string DebugString() const { return absl::StrCat(executor_.DebugString(), claim_.asked()); }

 private:
  // The engine answers with the volume that has the name, also where that came up since it was asked what there is.
  static absl::StatusOr<engine::Reply> OwnVolume(const compose::Project& project, const engine::Created& volume) {
    if (IsOwned(volume.labels(), project.namespace_(), project.pipeline())) return engine::Reply(volume);
    return absl::InternalError(absl::StrCat("its name was taken meanwhile by ", HolderText(volume.labels())));
  }

  std::string MadeNetwork() const {
    for (const auto& [index, id] : executor_.made()) {
      if (executor_.plan().operations(index).kind() == Operation::CREATE_NETWORK) return id;
    }
    return "";
  }

  Executor executor_;
  std::map<int, uint32_t> calls_;  // request → operation
  NetworkClaim claim_;
  uint32_t claiming_ = 0;  // the operation that it is of
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_DOING_H_
