// flow-status --watch: a look at pipelines whenever something has changed, on a screen of its own.
#ifndef CMD_DOCKER_WATCH_STATUS_H_
#define CMD_DOCKER_WATCH_STATUS_H_

#include "absl/status/status.h"
#include "cmd/base/environment.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/look.h"
#include "cmd/docker/session.h"

namespace flow {

// Shows how the pipelines are until there is an end (exit_status.h): the one that was asked for is gone, the reader is,
// a signal came, or the engine refuses for good. An engine that goes away is waited for.
absl::Status WatchStatus(Session& session, Caller& caller, const Environment& environment, const LookOptions& options);

}  // namespace flow

#endif  // CMD_DOCKER_WATCH_STATUS_H_
