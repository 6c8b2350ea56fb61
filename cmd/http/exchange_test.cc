#include "cmd/http/exchange.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/http/loop.h"
#include "cmd/http/trouble.h"
#include "testkit/fake_server.h"

namespace flow {
namespace {

using testkit::FakeConnection;
using testkit::FakeServer;

class ExchangeTest : public ::testing::Test {
 protected:
  Exchange::Handlers Handlers() {
    return {.piece = [this](absl::string_view bytes) { body_.append(bytes.data(), bytes.size()); },
            .done = [this](absl::StatusOr<http::Response> response) { end_ = std::move(response); }};
  }

  // An exchange with a server on a port of this host.
  void Begin(const FakeServer& server, const http::Request& request, Exchange::Handlers handlers,
             absl::Duration deadline = absl::InfiniteDuration()) {
    exchange_ = std::make_unique<Exchange>(loop_, server.endpoint(), request, deadline, std::move(handlers));
  }

  template <typename Condition>
  bool PollUntil(const Condition& so, absl::Duration at_most = absl::Seconds(30)) {
    for (const absl::Time until = absl::Now() + at_most; !so();) {
      if (absl::Now() >= until || !loop_->Poll(absl::Milliseconds(5), {}).ok()) return false;
    }
    return true;
  }
  bool Ended() const { return end_.has_value(); }

  const std::shared_ptr<Loop> loop_ = *Loop::Create();
  std::unique_ptr<Exchange> exchange_;
  std::string body_;
  std::optional<absl::StatusOr<http::Response>> end_;
};

TEST_F(ExchangeTest, AnAnswerComesInPiecesAndThenItsEnd) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    (void)connection.Read();
    connection.OpenChunked();
    connection.Chunk("one");
    connection.Chunk("two");
    connection.Chunk("");
    connection.WaitForClose();
  });
  Begin(server, {.target = "/metrics"}, Handlers());
  ASSERT_TRUE(PollUntil([&] { return Ended(); }));
  ASSERT_TRUE(end_->ok()) << end_->status();
  EXPECT_EQ((*end_)->status, 200);
  EXPECT_EQ(body_, "onetwo");
}

TEST_F(ExchangeTest, ABodyIsSentAsItComesAndTheAnswerReadMeanwhile) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    while (connection.ReadSome()) {
      connection.OpenChunked();
      connection.Chunk("first");
      const std::string request = connection.Read();
      connection.Chunk(absl::StrContains(request, "2\r\nab\r\n2\r\ncd\r\n0\r\n") ? "all" : request);
      connection.Chunk("");
    }
  });
  std::string waiting = "ab";
  bool over = false;
  Exchange::Handlers handlers = Handlers();
  handlers.fill = [&](char* to, size_t size) {
    const size_t many = waiting.copy(to, size);
    waiting.erase(0, many);
    return many;
  };
  handlers.ends = [&] { return over; };
  Begin(server, {.method = "POST", .target = "/x"}, std::move(handlers));
  ASSERT_TRUE(PollUntil([&] { return body_ == "first"; })) << body_;
  EXPECT_FALSE(Ended());
  waiting = "cd";
  exchange_->Resume();
  ASSERT_TRUE(PollUntil([&] { return waiting.empty(); }));
  over = true;
  exchange_->Resume();
  ASSERT_TRUE(PollUntil([&] { return Ended(); }));
  EXPECT_EQ(body_, "firstall");
}

TEST_F(ExchangeTest, WithGrpcsStatusTheAnswerIsAtItsEndWhateverIsStillToBeSent) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    (void)connection.ReadSome();
    connection.OpenChunked();
    connection.Chunk("some");
    connection.Write("0\r\ngrpc-status: 8\r\ngrpc-message: too large\r\n\r\n");
    connection.WaitForClose();
  });
  Exchange::Handlers handlers = Handlers();
  handlers.fill = [](char*, size_t) { return 0; };
  handlers.ends = [] { return false; };
  Begin(server, {.method = "POST", .target = "/x"}, std::move(handlers));
  ASSERT_TRUE(PollUntil([&] { return Ended(); }));
  ASSERT_TRUE(end_->ok()) << end_->status();
  EXPECT_EQ((*end_)->trailers.at("grpc-status"), "8");
  EXPECT_EQ(body_, "some");
}

TEST_F(ExchangeTest, WhileReadingIsPausedNothingIsTold) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    (void)connection.Read();
    connection.OpenChunked();
    for (int i = 0; i < 2000; ++i) connection.Chunk(std::string(1000, 'x'));
    connection.Chunk("");
    connection.WaitForClose();
  });
  Exchange::Handlers handlers = Handlers();
  handlers.piece = [&](absl::string_view bytes) {
    body_.append(bytes.data(), bytes.size());
    exchange_->PauseReading(true);
  };
  Begin(server, {.target = "/"}, std::move(handlers));
  ASSERT_TRUE(PollUntil([&] { return !body_.empty(); }));
  while (!Ended()) {
    const size_t told = body_.size();
    EXPECT_FALSE(PollUntil([&] { return body_.size() != told; }, absl::Milliseconds(20)));
    exchange_->PauseReading(false);
    ASSERT_TRUE(PollUntil([&] { return body_.size() != told || Ended(); }));
  }
  EXPECT_EQ(body_.size(), 2000000u);
}

TEST_F(ExchangeTest, OfOneThatWasGivenUpNothingIsTold) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    (void)connection.Read();
    connection.Answer(200, "x");
    connection.WaitForClose();
  });
  Begin(server, {.target = "/"}, Handlers());
  exchange_.reset();
  EXPECT_FALSE(PollUntil([&] { return Ended() || !body_.empty(); }, absl::Milliseconds(50)));
}

TEST_F(ExchangeTest, OneThatEndsItselfAtItsEndIsSafe) {
  FakeServer server(FakeServer::Tcp{}, [](FakeConnection& connection) {
    (void)connection.Read();
    connection.Answer(200, "x");
    connection.WaitForClose();
  });
  bool ended = false;
  Exchange::Handlers handlers = Handlers();
  handlers.done = [&](const absl::StatusOr<http::Response>&) {
    exchange_.reset();
    ended = true;
  };
  Begin(server, {.target = "/"}, std::move(handlers));
  EXPECT_TRUE(PollUntil([&] { return ended; }));
}

TEST_F(ExchangeTest, AnErrorSaysWhatKeptTheAnswerFromComing) {
  FakeServer silent(FakeServer::Tcp{}, [](FakeConnection& connection) { connection.WaitForClose(); });
  Begin(silent, {.target = "/"}, Handlers(), absl::Milliseconds(50));
  ASSERT_TRUE(PollUntil([&] { return Ended(); }));
  EXPECT_TRUE(absl::IsDeadlineExceeded(end_->status())) << end_->status();

  end_.reset();
  FakeServer rude(FakeServer::Tcp{}, [](FakeConnection& connection) {
    (void)connection.Read();
    connection.OpenChunked();
    connection.Chunk("half");
  });
  Begin(rude, {.target = "/"}, Handlers());
  ASSERT_TRUE(PollUntil([&] { return Ended(); }));
  EXPECT_EQ(TroubleOf(end_->status()), Trouble::kConnectionLost) << end_->status();
  EXPECT_EQ(body_, "half");
}

}  // namespace
}  // namespace flow
