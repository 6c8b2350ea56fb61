// The components of a pipeline, by the state and by the engine.
#ifndef CMD_DOCKER_COMPONENTS_H_
#define CMD_DOCKER_COMPONENTS_H_

#include <map>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"

namespace flow {

// Those that are wanted, or without any all that there are, with how many replicas each has. Error (exit_status.h):
// there is no such pipeline; it has no component of a wanted name (kUsage), with what was probably meant; the engine
// does not tell; a signal came.
absl::StatusOr<std::map<std::string, int>> ComponentsOf(Session& session, Caller& caller, const PipelineKey& key,
                                                        const std::set<std::string>& wanted);

}  // namespace flow

#endif  // CMD_DOCKER_COMPONENTS_H_
