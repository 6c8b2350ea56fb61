// Moves the events of pipelines: keeps up with what the engine runs of them, and has a machine (flow/stream/pump.h) for
// each.
#ifndef CMD_STREAM_STREAM_WATCH_H_
#define CMD_STREAM_STREAM_WATCH_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/docker/caller.h"
#include "cmd/docker/change_watch.h"
#include "cmd/docker/describe.h"
#include "cmd/docker/own_state.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "flow/compose/api_version.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/docker/observed.h"
#include "flow/stream/contract.h"
#include "flow/stream/figures.pb.h"

namespace flow {

class StreamWatch {
 public:
  // The figures so far, now and then.
  using Progress = std::function<void(const stream::StreamReport&)>;

  // Of pipelines of the namespace. The session has a client that speaks `version`. `window`: how many events a processor
  // is given at once.
  StreamWatch(Session& session, const compose::ApiVersion& version, const Environment& environment,
              const std::string& namespace_, int64_t window, Progress progress);
  ~StreamWatch();

  // Takes the pipelines. Error (exit_status.h): there is one that does not exist, whose wiring is not known here, or
  // that has nothing to move.
  absl::Status Choose(Caller& caller, const std::vector<PipelineKey>& keys);

  // Until all sources have ended and everything has arrived: OK, or kFailed where something was lost or failed. Another
  // end (exit_status.h) is a signal's, after what was under way has arrived, or the engine's refusal to tell its events.
  absl::Status Run();

  stream::StreamReport report() const;

 private:
  struct Moved;

  absl::Status Follow();
  absl::Status Look();
  // By what the state says of its wiring. Where that is another now, what is under way arrives before it is followed. An
  // error ends the command.
  absl::Status Begin(const PipelineKey& key, const std::optional<deploy::Deployment>& state, Moved& moved);
  void Connect(const PipelineKey& key, Moved& moved, const stream::Handover& before);
  // Follows the wirings before which all has arrived; whether there was one.
  bool GoOn();
  void Locate(Moved& moved, const std::vector<docker::Container>& containers);
  // Lets what is under way arrive, until all has, or another signal comes.
  void Drain();
  absl::Time Due() const;
  bool Finished() const;
  void TellProgress();
  // Tells control planes how it has ended.
  void TellEnd();

  Session& session_;
  const compose::ApiVersion version_;
  const Environment& environment_;
  const int64_t window_;
  const Progress progress_;
  const std::vector<std::string> labels_;
  ChangeWatch changes_;
  std::map<PipelineKey, std::unique_ptr<Moved>> moved_;
  absl::Time told_;
  bool incomplete_ = false;  // the last look was
};

}  // namespace flow

#endif  // CMD_STREAM_STREAM_WATCH_H_
