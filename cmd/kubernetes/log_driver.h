// Carries out what flow/kubernetes/log_follow.h asks for, over a client that others may use as well: it lives in the
// client's callbacks, and whoever polls the client drives it.
#ifndef CMD_KUBERNETES_LOG_DRIVER_H_
#define CMD_KUBERNETES_LOG_DRIVER_H_

#include <map>
#include <memory>
#include <utility>

#include "absl/time/time.h"
#include "cmd/kubernetes/cluster_client.h"
#include "cmd/kubernetes/watch_stream.h"
#include "cmd/target/log_hooks.h"
#include "flow/deploy/contract.h"
#include "flow/kubernetes/log_follow.h"

namespace flow {

class ClusterLogDriver {
 public:
  ClusterLogDriver(ClusterClient& client, kubernetes::LogInput input, LogHooks hooks)
      : client_(client), machine_(std::move(input)), hooks_(std::move(hooks)) {}
  ClusterLogDriver(const ClusterLogDriver&) = delete;
  ClusterLogDriver& operator=(const ClusterLogDriver&) = delete;

  void Begin() { Tell(deploy::Begin{}); }

  // After each Poll of the client, which is to last no longer than to due().
  void Tick();
  absl::Time due() const { return machine_.due(); }
  bool done() const { return done_; }
  // False: some of what was asked for could not be read, and that was told.
  bool complete() const { return complete_; }

 private:
  void Tell(const kubernetes::LogEvent& event);

  void Do(const kubernetes::Send& send);
  void Do(const kubernetes::OpenStream& open);
  void Do(const kubernetes::OpenLog& open);
  void Do(const kubernetes::CloseLog& close);
  void Do(const deploy::PauseLog& pause);
  void Do(const deploy::ComponentLine& line) { hooks_.print(line); }
  void Do(const deploy::LogWarning& warning) { hooks_.warn(warning.text); }
  void Do(const deploy::LogsDone& logs) {
    done_ = true;
    complete_ = logs.complete;
  }

  ClusterClient& client_;
  kubernetes::LogFollow machine_;
  const LogHooks hooks_;
  std::map<deploy::RequestId, ClusterClient::Sent> requests_;
  std::map<int, ClusterClient::Sent> logs_;  // by the machine's number
  std::unique_ptr<WatchStream> watches_;
  bool done_ = false;
  bool complete_ = true;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_LOG_DRIVER_H_
