// The pipelines of a cluster, for whoever keeps an eye on them.
#ifndef CMD_KUBERNETES_LOOKOUT_H_
#define CMD_KUBERNETES_LOOKOUT_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/kubernetes/caller.h"
#include "cmd/kubernetes/change_watch.h"
#include "cmd/kubernetes/session.h"
#include "cmd/state/store.h"
#include "cmd/target/lookout.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

class ClusterLookout : public Lookout {
 public:
  // Of pipelines that have these labels ("key" or "key=value"), in a namespace of the cluster; empty: in all. The session
  // has a client.
  ClusterLookout(ClusterSession& session, ClusterCaller& caller, const std::string& kube_namespace,
                 const std::vector<std::string>& labels);

  Changes& changes() override { return changes_; }
  absl::StatusOr<std::vector<std::optional<deploy::Deployment>>> Find(const std::vector<PipelineKey>& keys) override;
  absl::StatusOr<Sightings> Look(const std::vector<PipelineKey>& keys, absl::Time until) override;
  // By its service, from everywhere on the cluster.
  std::string HostOf(const PipelineKey& key, const std::string& component) const override;

 private:
  ClusterSession& session_;
  ClusterCaller& caller_;
  const std::string kube_namespace_;
  const std::vector<std::string> labels_;
  ClusterChanges changes_;
  std::map<PipelineKey, std::string> places_;  // the namespaces of the cluster that they were seen in
};

}  // namespace flow

#endif  // CMD_KUBERNETES_LOOKOUT_H_
