#include "cmd/deploy/own_state.h"

#include <string>
#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "cmd/deploy/caller.h"
#include "flow/engine/call.h"

namespace flow {
namespace {

// Whether the engine is another one than that of `id`; not where it does not tell.
bool IsAnother(Session& session, const std::string& id) {
  if (session.client() == nullptr) return false;
  Caller caller(session);
  if (!caller.Negotiate().ok()) return false;
  const absl::StatusOr<engine::Reply> reply = caller.One(engine::GetInfo{});
  const auto* info = reply.ok() ? std::get_if<engine::Info>(&*reply) : nullptr;
  return info != nullptr && !info->id().empty() && info->id() != id;
}

}  // namespace

OwnState ReadOwnState(Session& session, const PipelineKey& key) {
  OwnState state{.deployment = session.ReadState(key)};
  if (!state.deployment.has_value()) return state;
  const std::string& host = state.deployment->engine_host();
  if (host == session.endpoint().address || state.deployment->engine_id().empty()) return state;
  if (!IsAnother(session, state.deployment->engine_id())) return state;
  session.Warn(absl::StrCat("the state of pipeline \"", key.name, "\" is of another engine, ", host,
                            ": what it has there is not looked at (--host=", host, " does)"));
  return {.deployment = std::nullopt, .elsewhere = true};
}

}  // namespace flow
