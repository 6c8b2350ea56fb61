// One look at the pipelines of an engine.
#ifndef CMD_DOCKER_LOOK_H_
#define CMD_DOCKER_LOOK_H_

#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/target/look.h"

namespace flow {

// As it is now. `ended`: of ListContainers. Error (exit_status.h): there is no such pipeline, or none at all, which is
// well (kDone); the engine refuses to list the containers; a signal came. States that cannot be listed are warned of.
absl::StatusOr<Look> LookAt(Session& session, Caller& caller, const LookOptions& options,
                            const std::set<std::string>& ended = {});

}  // namespace flow

#endif  // CMD_DOCKER_LOOK_H_
