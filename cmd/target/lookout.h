// Pipelines of a target as whoever keeps an eye on them sees them, again and again: flow-heartbeat.
#ifndef CMD_TARGET_LOOKOUT_H_
#define CMD_TARGET_LOOKOUT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/state/store.h"
#include "cmd/target/watch_status.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/deploy/status.pb.h"

namespace flow {

// A pipeline of which there is something: by the state, by the target.
struct Sighting {
  std::optional<deploy::Deployment> state;  // of this target, where there is one that can be read
  deploy::PipelineStatus status;
};

struct Sightings {
  std::map<PipelineKey, Sighting> pipelines;  // of which there is nothing any more has none
  bool complete = true;                       // all was answered; that there is no such thing is an answer
};

class Lookout {
 public:
  virtual ~Lookout() = default;

  virtual Changes& changes() = 0;

  // The states of the pipelines, in their order; nothing where none is kept. Error (exit_status.h): of one there is nothing;
  // the target does not tell; a signal came.
  virtual absl::StatusOr<std::vector<std::optional<deploy::Deployment>>> Find(const std::vector<PipelineKey>& keys) = 0;

  // How the pipelines are now, as far as the target tells until then. Error: it does not tell; or a signal came
  // (exit_status.h).
  virtual absl::StatusOr<Sightings> Look(const std::vector<PipelineKey>& keys, absl::Time until) = 0;

  // Under which name the others reach a component.
  virtual std::string HostOf(const PipelineKey& key, const std::string& component) const = 0;
};

}  // namespace flow

#endif  // CMD_TARGET_LOOKOUT_H_
