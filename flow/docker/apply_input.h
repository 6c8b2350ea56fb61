// What an apply is given.
#ifndef FLOW_DOCKER_APPLY_INPUT_H_
#define FLOW_DOCKER_APPLY_INPUT_H_

#include <optional>

#include "absl/time/time.h"
#include "flow/deploy/record.h"
#include "flow/docker/engine/container_config.h"
#include "flow/docker/observation.h"
#include "flow/docker/pulls.h"
#include "flow/docker/rollback.h"

namespace flow::docker {

struct ApplyOptions {
  PullPolicy pull = PullPolicy::kMissing;
  bool force_recreate = false;
  bool wait = true;
  bool rollback = true;
  bool dry_run = false;  // decide, and end
  absl::Duration timeout = absl::Minutes(5);
  // How long a component without a health check has to run to count as up.
  absl::Duration min_ready = absl::Milliseconds(500);
};

struct ApplyInput : deploy::DeploymentInput {
  std::optional<Left> left;  // where the command's apply before this one ended with Finish::again
  absl::Duration took;       // of the timeout, by what the command has done before
  ApplyOptions options;
  engine::Placement placement;  // what the containers' descriptions need besides; its number and network are filled in
  std::optional<Known> known;   // where the same command has asked the engine before
};

}  // namespace flow::docker

#endif  // FLOW_DOCKER_APPLY_INPUT_H_
