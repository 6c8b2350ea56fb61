#include "cmd/kubernetes/cluster_wire.h"

#include <memory>

#include "absl/status/statusor.h"
#include "cmd/http/trouble.h"
#include "cmd/kubernetes/watch_stream.h"
#include "flow/kubernetes/api/request.h"
#include "flow/kubernetes/api/response.h"
#include "flow/kubernetes/api/retry.h"

namespace flow {

namespace api = kubernetes::api;

ClusterWire::Handle ClusterWire::Try(const kubernetes::Send& send, absl::Duration left, Over over) {
  const auto call = std::make_shared<const api::Call>(send.call);
  const auto make = [this, call] {
    http::Request request = api::BuildRequest(*call);
    request_(request);
    return request;
  };
  const auto done = [this, call, over = std::move(over)](const absl::StatusOr<http::Response>& response) {
    Outcome outcome{.reply = response.ok() ? api::ReadReply(*call, *response) : response.status(),
                    .may_be_repeated = api::MayBeRepeated(*call),
                    .unanswered = response.status()};
    if (response.ok()) {
      outcome.setback = api::SetbackOf(*response);
    } else if (client_.answered() && IsRetryable(response.status())) {
      outcome.setback = http::Setback{.may_be_done = MayHaveReachedEngine(response.status())};
    }
    over(std::move(outcome));
  };
  return client_.Send(make, left, done);
}

ClusterWire::Handle ClusterWire::Open(const kubernetes::OpenStream& open, Handlers handlers) {
  return std::make_shared<WatchStream>(client_, open.filter,
                                       WatchStream::Handlers{.request = request_,
                                                             .opened = std::move(handlers.opened),
                                                             .happened = std::move(handlers.happened),
                                                             .ended = std::move(handlers.ended)});
}

}  // namespace flow
