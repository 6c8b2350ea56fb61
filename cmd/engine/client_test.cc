#include "cmd/engine/client.h"

#include <linux/capability.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/engine/fake_server.h"
#include "cmd/engine/trouble.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Answer = absl::StatusOr<engine::HttpResponse>;

constexpr absl::Duration kLong = absl::Seconds(20);

engine::HttpRequest To(std::string method, std::string target, std::string body = "",
                       std::map<std::string, std::string> headers = {}) {
  return {
      .method = std::move(method), .target = std::move(target), .body = std::move(body), .headers = std::move(headers)};
}

std::unique_ptr<Client> NewClient(const Endpoint& endpoint) {
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(endpoint);
  EXPECT_TRUE(client.ok()) << client.status();
  return *std::move(client);
}

Answer Get(Client& client, const engine::HttpRequest& request, absl::Duration deadline = kLong) {
  std::optional<Answer> got;
  client.Send(request, deadline, [&](Answer answer) { got = std::move(answer); });
  while (!got) EXPECT_TRUE(client.Poll(kLong, {}).ok());
  return *got;
}

std::string Message(const Answer& answer) { return std::string(answer.status().message()); }

// Answers every request with its own bytes.
void Echo(FakeConnection& connection) {
  for (std::string request; !(request = connection.Read()).empty();) connection.Answer(200, request);
}

TEST(ClientTest, RequestGoesOutAsWritten) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer get = Get(*client, To("GET", "/v1.41/containers/json?filters=%7B%7D&x=a/../b"));
  ASSERT_TRUE(get.ok()) << get.status();
  EXPECT_EQ(get->status, 200);
  EXPECT_THAT(get->body,
              StartsWith("GET /v1.41/containers/json?filters=%7B%7D&x=a/../b HTTP/1.1\r\nHost: localhost\r\n"));
  EXPECT_THAT(get->body, HasSubstr("User-Agent: flow/"));
  EXPECT_THAT(get->body, Not(HasSubstr("Content-")));

  const Answer create = Get(*client, To("POST", "/c", "{\"a\":1}", {{"X-Registry-Auth", "e30="}}));
  EXPECT_THAT(create->body, StartsWith("POST /c HTTP/1.1\r\n"));
  EXPECT_THAT(create->body, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(create->body, HasSubstr("X-Registry-Auth: e30=\r\n"));
  EXPECT_THAT(create->body, ::testing::EndsWith("\r\n\r\n{\"a\":1}"));

  const Answer start = Get(*client, To("POST", "/c/1/start"));
  EXPECT_THAT(start->body, HasSubstr("Content-Length: 0\r\n"));
  EXPECT_THAT(start->body, Not(HasSubstr("Content-Type")));

  const Answer remove = Get(*client, To("DELETE", "/c/1?v=1"));
  EXPECT_THAT(remove->body, StartsWith("DELETE /c/1?v=1 HTTP/1.1\r\n"));
  EXPECT_THAT(remove->body, Not(HasSubstr("Content-")));
}

TEST(ClientTest, LargeBodyIsSentWithoutAskingFirst) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const std::string body(3 << 20, '\0');
  const Answer answer = Get(*client, To("POST", "/x", body, {{"Content-Type", "application/x-tar"}}));
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
  const Answer answer = Get(*client, To("GET", "/"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->status, 404);
  EXPECT_EQ(answer->headers.at("api-version"), "1.41");
  EXPECT_EQ(answer->headers.at("x-a"), "2");
  EXPECT_EQ(answer->headers.count("x-early"), 0u);
  EXPECT_EQ(answer->body, std::string("\0\xff\r\n", 4));
}

TEST(ClientTest, HeadHasNoBodyToWaitFor) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer answer = Get(*client, To("HEAD", "/_ping"));
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
  EXPECT_EQ(Get(*client, To("GET", "/"))->status, 301);
  EXPECT_EQ(client->requests_sent(), 1);
}

TEST(ClientTest, ConnectionIsKept) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(Get(*client, To("GET", "/")).ok());
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
                                            [&](const engine::HttpResponse& response) {
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
    connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
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
  client->Stream(To("GET", "/logs"), {.opened = [](const engine::HttpResponse&) { ADD_FAILURE() << "opened"; },
                                      .chunk = [](absl::string_view) { ADD_FAILURE() << "chunk"; },
                                      .done = [&](Answer answer) { got = std::move(answer); }});
  while (!got) ASSERT_TRUE(client->Poll(kLong, {}).ok());
  EXPECT_EQ((*got)->status, 404);
  EXPECT_EQ((*got)->body, "{\"message\":\"no such container\"}");
}

TEST(ClientTest, StreamThatBreaksEndsWithAnError) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
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
  const Answer answer = Get(*client, To("GET", "/info?x=y"), absl::Milliseconds(80));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_THAT(Message(answer), StartsWith("GET /info: no answer in time"));
  EXPECT_TRUE(MayHaveReachedEngine(answer.status()));
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(79));
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  EXPECT_FALSE(MayHaveReachedEngine(Get(*client, To("GET", "/"), absl::ZeroDuration()).status()));
}

TEST(ClientTest, CancelledRequestsAreNotTold) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const auto fail = [](const Answer&) { ADD_FAILURE() << "told"; };
  const int id = client->Send(To("GET", "/a"), kLong, fail);
  client->Cancel(id);
  client->Cancel(id);
  client->Cancel(12345);
  EXPECT_TRUE(Get(*client, To("GET", "/b")).ok());
}

TEST(ClientTest, CallbacksMayCancelThemselvesAndOthers) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
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

TEST(ClientTest, DestructionCancelsWhatIsInFlight) {
  FakeServer server([](FakeConnection& connection) { connection.WaitForClose(); });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  client->Send(To("GET", "/"), kLong, [](const Answer&) { ADD_FAILURE() << "told"; });
  ASSERT_TRUE(client->Poll(absl::Milliseconds(20), {}).ok());
}

TEST(ClientTest, MissingSocketRefusedAndUnknownHostAreToldApartAndHaveNotReachedTheEngine) {
  Endpoint endpoint;
  {
    FakeServer server(Echo);
    endpoint = server.endpoint();
  }
  const Answer missing = Get(*NewClient(endpoint), To("GET", "/version"));
  EXPECT_EQ(missing.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(TroubleOf(missing.status()), Trouble::kNoSocketFile);
  EXPECT_FALSE(MayHaveReachedEngine(missing.status()));
  EXPECT_THAT(Message(missing), StartsWith("GET /version: there is no socket " + endpoint.socket));

  // A socket file whose server is gone.
  const std::string path = FakeServer::NewSocketPath();
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  close(fd);
  endpoint.socket = path;
  const Answer refused = Get(*NewClient(endpoint), To("GET", "/version"));
  EXPECT_EQ(TroubleOf(refused.status()), Trouble::kRefused);
  EXPECT_FALSE(MayHaveReachedEngine(refused.status()));

  {
    FakeServer server(FakeServer::Tcp{}, Echo);
    endpoint = server.endpoint();
  }
  const std::unique_ptr<Client> client = NewClient(endpoint);
  const Answer tcp = Get(*client, To("GET", "/version"));
  EXPECT_EQ(TroubleOf(tcp.status()), Trouble::kRefused);
  EXPECT_THAT(Message(tcp), HasSubstr("nothing listens at tcp://127.0.0.1:"));
  EXPECT_EQ(client->requests_sent(), 0);

  endpoint.host = "no-such-host.invalid";
  endpoint.url = "http://no-such-host.invalid:2375";
  EXPECT_EQ(TroubleOf(Get(*NewClient(endpoint), To("GET", "/")).status()), Trouble::kUnknownHost);
}

// Without this root may do what a file's mode forbids.
bool DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

TEST(ClientTest, SocketWithoutPermissionIsPermissionDenied) {
  FakeServer server(Echo);
  ASSERT_EQ(chmod(server.endpoint().socket.c_str(), 0000), 0);
  const pid_t child = fork();
  if (child == 0) {
    if (!DropCapabilities()) _exit(2);
    const absl::Status status = Get(*NewClient(server.endpoint()), To("GET", "/version")).status();
    _exit(absl::IsPermissionDenied(status) && TroubleOf(status) == Trouble::kPermissionDenied ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status)) << status;
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(ClientTest, ConnectionLostBeforeAndInTheMiddleOfTheAnswerMayHaveReachedTheEngine) {
  for (const bool reset : {false, true}) {
    FakeServer before(FakeServer::Tcp{}, [&](FakeConnection& connection) {
      connection.Read();
      if (reset) connection.ResetOnClose();
    });
    const Answer nothing = Get(*NewClient(before.endpoint()), To("POST", "/containers/create"));
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
    const Answer half = Get(*NewClient(middle.endpoint()), To("GET", "/version"));
    EXPECT_EQ(half.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(TroubleOf(half.status()), Trouble::kConnectionLost);
    EXPECT_THAT(Message(half), HasSubstr("GET /version: the connection was lost in the middle of the answer ("));
  }
}

// The engine closes a kept connection just as the next request comes in on it: it may have taken that request.
TEST(ClientTest, OnAKeptConnectionThatClosesGetIsSentAgainAndPostIsNot) {
  std::atomic<int> posts = 0, gets = 0;
  FakeServer server([&](FakeConnection& connection) {
    connection.Read();
    connection.Answer(200, "first");
    const std::string second = connection.Read();
    if (absl::StartsWith(second, "POST")) ++posts;
    if (absl::StartsWith(second, "GET")) ++gets;
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  ASSERT_TRUE(Get(*client, To("GET", "/")).ok());
  const Answer get = Get(*client, To("GET", "/"));
  EXPECT_TRUE(get.ok()) << get.status();
  EXPECT_EQ(gets, 1);
  EXPECT_EQ(client->requests_sent(), 3);
  const Answer post = Get(*client, To("POST", "/networks/create", "{}"));
  EXPECT_EQ(post.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_TRUE(MayHaveReachedEngine(post.status()));
  EXPECT_THAT(Message(post), HasSubstr("POST /networks/create: the connection was closed before the answer came"));
  EXPECT_EQ(posts, 1);
  EXPECT_EQ(client->requests_sent(), 4);
}

TEST(ClientTest, EngineThatClosedIdleConnectionsIsConnectedToAgain) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Answer(200, "");
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  for (int i = 0; i < 3; ++i) {
    const Answer answer = Get(*client, To("POST", "/"));
    EXPECT_TRUE(answer.ok()) << answer.status();
    while (server.closed() <= i) usleep(1000);
  }
  EXPECT_EQ(server.connections(), 3);
}

TEST(ClientTest, AnswerOverWhatARequestTakesIsAnError) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Answer(200, std::string(3 << 20, 'x'));
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  engine::HttpRequest request = To("GET", "/containers/1/archive");
  request.most_body = 2 << 20;
  const Answer answer = Get(*client, request);
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(answer), "GET /containers/1/archive: the answer is larger than 2 MiB");
}

TEST(ClientTest, AnswerOver64MiBIsAnError) {
  FakeServer server([](FakeConnection& connection) {
    connection.Read();
    connection.Write("HTTP/1.1 200 OK\r\nContent-Length: 70000000\r\n\r\n");
    const std::string megabyte(1 << 20, 'x');
    for (int i = 0; i < 66; ++i) connection.Write(megabyte);
    connection.WaitForClose();
  });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  const Answer answer = Get(*client, To("GET", "/containers/json"));
  EXPECT_EQ(answer.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(Message(answer), "GET /containers/json: the answer is larger than 64 MiB");
}

TEST(ClientTest, WhatIsNoHttpIsNamedSo) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    connection.Write("SSH-2.0-OpenSSH_9.2p1\r\n");
    connection.WaitForClose();
  });
  const Answer answer = Get(*NewClient(server.endpoint()), To("GET", "/version"));
  EXPECT_EQ(TroubleOf(answer.status()), Trouble::kNotHttp);
  EXPECT_THAT(Message(answer), HasSubstr("does not speak HTTP"));
}

TEST(ClientTest, RequestThatIsNoHttpIsRefused) {
  FakeServer server(Echo);
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  EXPECT_EQ(Get(*client, To("GET", "version")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Get(*client, To("GET", "/a b")).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Get(*client, To("GET", "/", "", {{"X", "a\r\nY: b"}})).status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(client->requests_sent(), 0);
}

TEST(ClientTest, PollReturnsWhenADescriptorIsReadableAndWhenTimeIsOver) {
  FakeServer server([](FakeConnection& connection) { connection.WaitForClose(); });
  const std::unique_ptr<Client> client = NewClient(server.endpoint());
  client->Send(To("GET", "/"), kLong, nullptr);
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  absl::Time start = absl::Now();
  ASSERT_TRUE(client->Poll(absl::Milliseconds(50), {ends[0]}).ok());
  EXPECT_GE(absl::Now() - start, absl::Milliseconds(49));
  std::thread writer([&] {
    usleep(30000);
    EXPECT_EQ(write(ends[1], "x", 1), 1);
  });
  start = absl::Now();
  ASSERT_TRUE(client->Poll(absl::InfiniteDuration(), {ends[0]}).ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  writer.join();
  start = absl::Now();
  ASSERT_TRUE(client->Poll(absl::ZeroDuration(), {}).ok());
  EXPECT_LT(absl::Now() - start, absl::Seconds(5));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace flow
