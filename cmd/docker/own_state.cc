#include "cmd/docker/own_state.h"

#include <signal.h>

#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/docker/caller.h"
#include "flow/docker/engine/call.h"

namespace flow {

const std::string& OwnStates::EngineId() {
  if (engine_id_.has_value()) return *engine_id_;
  engine_id_ = "";
  Caller caller(session_, {}, until_);
  answers_ = caller.Negotiate().ok();
  if (answers_) {
    const absl::StatusOr<docker::engine::Reply> reply = caller.One(docker::engine::GetInfo{});
    if (reply.ok()) engine_id_ = std::get<docker::engine::Info>(*reply).id();
  }
  if (caller.signal() != 0) {
    answers_ = false;
    raise(caller.signal());  // it is blocked, and so pending: Signals
  }
  return *engine_id_;
}

OwnState OwnStates::Read(const PipelineKey& key) {
  absl::StatusOr<deploy::Deployment> read = session_.ReadState(key);
  if (!read.ok()) return {.known = !absl::IsNotFound(read.status())};
  if (read->driver() != session_.driver()) return {.elsewhere = true};
  const std::string host = read->engine_host(), id = read->engine_id();
  OwnState own{.deployment = *std::move(read), .known = true};
  if (host == session_.endpoint().address || id.empty()) return own;
  const bool same = EngineId() == id;
  if (same || !answers_) return own;  // what follows will fail by that
  session_.Warn(absl::StrCat("the state of pipeline \"", key.name, "\" is of another engine, ", host,
                             ": what it has there is not looked at (--host=", host, " does)"));
  return {.elsewhere = true};
}

}  // namespace flow
