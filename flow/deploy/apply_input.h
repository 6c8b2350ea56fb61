// What an apply is given.
#ifndef FLOW_DEPLOY_APPLY_INPUT_H_
#define FLOW_DEPLOY_APPLY_INPUT_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/project.pb.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/reconcile.h"
#include "flow/engine/container_config.h"
#include "flow/engine/engine.pb.h"

namespace flow::deploy {

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

// What the same command has asked the engine before (learn_metadata.h), and is not asked again.
struct Known {
  compose::ApiVersion version;
  engine::ImageList images;
  std::set<std::string> pulled;  // references
};

struct ApplyInput {
  compose::Project project;
  std::optional<Deployment> previous;  // the state, where there is one that can be read
  // Where the command's apply before this one ended with Finish::again: the volumes that it created, and left.
  std::optional<std::set<std::string>> left = std::nullopt;
  absl::Duration took;  // of the timeout, by what the command has done before
  ApplyOptions options;
  engine::Placement placement;  // what the containers' descriptions need besides; its number and network are filled in
  std::string file_digest;      // SHA-256 of the pipeline file, in hex
  std::string engine_host;      // the engine's address, for messages
  std::map<std::string, std::string> annotations;
  std::vector<ImageMetadata> metadata;  // that the project was made with, for the state
  std::optional<Known> known;
  std::optional<ControlPlane> control_plane;  // for the state
};

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_APPLY_INPUT_H_
