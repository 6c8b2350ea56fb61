// The changes of pipelines on a cluster, by its watches.
#ifndef CMD_KUBERNETES_CHANGE_WATCH_H_
#define CMD_KUBERNETES_CHANGE_WATCH_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/base/folder_watch.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/session.h"
#include "cmd/kubernetes/watch_stream.h"
#include "cmd/target/watch_status.h"
#include "flow/kubernetes/api/call.h"

namespace flow {

class ClusterChanges : public Changes {
 public:
  // Of objects with all of these labels ("key" or "key=value"), in a namespace of the cluster; empty: in all.
  ClusterChanges(ClusterSession& session, ClusterCaller& caller, std::string kube_namespace,
                 std::vector<std::string> labels)
      : session_(session), caller_(caller), namespace_(std::move(kube_namespace)), labels_(std::move(labels)) {}

  void Watch(const std::string& folder) override { folders_.Add(folder); }
  void Watch(const PipelineKey& key) override;
  absl::Status Open() override;
  absl::StatusOr<bool> Wait(absl::Span<const int> descriptors, absl::Duration at_most) override;
  bool away() const override { return away_; }

 private:
  // Learns from which versions the watches go on.
  absl::Status List();
  void Listen();
  // Polls the client, the descriptors and the signals. An error ends the command.
  absl::Status Poll(std::vector<int> descriptors, absl::Duration at_most);
  // Opens the stream again where it has ended, and is due. An error ends the command.
  absl::Status ListenAgain();

  ClusterSession& session_;
  ClusterCaller& caller_;
  const std::string namespace_;
  const std::vector<std::string> labels_;
  FolderWatch folders_;
  kubernetes::api::WatchFilter filter_;
  std::unique_ptr<WatchStream> stream_;  // null: none is open
  bool opened_ = false;
  bool changed_ = false;
  bool away_ = false;        // told
  absl::Status cut_off_;     // why the last stream ended
  absl::Time deaf_since_;    // where it has
  absl::Time listen_again_;  // not before
};

}  // namespace flow

#endif  // CMD_KUBERNETES_CHANGE_WATCH_H_
