// What the tests of the client share: requests, and waiting for their answers.
#ifndef CMD_HTTP_CLIENT_TESTING_H_
#define CMD_HTTP_CLIENT_TESTING_H_

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cmd/http/client.h"
#include "cmd/http/fake_server.h"
#include "gtest/gtest.h"

namespace flow::testing_client {

using Answer = absl::StatusOr<http::Response>;

inline constexpr absl::Duration kLong = absl::Seconds(20);

inline http::Request To(std::string method, std::string target, std::string body = "",
                        std::map<std::string, std::string> headers = {}) {
  return {
      .method = std::move(method), .target = std::move(target), .body = std::move(body), .headers = std::move(headers)};
}

inline std::unique_ptr<Client> NewClient(const Endpoint& endpoint) {
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

inline Answer Get(Client& client, const http::Request& request, absl::Duration deadline = kLong) {
  std::optional<Answer> got;
  client.Send(request, deadline, [&](Answer answer) { got = std::move(answer); });
  while (!got) EXPECT_TRUE(client.Poll(kLong, {}).ok());
  return *got;
}

inline std::string Message(const Answer& answer) { return std::string(answer.status().message()); }

// Answers every request with its own bytes.
inline void Echo(FakeConnection& connection) {
  for (std::string request; !(request = connection.Read()).empty();) connection.Answer(200, request);
}

}  // namespace flow::testing_client

#endif  // CMD_HTTP_CLIENT_TESTING_H_
