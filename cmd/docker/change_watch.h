// The changes of pipelines on an engine, by its events.
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
#include "cmd/target/watch_status.h"
#include "flow/compose/api_version.h"
#include "flow/docker/engine/container_event.h"

namespace flow {

class ChangeWatch : public Changes {
 public:
  // Of containers with all of these labels ("key" or "key=value").
  ChangeWatch(Session& session, std::vector<std::string> labels, compose::ApiVersion version);
  ~ChangeWatch() override;
  ChangeWatch(const ChangeWatch&) = delete;
  ChangeWatch& operator=(const ChangeWatch&) = delete;

  void Watch(const std::string& folder) override { folders_.Add(folder); }
  void Watch(const PipelineKey& key) override {
    const std::string folder = session_.store().FolderOf(key);
    folders_.Add(folder);
    folders_.Add(folder.substr(0, folder.rfind('/')));
  }
  absl::Status Open() override;
  // An engine that goes away is told of when that takes longer than kDeafFor (deadlines.h).
  absl::StatusOr<bool> Wait(absl::Span<const int> descriptors,
                            absl::Duration at_most = absl::InfiniteDuration()) override;

  // The containers that events since the last call have told to have ended, and not to have been started again.
  std::set<std::string> TakeEnded() { return std::exchange(ended_, {}); }

  // How often events have told since Open that a container was started. One that was listed is never again the same run
  // of a container while this number is another.
  int64_t StartsOf(const std::string& id) const {
    const auto found = starts_.find(id);
    return found == starts_.end() ? 0 : found->second;
  }

  bool away() const override { return away_; }

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
