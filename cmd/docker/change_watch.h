// Waits until what there is of pipelines may have changed: by the engine's events, and by the state files. Nothing is
// polled.
#ifndef CMD_DOCKER_CHANGE_WATCH_H_
#define CMD_DOCKER_CHANGE_WATCH_H_

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/base/folder_watch.h"
#include "cmd/docker/session.h"
#include "cmd/state/store.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/container_event.h"

namespace flow {

class ChangeWatch {
 public:
  // Of containers with all of these labels ("key" or "key=value").
  ChangeWatch(Session& session, std::vector<std::string> labels, compose::ApiVersion version);
  ~ChangeWatch();
  ChangeWatch(const ChangeWatch&) = delete;
  ChangeWatch& operator=(const ChangeWatch&) = delete;

  // The state files whose changes count; to be told again before each wait, as there may be more by then.
  void Watch(const std::string& folder) { folders_.Add(folder); }
  // A pipeline's, and its namespace's, where it comes and goes.
  void Watch(const PipelineKey& key) {
    const std::string folder = session_.store().FolderOf(key);
    folders_.Add(folder);
    folders_.Add(folder.substr(0, folder.rfind('/')));
  }

  // Opens the stream of events: what happens from now on is not missed. An error (exit_status.h) ends the command: a
  // signal's, or that of an engine that does not answer, or refuses.
  absl::Status Open();

  // Waits for a change (some milliseconds more, as they come in swarms): true. Or until one of the descriptors is
  // readable, or the time is over: false. Where the engine goes away, or fails for now, that is waited for, and told when
  // it takes longer than kDeafFor (deadlines.h). An error ends the command: a signal's, or that of an engine which tells
  // no events, and will tell none.
  absl::StatusOr<bool> Wait(absl::Span<const int> descriptors, absl::Duration at_most = absl::InfiniteDuration());

  // The containers that events since the last call have told to have ended, and not to have been started again.
  std::set<std::string> TakeEnded() { return std::exchange(ended_, {}); }

  // How often events have told since Open that a container was started. One that was listed is never again the same run
  // of a container while this number is another.
  int64_t StartsOf(const std::string& id) const {
    const auto found = starts_.find(id);
    return found == starts_.end() ? 0 : found->second;
  }

  // The engine has told no events for so long.
  bool away() const { return away_; }

 private:
  void Listen();
  void OnEvent(const docker::engine::ContainerEvent& event);
  // Polls the client, the descriptors and the signals. An error ends the command.
  absl::Status Poll(std::vector<int> descriptors, absl::Duration at_most);

  Session& session_;
  const std::vector<std::string> labels_;
  const compose::ApiVersion version_;
  FolderWatch folders_;
  int stream_ = 0;  // the client's number; 0: none is open
  bool opened_ = false;
  absl::Time deaf_since_;    // where it is not
  absl::Time listen_again_;  // where none is open: not before
  bool changed_ = false;
  std::set<std::string> ended_;
  std::map<std::string, int64_t> starts_;
  bool away_ = false;     // told
  absl::Status cut_off_;  // why the last stream that ended did
};

}  // namespace flow

#endif  // CMD_DOCKER_CHANGE_WATCH_H_
