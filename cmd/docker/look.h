// One look at pipelines: what flow-status shows.
#ifndef CMD_DOCKER_LOOK_H_
#define CMD_DOCKER_LOOK_H_

#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"

namespace flow {

struct LookOptions {
  std::string namespace_;  // empty: every one, or for a pipeline "default"
  std::string pipeline;    // empty: every one
  std::string output;      // table wide json yaml textproto name; of one pipeline mermaid dot too
  bool stats = false;      // with what its containers use
};

struct Look {
  std::string text;
  bool well = true;  // all that is shown is running or has completed
};

// The pipeline that the options name. Its name is empty where they name none.
PipelineKey KeyOf(const LookOptions& options);

// The labels of the containers that count.
std::vector<std::string> LabelsOf(const LookOptions& options);

// As it is now. `ended`: of ListContainers. Error (exit_status.h): there is no such pipeline, or none at all, which is
// well (kDone); the engine refuses to list the containers; a signal came. States that cannot be listed are warned of.
absl::StatusOr<Look> LookAt(Session& session, Caller& caller, const LookOptions& options,
                            const std::set<std::string>& ended = {});

}  // namespace flow

#endif  // CMD_DOCKER_LOOK_H_
