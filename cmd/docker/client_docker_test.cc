// The client on a real engine: what a fake one cannot show is whether ours speaks as the real one does.
#include <unistd.h>

#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/base/environment.h"
#include "cmd/docker/choose_endpoint.h"
#include "cmd/docker/unreachable.h"
#include "cmd/http/client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using Answer = absl::StatusOr<http::Response>;

constexpr absl::Duration kLong = absl::Seconds(30);

Answer Get(Client& client, const std::string& method, const std::string& target, const std::string& body = "") {
  http::Request request;
  request.method = method;
  request.target = target;
  request.body = body;
  std::optional<Answer> got;
  client.Send(request, kLong, [&](Answer answer) { got = std::move(answer); });
  while (!got) EXPECT_TRUE(client.Poll(kLong, {}).ok());
  return *got;
}

TEST(ClientDockerTest, EventsComeWhileOtherRequestsAreMade) {
  const Environment environment = ProcessEnvironment();
  const absl::StatusOr<Endpoint> endpoint = ChooseEndpoint(Variable(environment, "FLOW_TEST_HOST"), environment);
  ASSERT_TRUE(endpoint.ok()) << endpoint.status();
  const absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(*endpoint);
  ASSERT_TRUE(client.ok()) << client.status();

  const Answer version = Get(**client, "GET", "/version");
  ASSERT_TRUE(version.ok()) << ExplainUnreachable(*endpoint, version.status(), environment);
  EXPECT_EQ(version->status, 200);
  EXPECT_THAT(version->body, HasSubstr("\"ApiVersion\""));
  EXPECT_NE(version->headers.count("api-version"), 0u);

  std::string events;
  bool opened = false;
  http::Request request;
  request.target = "/events?filters=%7B%22type%22%3A%5B%22volume%22%5D%7D";
  const int stream =
      (*client)->Stream(request, {.opened = [&](const http::Response&) { opened = true; },
                                  .chunk = [&](absl::string_view bytes) { events.append(bytes.data(), bytes.size()); },
                                  .done = [](const Answer&) { ADD_FAILURE() << "the events ended"; }});
  while (!opened) ASSERT_TRUE((*client)->Poll(kLong, {}).ok());
  const std::string name = absl::StrCat("flow-client-test-", getpid());
  EXPECT_EQ(Get(**client, "POST", "/volumes/create", absl::StrCat("{\"Name\":\"", name, "\"}"))->status, 201);
  EXPECT_EQ(Get(**client, "DELETE", absl::StrCat("/volumes/", name))->status, 204);
  const absl::Time until = absl::Now() + kLong;
  while (!absl::StrContains(events, "destroy") && absl::Now() < until) {
    ASSERT_TRUE((*client)->Poll(absl::Seconds(1), {}).ok());
  }
  EXPECT_THAT(events, HasSubstr(name));
  (*client)->Cancel(stream);
  const Answer missing = Get(**client, "GET", "/containers/there-is-no-such-container/json");
  EXPECT_EQ(missing->status, 404);
  EXPECT_THAT(missing->body, HasSubstr("\"message\""));
}

}  // namespace
}  // namespace flow
