// The product's HTTP client, for one request after the other.
#ifndef TESTKIT_CLIENT_H_
#define TESTKIT_CLIENT_H_

#include <memory>
#include <optional>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/http/client.h"
#include "cmd/http/endpoint.h"
#include "flow/http/message.h"

namespace flow::testkit {

using Answer = absl::StatusOr<http::Response>;

// A test without libcurl ends here.
inline std::unique_ptr<Client> NewClient(const Endpoint& endpoint) { return *Client::Create(endpoint); }

// Sends a request and waits for its answer.
inline Answer Ask(Client& client, const http::Request& request, absl::Duration deadline = absl::Seconds(20)) {
  std::optional<Answer> answer;
  client.Send(request, deadline, [&](Answer got) { answer = std::move(got); });
  while (!answer.has_value()) {
    if (absl::Status status = client.Poll(absl::InfiniteDuration(), {}); !status.ok()) return status;
  }
  return *std::move(answer);
}

}  // namespace flow::testkit

#endif  // TESTKIT_CLIENT_H_
