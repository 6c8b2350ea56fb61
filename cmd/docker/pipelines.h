// Every pipeline of a namespace: those of the states of this engine, and what the engine has of others.
#ifndef CMD_DOCKER_PIPELINES_H_
#define CMD_DOCKER_PIPELINES_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"

namespace flow {

// `volumes`: a pipeline of which the engine has nothing but volumes is one too. Error (exit_status.h): it is no
// namespace's name (kUsage); the engine or the state does not tell; a signal came.
absl::StatusOr<std::set<PipelineKey>> PipelinesOf(Session& session, OwnStates& states, const std::string& namespace_,
                                                  bool volumes);

}  // namespace flow

#endif  // CMD_DOCKER_PIPELINES_H_
