// flow-status --watch: the status, drawn anew whenever something changes.
#ifndef CMD_TARGET_WATCH_STATUS_H_
#define CMD_TARGET_WATCH_STATUS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/base/environment.h"
#include "cmd/state/store.h"
#include "cmd/target/look.h"

namespace flow {

// Waits until what there is of pipelines may have changed: by what the target tells, and by the state files. Nothing is
// polled.
class Changes {
 public:
  virtual ~Changes() = default;

  // The state files whose changes count; to be told again before each wait, as there may be more by then.
  virtual void Watch(const std::string& folder) = 0;
  // A pipeline's, and its namespace's, where it comes and goes.
  virtual void Watch(const PipelineKey& key) = 0;

  // Opens the stream of what the target tells: what happens from now on is not missed. An error (exit_status.h) ends the
  // command: a signal's, or that of a target that does not answer, or refuses.
  virtual absl::Status Open() = 0;

  // Waits for a change (some milliseconds more, as they come in swarms): true. Or until one of the descriptors is
  // readable, or the time is over: false. Where the target goes away, or fails for now, that is waited for, and told. An
  // error ends the command: a signal's, or that of a target which tells nothing, and will tell nothing.
  virtual absl::StatusOr<bool> Wait(absl::Span<const int> descriptors, absl::Duration at_most) = 0;

  // The target has told nothing for so long that this was told.
  virtual bool away() const = 0;
};

// Until a signal comes, or the pipeline is gone, or the answer can be written no more: the end of the command
// (exit_status.h). `look`: a look at what the options name.
absl::Status WatchStatus(const Store& store, const Environment& environment, const LookOptions& options,
                         Changes& changes, const std::function<absl::StatusOr<Look>()>& look);

}  // namespace flow

#endif  // CMD_TARGET_WATCH_STATUS_H_
