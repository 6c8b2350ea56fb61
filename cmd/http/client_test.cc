#include <unistd.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/http/client_testing.h"
#include "cmd/http/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/ends.h"

namespace flow {
namespace {

using namespace testing_client;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ClientTest, RequestGoesOutAsWritten) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer get = Ask(*client, To("GET", "/v1.41/containers/json?filters=%7B%7D&x=a/../b"));
  ASSERT_TRUE(get.ok()) << get.status();
  EXPECT_EQ(get->status, 200);
  EXPECT_THAT(get->body,
              StartsWith("GET /v1.41/containers/json?filters=%7B%7D&x=a/../b HTTP/1.1\r\nHost: localhost\r\n"));
  EXPECT_THAT(get->body, HasSubstr("User-Agent: flow/"));
  EXPECT_THAT(get->body, Not(HasSubstr("Content-")));

  const Answer create = Ask(*client, To("POST", "/c", "{\"a\":1}", {{"X-Registry-Auth", "e30="}}));
  EXPECT_THAT(create->body, StartsWith("POST /c HTTP/1.1\r\n"));
  EXPECT_THAT(create->body, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(create->body, HasSubstr("X-Registry-Auth: e30=\r\n"));
  EXPECT_THAT(create->body, ::testing::EndsWith("\r\n\r\n{\"a\":1}"));

  const Answer start = Ask(*client, To("POST", "/c/1/start"));
  EXPECT_THAT(start->body, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(start->body, Not(HasSubstr("Content-Type")));

  const Answer remove = Ask(*client, To("DELETE", "/c/1?v=1"));
  EXPECT_THAT(remove->body, StartsWith("DELETE /c/1?v=1 HTTP/1.1\r\n"));
  EXPECT_THAT(remove->body, Not(HasSubstr("Content-")));
}

TEST(ClientTest, LargeBodyIsSentWithoutAskingFirst) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const std::string body(3 << 20, '\0');
  const Answer answer = Ask(*client, To("POST", "/x", body, {{"Content-Type", "application/x-tar"}}));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->body.substr(0, 1000), Not(HasSubstr("Expect")));
  EXPECT_THAT(answer->body.substr(0, 1000), HasSubstr("Content-Type: application/x-tar\r\n"));
  EXPECT_EQ(answer->body.size(), answer->body.find("\r\n\r\n") + 4 + body.size());
}

TEST(ClientTest, HeadersAreInLowerCaseAndBodyKeepsEveryByte) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 100 Continue\r\nX-Early: 1\r\n\r\n");
    connection.Write("HTTP/1.1 404 Not Found\r\nApi-Version:  1.41 \r\nX-A: 1\r\nX-A: 2\r\nContent-Length: 4\r\n\r\n");
    connection.Write(std::string("\0\xff\r\n", 4));
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer answer = Ask(*client, To("GET", "/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->headers.at("api-version"), "1.41");
  EXPECT_EQ(answer->headers.at("x-a"), "2");
  EXPECT_EQ(answer->headers.count("x-early"), 0u);
  EXPECT_EQ(answer->body, std::string("\0\xff\r\n", 4));
}

// Of an answer in chunks they come behind the last one (RFC 9112, 7.1.2).
TEST(ClientTest, HeadersBehindTheBodyAreTrailers) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write(
        "HTTP/1.1 200 OK\r\nA: 1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nGrpc-Status: 0\r\nA: 2\r\n\r\n");
    connection.WaitForClose();
  });
  const Answer answer = Ask(*NewClient(server.endpoint()), To("GET", "/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "hi");
  EXPECT_EQ(answer->headers.at("a"), "1");
  EXPECT_EQ(answer->trailers.at("a"), "2");
  EXPECT_EQ(answer->trailers.at("grpc-status"), "0");
}

// Two servers, and one wait for both.
TEST(ClientTest, ClientsOfOneLoopAreWaitedForTogether) {
  FakeServer one(Echo), other(Echo);
  const std::unique_ptr<Client> first = NewClient(one.endpoint());
  int answers = 0;
  const auto count = [&](const Answer& answer) { answers += answer.ok(); };
  {
    Client second(first->loop(), other.endpoint());
    first->Send(To("GET", "/1"), kLong, count);
    second.Send(To("GET", "/2"), kLong, count);
    while (answers < 2) ASSERT_TRUE(first->Poll(kLong, {}).ok());
    second.Send(To("GET", "/3"), kLong, count);
  }
  // One that goes takes what it has in flight with it, and leaves the loop to the others.
  EXPECT_TRUE(Ask(*first, To("GET", "/4")).ok());
  EXPECT_EQ(answers, 2);
}

TEST(ClientTest, HeadHasNoBodyToWaitFor) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer answer = Ask(*client, To("HEAD", "/_ping"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->body, "");
}

TEST(ClientTest, RedirectIsAnAnswer) {
  FakeServer server([](FakeConnection& connection) {
    while (!connection.Read().empty()) {
      connection.Write("HTTP/1.1 301 Moved\r\nLocation: /other\r\nContent-Length: 0\r\n\r\n");
    }
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  EXPECT_EQ(Ask(*client, To("GET", "/"))->status, 301);
  EXPECT_EQ(client->requests_sent(), 1);
}

TEST(ClientTest, ConnectionIsKept) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Ask(*client, To("GET", "/")).ok());
  EXPECT_EQ(server.connections(), 1);
  EXPECT_EQ(client->requests_sent(), 20);
}

TEST(ClientTest, ManyRequestsAreInFlightAtOnceAndTheirConnectionsAreKept) {
  constexpr int kMany = 50;
  std::atomic<int> waiting = 0;
  FakeServer server([&](FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      ++waiting;
      while (waiting % kMany != 0) usleep(1000);  // nobody is answered before all have asked
      connection.Answer(200, request);
    }
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  for (int round = 0; round < 2; ++round) {
    int done = 0;
    for (int i = 0; i < kMany; ++i) {
      client->Send(To("GET", absl::StrCat("/", i, "x")), kLong, [&done, i](Answer answer) {
        ASSERT_TRUE(answer.ok()) << answer.status();
        EXPECT_THAT(answer->body, StartsWith(absl::StrCat("GET /", i, "x ")));
        ++done;
      });
    }
    while (done < kMany) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  }
  EXPECT_EQ(server.connections(), kMany);
}

TEST(ClientTest, IdsArePositiveAndNeverUsedAgain) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const int first = client->Send(To("GET", "/"), kLong, nullptr);
  EXPECT_GT(first, 0);
  client->Cancel(first);
  EXPECT_GT(client->Send(To("GET", "/"), kLong, nullptr), first);
}

TEST(ClientTest, StreamOpensBeforeItsFirstByteAndTellsPiecesAsTheyCome) {
  std::atomic<int> told = 0;
  FakeServer server([&](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nX-B: y\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (told < 1) usleep(1000);
    connection.Chunk("{\"a\":1}\n");
    while (told < 2) usleep(1000);
    connection.Chunk("{\"b\":2}\n");
    while (told < 3) usleep(1000);
    connection.Chunk("");
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  std::vector<std::string> seen;
  bool done = false;
  client->Stream(To("GET", "/events"), {.opened =
                                            [&](const http::Response& response) {
                                              seen.push_back("opened " + response.headers.at("x-b"));
                                              ++told;
                                            },
                                        .chunk =
                                            [&](absl::string_view bytes) {
                                              seen.emplace_back(bytes);
                                              ++told;
                                            },
                                        .done =
                                            [&](Answer answer) {
                                              ASSERT_TRUE(answer.ok()) << answer.status();
                                              EXPECT_EQ(answer->status, 200);
                                              EXPECT_EQ(answer->body, "");
                                              done = true;
                                            }});
  while (!done) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  EXPECT_THAT(seen, ElementsAre("opened y", "{\"a\":1}\n", "{\"b\":2}\n"));
}

TEST(ClientTest, LargeStreamComesWholeAndInOrder) {
  std::string all;
  for (int i = 0; all.size() < (8 << 20); ++i) absl::StrAppend(&all, i, "\n");
  FakeServer server([&](FakeConnection& connection) {
    connection.Read();
    connection.OpenChunked();
    for (size_t at = 0; at < all.size(); at += 50000) connection.Chunk(all.substr(at, 50000));
    connection.Chunk("");
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  std::string got;
  bool done = false;
  client->Stream(To("GET", "/logs"), {.chunk = [&](absl::string_view bytes) { got.append(bytes.data(), bytes.size()); },
                                      .done = [&](const Answer&) { done = true; }});
  while (!done) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  EXPECT_TRUE(got == all);
}

TEST(ClientTest, ErrorStatusOfAStreamHasItsBodyAndNoChunks) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Answer(404, "{\"message\":\"no such container\"}");
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  std::optional<Answer> got;
  client->Stream(To("GET", "/logs"), {.opened = [](const http::Response&) { ADD_FAILURE() << "opened"; },
                                      .chunk = [](absl::string_view) { ADD_FAILURE() << "chunk"; },
                                      .done = [&](Answer answer) { got = std::move(answer); }});
  while (!got) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  EXPECT_EQ((*got)->status, 404);
  EXPECT_EQ((*got)->body, "{\"message\":\"no such container\"}");
}

TEST(ClientTest, StreamThatBreaksEndsWithAnError) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.OpenChunked();
    connection.Chunk("a");
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  std::string chunks;
  std::optional<Answer> got;
  client->Stream(To("GET", "/events"),
                 {.chunk = [&](absl::string_view bytes) { chunks.append(bytes.data(), bytes.size()); },
                  .done = [&](Answer answer) { got = std::move(answer); }});
  while (!got) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  EXPECT_EQ(chunks, "a");
  EXPECT_EQ(got->status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(TroubleOf(got->status()), Trouble::kConnectionLost);
}

TEST(ClientTest, DeadlineEndsARequestThatIsNotAnswered) {
  FakeServer server([](FakeConnection& connection) { connection.WaitForClose(); });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const absl::Time start = absl::Now();
  const Answer answer = Ask(*client, To("GET", "/info?x=y"), absl::Milliseconds(80));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Message(answer), StartsWith("GET /info: no answer in time"));
  EXPECT_TRUE(MayHaveReachedEngine(answer.status()));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(79));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_FALSE(MayHaveReachedEngine(Ask(*client, To("GET", "/"), absl::ZeroDuration()).status()));
}

TEST(ClientTest, CancelledRequestsAreNotTold) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const auto fail = [](const Answer&) { ADD_FAILURE() << "told"; };
  const int id = client->Send(To("GET", "/a"), kLong, fail);
  client->Cancel(id);
  client->Cancel(id);
  client->Cancel(12345);
  EXPECT_TRUE(Ask(*client, To("GET", "/b")).ok());
}

TEST(ClientTest, CallbacksMayCancelThemselvesAndOthers) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.OpenChunked();
    for (int i = 0; i < 3; ++i) connection.Chunk("x");
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  int other = 0, self = 0, chunks = 0;
  const auto fail = [](const Answer&) { ADD_FAILURE() << "told"; };
  const std::string captured(100, 'c');  // what the callback holds must outlive its own cancelling
  other = client->Stream(To("GET", "/a"), {.done = fail});
  self = client->Stream(To("GET", "/b"), {.chunk =
                                              [&, captured](absl::string_view) {
                                                client->Cancel(self);
                                                client->Cancel(other);
                                                ++chunks;
                                                EXPECT_EQ(captured.size(), 100u);
                                              },
                                          .done = fail});
  while (chunks == 0) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  ASSERT_TRUE(client->Poll(absl::Milliseconds(30), {}).ok());
  EXPECT_EQ(chunks, 1);
}

TEST(ClientTest, CallbacksMaySend) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  int left = 5;
  std::function<void(Answer)> next = [&](const Answer& answer) {
    ASSERT_TRUE(answer.ok()) << answer.status();
    if (--left > 0) client->Send(To("GET", "/"), kLong, next);
  };
  client->Send(To("GET", "/"), kLong, next);
  while (left > 0) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  EXPECT_EQ(server.connections(), 1);
}

// For this host, too, and whatever NO_PROXY says.
TEST(ClientTest, AProxyThatTheEndpointNamesIsUsed) {
  FakeServer proxy(FakeServer::Tcp{}, Echo);
  Endpoint endpoint = proxy.endpoint();
  endpoint.proxy = endpoint.url;
  endpoint.host = "127.0.0.1";
  endpoint.url = "http://127.0.0.1:1";
  const Answer answer = Ask(*NewClient(endpoint), To("GET", "/version"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_THAT(answer->body, StartsWith("GET http://127.0.0.1:1/version HTTP/1.1\r\n"));
}

TEST(ClientTest, DestructionCancelsWhatIsInFlight) {
  FakeServer server([](FakeConnection& connection) { connection.WaitForClose(); });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  client->Send(To("GET", "/"), kLong, [](const Answer&) { ADD_FAILURE() << "told"; });
  ASSERT_TRUE(client->Poll(absl::Milliseconds(20), {}).ok());
}

TEST(ClientTest, PollReturnsWhenADescriptorIsReadableAndWhenTimeIsOver) {
  FakeServer server([](FakeConnection& connection) { connection.WaitForClose(); });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  client->Send(To("GET", "/"), kLong, nullptr);
  const testkit::Ends ends = testkit::Pipe();
  absl::Time start = absl::Now();
  ASSERT_TRUE(client->Poll(absl::Milliseconds(50), {ends.out.get()}).ok());
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(49));
  std::thread writer([&] {
    usleep(30000);
    EXPECT_EQ(write(ends.in.get(), "x", 1), 1);
  });
  start = absl::Now();
  ASSERT_TRUE(client->Poll(absl::InfiniteDuration(), {ends.out.get()}).ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  writer.join();
  start = absl::Now();
  ASSERT_TRUE(client->Poll(absl::ZeroDuration(), {}).ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
}

}  // namespace
}  // namespace flow
