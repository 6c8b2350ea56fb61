// Keeps control planes told how the components of running pipelines are: flow/control/heartbeat.h for each pipeline,
// beside what the target tells.
#ifndef CMD_CONTROL_HEARTBEAT_WATCH_H_
#define CMD_CONTROL_HEARTBEAT_WATCH_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/control/choice.h"
#include "cmd/control/messenger.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "cmd/target/lookout.h"
#include "flow/control/heartbeat.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

class HeartbeatWatch {
 public:
  // Of pipelines that `lookout` sees. `flag`: the control plane that is told of all, whatever the states say; nothing: each
  // is told of by its state's. The session has a client.
  HeartbeatWatch(CommandSession& session, Lookout& lookout, const Environment& environment,
                 std::optional<std::string> flag);
  ~HeartbeatWatch();

  // Takes the pipelines to be told of. Error (exit_status.h): there is one of which nothing can be told.
  absl::Status Choose(const std::vector<PipelineKey>& keys);

  // Tells of them until all are gone (OK), or another end comes (exit_status.h): a signal, of which the control planes
  // are told that the components stop; or the target's refusal to tell what happens.
  absl::Status Run();

 private:
  // One pipeline, and the control plane that is told of it.
  struct Told;

  absl::Status Follow();
  template <typename Predicate>
  bool Any(const Predicate& predicate) const;
  absl::Duration BeatEvery() const;
  // When a look is due though nothing has changed. Not while the target is away: that it is back is a change.
  absl::Time NextLook() const;
  // Asks the target how they are. A pipeline of which there is nothing left is told of no more. Error: a signal.
  absl::Status Look();
  // An apply may have moved the pipeline to another control plane. False: to none.
  bool StillTold(const std::optional<deploy::Deployment>& state, std::unique_ptr<Told>& told);
  void SayUnknown();
  void SayStopping();

  CommandSession& session_;
  Lookout& lookout_;
  const Environment& environment_;
  const std::optional<std::string> flag_;
  std::map<PipelineKey, std::unique_ptr<Told>> told_;
  absl::Time looked_;        // the last time
  bool incomplete_ = false;  // not all was answered then
  bool unknown_ = false;     // the target is away, and that was told
};

}  // namespace flow

#endif  // CMD_CONTROL_HEARTBEAT_WATCH_H_
