// Several watches of a cluster as one stream: api/watch.h says how each goes on, this has it done.
#ifndef CMD_KUBERNETES_WATCH_STREAM_H_
#define CMD_KUBERNETES_WATCH_STREAM_H_

#include <cstddef>
#include <functional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/base/descriptor.h"
#include "cmd/kubernetes/cluster_client.h"
#include "flow/http/message.h"
#include "flow/kubernetes/api/call.h"
#include "flow/kubernetes/api/watch.h"

namespace flow {

class WatchStream {
 public:
  // Called from within the client's Poll.
  struct Handlers {
    std::function<void(const http::Request&)> request;  // one is about to be sent
    std::function<void()> opened;                       // once: the cluster has taken them all
    std::function<void(kubernetes::api::WatchEvent)> happened;
    // The end, which may destroy the stream. Of a watch that is too old kOutOfRange; a refusal, or what cut it off.
    std::function<void(const absl::Status&)> ended;
  };

  WatchStream(ClusterClient& client, const kubernetes::api::WatchFilter& filter, Handlers handlers);
  ~WatchStream();
  WatchStream(const WatchStream&) = delete;
  WatchStream& operator=(const WatchStream&) = delete;

 private:
  struct Run {
    explicit Run(const kubernetes::api::Watch& watch) : watch(watch) {}

    kubernetes::api::WatchRun watch;
    ClusterClient::Sent sent;
    absl::Duration began;                              // of WorkingTime()
    absl::Duration begins = absl::InfiniteDuration();  // where it is not under way
    bool was_opened = false;
  };

  void Begin(Run& run);
  void Opened(Run& run);
  void Ended(Run& run, const absl::StatusOr<http::Response>& response);
  void BeginDue();
  void SetTimer();

  ClusterClient& client_;
  const Handlers handlers_;
  std::vector<Run> runs_;
  Descriptor timer_;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_WATCH_STREAM_H_
