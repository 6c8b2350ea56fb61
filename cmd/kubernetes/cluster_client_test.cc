#include "cmd/kubernetes/cluster_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using testkit::FakeConnection;
using testkit::FakeServer;

using Answer = absl::StatusOr<http::Response>;

std::unique_ptr<ClusterClient> NewClient(const FakeServer& server, kubernetes::ClusterAccess access) {
  access.server = server.endpoint().url;
  return *ClusterClient::Create(access, {});
}

Answer Ask(ClusterClient& client) {
  std::optional<Answer> answer;
  const auto sent = client.Send([] { return http::Request{.target = "/version"}; }, absl::Seconds(20),
                                [&](Answer got) { answer = std::move(got); });
  while (!answer.has_value()) EXPECT_TRUE(client.Poll(absl::Seconds(20), {}).ok());
  return *answer;
}

// Takes "good" for a token, and nothing else.
void WantsGood(FakeConnection& connection) {
  for (std::string request; !(request = connection.Read()).empty();) {
    const bool good = absl::StrContains(request, "Authorization: Bearer good\r\n");
    connection.Answer(good ? 200 : 401, good ? request : "{}");
  }
}

TEST(ClusterClient, ShowsTheToken) {
  FakeServer server(FakeServer::Tcp{}, WantsGood);
  const auto client = NewClient(server, {.token = "good"});
  EXPECT_FALSE(client->answered());
  const Answer answer = Ask(*client);
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 200);
  EXPECT_TRUE(client->answered());
}

TEST(ClusterClient, WhatIsRefusedForItsCredentialsIsSentOnceMoreWithNewerOnes) {
  testkit::TemporaryFolder folder;
  const std::string token = folder.Write("token", "old");
  FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
    connection.Read();
    folder.Write("token", "good");
    connection.Answer(401, "{}");
    WantsGood(connection);
  });
  const auto client = NewClient(server, {.token_file = token});
  EXPECT_EQ(Ask(*client)->status, 200);
}

TEST(ClusterClient, WhatIsRefusedAgainIsRefused) {
  testkit::TemporaryFolder folder;
  FakeServer server(FakeServer::Tcp{}, WantsGood);
  EXPECT_EQ(Ask(*NewClient(server, {.token_file = folder.Write("token", "bad")}))->status, 401);
  EXPECT_EQ(Ask(*NewClient(server, {.token = "bad"}))->status, 401);
}

TEST(ClusterClient, WithoutCredentialsNothingIsSent) {
  FakeServer server(FakeServer::Tcp{}, WantsGood);
  const auto client = NewClient(server, {.token_file = "/missing/token"});
  const Answer answer = Ask(*client);
  EXPECT_TRUE(absl::IsFailedPrecondition(answer.status())) << answer.status();
  EXPECT_THAT(std::string(answer.status().message()), HasSubstr("/missing/token"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(ClusterClient, WhatIsGivenUpIsNotTold) {
  FakeServer server(FakeServer::Tcp{}, WantsGood);
  const auto client = NewClient(server, {.token = "good"});
  auto given_up = client->Send([] { return http::Request{.target = "/"}; }, absl::Seconds(20),
                               [](const Answer&) { ADD_FAILURE() << "told"; });
  given_up.reset();
  EXPECT_EQ(Ask(*client)->status, 200);
}

TEST(ClusterClient, OfManyRequestsAsManyAsAConnectionOfHttp2HasPlaceForAreUnderWayAtOnce) {
  constexpr size_t kAtOnce = 64, kAll = 300;
  testkit::Counter came;
  FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
    while (!connection.Read().empty()) {
      came.Count();
      came.WaitFor(kAtOnce);
      connection.Answer(200, "{}");
    }
  });
  const auto client = NewClient(server, {});
  size_t answered = 0;
  std::vector<ClusterClient::Sent> sent;
  for (size_t i = 0; i < kAll; ++i) {
    sent.push_back(client->Send([] { return http::Request{.target = "/"}; }, absl::Seconds(20),
                                [&](const Answer& answer) {
                                  EXPECT_TRUE(answer.ok()) << answer.status();
                                  ++answered;
                                }));
  }
  sent[kAtOnce] = nullptr;  // given up while it waits
  while (answered < kAll - 1) ASSERT_TRUE(client->Poll(absl::Seconds(20), {}).ok());
  EXPECT_LE(server.connections(), static_cast<int>(kAtOnce));
  EXPECT_EQ(came.Count(), kAll);  // without the one that was given up, and with this
}

}  // namespace
}  // namespace flow
