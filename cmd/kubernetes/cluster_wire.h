// A machine's requests as they go to a cluster.
#ifndef CMD_KUBERNETES_CLUSTER_WIRE_H_
#define CMD_KUBERNETES_CLUSTER_WIRE_H_

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/kubernetes/cluster_client.h"
#include "cmd/target/wire.h"
#include "flow/http/message.h"
#include "flow/kubernetes/contract.h"

namespace flow {

class ClusterWire : public Wire<kubernetes::Cluster> {
 public:
  // `request`: one is about to be sent.
  ClusterWire(ClusterClient& client, std::function<void(const http::Request&)> request)
      : client_(client), request_(std::move(request)) {}

  Handle Try(const kubernetes::Send& send, absl::Duration left, Over over) override;
  Handle Open(const kubernetes::OpenStream& open, Handlers handlers) override;
  absl::Status Poll(absl::Duration at_most, absl::Span<const int> also_readable) override {
    return client_.Poll(at_most, also_readable);
  }
  const char* noun() const override { return "the cluster"; }

 private:
  ClusterClient& client_;
  const std::function<void(const http::Request&)> request_;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_CLUSTER_WIRE_H_
