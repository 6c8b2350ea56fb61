// What the tests of the client share.
#ifndef CMD_HTTP_CLIENT_TESTING_H_
#define CMD_HTTP_CLIENT_TESTING_H_

#include <map>
#include <string>
#include <utility>

#include "absl/time/time.h"
#include "flow/http/message.h"
#include "testkit/client.h"
#include "testkit/fake_server.h"

namespace flow::testing_client {

using testkit::Answer;
using testkit::Ask;
using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::NewClient;

inline constexpr absl::Duration kLong = absl::Seconds(20);

inline http::Request To(std::string method, std::string target, std::string body = "",
                        std::map<std::string, std::string> headers = {}) {
  return {
      .method = std::move(method), .target = std::move(target), .body = std::move(body), .headers = std::move(headers)};
}

inline std::string Message(const Answer& answer) { return std::string(answer.status().message()); }

// Answers every request with its own bytes.
inline void Echo(FakeConnection& connection) {
  for (std::string request; !(request = connection.Read()).empty();) connection.Answer(200, request);
}

}  // namespace flow::testing_client

#endif  // CMD_HTTP_CLIENT_TESTING_H_
