// What keeps an answer from coming, told apart.
#include <sys/stat.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "cmd/http/client_testing.h"
#include "cmd/http/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/fake_server.h"
#include "testkit/socket.h"
#include "testkit/temporary_folder.h"
#include "testkit/unprivileged.h"

namespace flow {
namespace {

using namespace testing_client;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ClientErrorsTest, MissingSocketRefusedAndUnknownHostAreToldApartAndHaveNotReachedTheEngine) {
  Endpoint endpoint;
  {
    FakeServer server(Echo);
    endpoint = server.endpoint();
  }
  const Answer missing = Ask(*NewClient(endpoint), To("GET", "/version"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(TroubleOf(missing.status()), Trouble::kNoSocketFile);
  EXPECT_FALSE(MayHaveReachedEngine(missing.status()));
  EXPECT_THAT(Message(missing), StartsWith("GET /version: there is no socket " + endpoint.socket));

  // A socket file whose server is gone.
  const testkit::TemporaryFolder folder;
  endpoint.socket = folder / "s";
  testkit::ListenOn(endpoint.socket);
  const Answer refused = Ask(*NewClient(endpoint), To("GET", "/version"));
  EXPECT_EQ(TroubleOf(refused.status()), Trouble::kRefused);
  EXPECT_FALSE(MayHaveReachedEngine(refused.status()));

  {
    FakeServer server(FakeServer::Tcp{}, Echo);
    endpoint = server.endpoint();
  }
  const std::unique_ptr<Client> client = NewClient(endpoint);
  const Answer tcp = Ask(*client, To("GET", "/version"));
  EXPECT_EQ(TroubleOf(tcp.status()), Trouble::kRefused);
  EXPECT_THAT(Message(tcp), HasSubstr("nothing listens at tcp://127.0.0.1:"));
  EXPECT_EQ(client->requests_sent(), 0);

  endpoint.host = "no-such-host.invalid";
  endpoint.url = "http://no-such-host.invalid:2375";
  EXPECT_EQ(TroubleOf(Ask(*NewClient(endpoint), To("GET", "/")).status()), Trouble::kUnknownHost);
}

TEST(ClientErrorsTest, SocketWithoutPermissionIsPermissionDenied) {
  FakeServer server(Echo);
  ASSERT_EQ(chmod(server.endpoint().socket.c_str(), 0000), 0);
  EXPECT_TRUE(testkit::Unprivileged([&] {
    const absl::Status status = Ask(*NewClient(server.endpoint()), To("GET", "/version")).status();
    return absl::IsPermissionDenied(status) && TroubleOf(status) == Trouble::kPermissionDenied;
  }));
}

TEST(ClientErrorsTest, ConnectionLostBeforeAndInTheMiddleOfTheAnswerMayHaveReachedTheEngine) {
  for (const bool reset : {false, true}) {
    FakeServer before(FakeServer::Tcp{}, [&](FakeConnection& connection) {
      connection.Read();
      if (reset) connection.ResetOnClose();
    });
    const Answer nothing = Ask(*NewClient(before.endpoint()), To("POST", "/containers/create"));
    EXPECT_EQ(nothing.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(TroubleOf(nothing.status()), Trouble::kConnectionLost);
    EXPECT_TRUE(MayHaveReachedEngine(nothing.status()));
    EXPECT_THAT(Message(nothing), HasSubstr("before the answer came"));

    FakeServer middle(FakeServer::Tcp{}, [&](FakeConnection& connection) {
      connection.Read();
      connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
      usleep(20000);  // what a reset overtakes is lost
      if (reset) connection.ResetOnClose();
    });
    const Answer half = Ask(*NewClient(middle.endpoint()), To("GET", "/version"));
    EXPECT_EQ(half.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(TroubleOf(half.status()), Trouble::kConnectionLost);
    EXPECT_THAT(Message(half), HasSubstr("GET /version: the connection was lost in the middle of the answer ("));
  }
}

// The engine closes a kept connection just as the next request comes in on it: it may have taken that request.
TEST(ClientErrorsTest, OnAKeptConnectionThatClosesGetIsSentAgainAndPostIsNot) {
  std::atomic<int> posts = 0, gets = 0;
  FakeServer server([&](FakeConnection& connection) {
    connection.Read();
    connection.Answer(200, "first");
    const std::string second = connection.Read();
    if (absl::StartsWith(second, "POST")) ++posts;
    if (absl::StartsWith(second, "GET")) ++gets;
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  ASSERT_TRUE(Ask(*client, To("GET", "/")).ok());
  const Answer get = Ask(*client, To("GET", "/"));
  EXPECT_TRUE(get.ok()) << get.status();
  EXPECT_EQ(gets, 1);
  EXPECT_EQ(client->requests_sent(), 3);
  const Answer post = Ask(*client, To("POST", "/networks/create", "{}"));
  EXPECT_EQ(post.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(MayHaveReachedEngine(post.status()));
  EXPECT_THAT(Message(post), HasSubstr("POST /networks/create: the connection was closed before the answer came"));
  EXPECT_EQ(posts, 1);
  EXPECT_EQ(client->requests_sent(), 4);
}

TEST(ClientErrorsTest, EngineThatClosedIdleConnectionsIsConnectedToAgain) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Answer(200, "");
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = Ask(*client, To("POST", "/"));
    EXPECT_TRUE(answer.ok()) << answer.status();
    while (server.closed() <= i) usleep(1000);
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST(ClientErrorsTest, AnswerOverWhatARequestTakesIsAnError) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Answer(200, std::string(3 << 20, 'x'));
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  http::Request request = To("GET", "/containers/1/archive");
  request.most_body = 2 << 20;
  const Answer answer = Ask(*client, request);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(answer), "GET /containers/1/archive: the answer is larger than 2 MiB");
}

TEST(ClientErrorsTest, AnswerOver64MiBIsAnError) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\n");
    const std::string megabyte(1 << 20, 'x');
    for (int i = 0; i < 66; ++i) connection.Write(megabyte);
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer answer = Ask(*client, To("GET", "/containers/json"));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(answer), "GET /containers/json: the answer is larger than 64 MiB");
}

TEST(ClientErrorsTest, WhatIsNoHttpIsNamedSo) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.Write("SSH-2.0-OpenSSH_9.2p1\r\n");
    connection.WaitForClose();
  });
  const Answer answer = Ask(*NewClient(server.endpoint()), To("GET", "/version"));
  EXPECT_EQ(TroubleOf(answer.status()), Trouble::kNotHttp);
  EXPECT_THAT(Message(answer), HasSubstr("does not speak HTTP"));
}

TEST(ClientErrorsTest, WhatEndsAtAProxyIsNotTakenForTheServersAndMayBeSentAgain) {
  FakeServer refuses(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.Read();
    connection.Answer(407, "");
  });
  FakeServer hangs_up(FakeServer::Tcp{}, [](FakeConnection& connection) { connection.Read(); });
  FakeServer speaks_no_socks(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.ReadSome();
    connection.Write("\5\377");
  });
  const auto at = [](const char* scheme, const FakeServer& server) {
    return absl::StrReplaceAll(server.endpoint().url, {{"http", scheme}});
  };
  Endpoint endpoint;
  endpoint.kind = Endpoint::Kind::kTcp;
  endpoint.url = "https://10.0.0.1:6443";
  endpoint.host = "10.0.0.1";
  endpoint.tls = true;
  for (const std::string& proxy : {at("http", refuses), at("http", hangs_up), at("socks5h", speaks_no_socks),
                                   std::string("http://no-such-host.invalid:3128")}) {
    endpoint.proxy = proxy;
    const absl::Status status = Ask(*NewClient(endpoint), To("POST", "/pods")).status();
    EXPECT_EQ(TroubleOf(status), Trouble::kProxy) << proxy << ": " << status;
    EXPECT_FALSE(MayHaveReachedEngine(status)) << proxy;
    EXPECT_TRUE(IsRetryable(status)) << proxy;
  }
}

TEST(ClientErrorsTest, RequestThatIsNoHttpIsRefused) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  EXPECT_EQ(Ask(*client, To("GET", "version")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Ask(*client, To("GET", "/a b")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Ask(*client, To("GET", "/", "", {{"X", "a\r\nY: b"}})).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client->requests_sent(), 0);
}

}  // namespace
}  // namespace flow
