// The state of a pipeline on the engine that a command speaks to.
#ifndef CMD_DOCKER_OWN_STATE_H_
#define CMD_DOCKER_OWN_STATE_H_

#include <optional>
#include <string>

#include "absl/time/time.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "cmd/target/own_state.h"

namespace flow {

class OwnStates {
 public:
  // `until`: when what the engine is asked is to be over (Caller).
  explicit OwnStates(Session& session, absl::Time until = absl::InfiniteFuture()) : session_(session), until_(until) {}

  // A state that cannot be read is warned of. So is one that was written for another engine, with where the pipeline
  // is: it says nothing of this one and is not to be touched, as is that of a target of another kind. Only a state with
  // another address than the session's costs requests, and the first of them alone. Where the engine does not tell which
  // one it is, the address counts.
  OwnState Read(const PipelineKey& key);

 private:
  // Empty where the engine does not tell. A signal that comes meanwhile is there for who asks next.
  const std::string& EngineId();

  Session& session_;
  const absl::Time until_;
  std::optional<std::string> engine_id_;  // nothing: not asked yet
  bool answers_ = false;                  // it was asked, and is an engine
};

}  // namespace flow

#endif  // CMD_DOCKER_OWN_STATE_H_
