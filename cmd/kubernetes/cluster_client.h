// HTTP to a cluster's API server, with the credentials that it wants.
#ifndef CMD_KUBERNETES_CLUSTER_CLIENT_H_
#define CMD_KUBERNETES_CLUSTER_CLIENT_H_

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "cmd/base/environment.h"
#include "cmd/http/client.h"
#include "cmd/http/endpoint.h"
#include "cmd/kubernetes/credentials.h"
#include "flow/http/message.h"
#include "flow/kubernetes/kubeconfig.h"

namespace flow {

// All as of Client (client.h), but that a request first waits for credentials where a plugin has to be asked for them, and
// that one which is refused for them (401) is sent once more with newer ones, where there may be any. One connection of
// HTTP/2 is for all requests. Where no credentials can be had the answer is FailedPrecondition.
class ClusterClient {
 public:
  // Loads libcurl, reads the files that `access` names; connects to nothing yet.
  static absl::StatusOr<std::unique_ptr<ClusterClient>> Create(const kubernetes::ClusterAccess& access,
                                                               const Environment& environment);
  ~ClusterClient();
  ClusterClient(const ClusterClient&) = delete;
  ClusterClient& operator=(const ClusterClient&) = delete;

  // A request that is under way; it is given up when this goes, which is before the client does.
  using Sent = std::shared_ptr<void>;
  // Makes the request, each time that it is sent: of a thousand that wait for their turn none takes memory.
  using MakeRequest = std::function<http::Request()>;
  [[nodiscard]] Sent Send(MakeRequest make, absl::Duration deadline, Client::Done done);
  [[nodiscard]] Sent Stream(const http::Request& request, Client::StreamHandlers handlers, absl::Duration deadline);
  // Client::Pause and Client::GiveUp of a stream.
  static void Pause(const Sent& sent, bool pause);
  static void GiveUp(const Sent& sent, absl::Duration silence);

  absl::Status Poll(absl::Duration at_most, absl::Span<const int> also_readable) {
    return loop_->Poll(at_most, also_readable);
  }
  const std::shared_ptr<Loop>& loop() const { return loop_; }

  // Whether anything at the other end has answered in HTTP yet.
  bool answered() const { return answered_; }
  const Endpoint& endpoint() const { return clients_.back()->endpoint(); }

 private:
  struct Exchange;

  ClusterClient(std::shared_ptr<Loop> loop, const Endpoint& endpoint, const kubernetes::ClusterAccess& access,
                const Environment& environment);

  Sent Begin(std::shared_ptr<Exchange> exchange);
  // One of those that are counted is over: the next one begins.
  void Leave();
  void FindCredentials(const std::weak_ptr<Exchange>& exchange);
  void SendWith(const std::shared_ptr<Exchange>& exchange, const kubernetes::ClusterCredentials& credentials);
  void Ended(const std::weak_ptr<Exchange>& exchange, absl::StatusOr<http::Response> response);
  Client& ClientFor(const kubernetes::ClusterCredentials& credentials);

  const std::shared_ptr<Loop> loop_;
  Credentials credentials_;
  std::vector<std::unique_ptr<Client>> clients_;  // the last one shows the certificate of now
  int under_way_ = 0;                             // requests that are no streams
  std::deque<std::weak_ptr<Exchange>> waiting_;   // for one of those to be over
  bool answered_ = false;
};

}  // namespace flow

#endif  // CMD_KUBERNETES_CLUSTER_CLIENT_H_
