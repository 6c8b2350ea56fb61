// The driver over the wire to an engine.
#include "cmd/docker/engine_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "cmd/http/client.h"
#include "cmd/target/driver.h"
#include "testkit/fake_server.h"

namespace flow {
namespace {

using testkit::FakeConnection;
using testkit::FakeServer;

using Tell = std::function<void(const deploy::Report&)>;

EngineWire::Hooks Telling(Tell tell) {
  return {.report = std::move(tell), .request = [](const http::Request&) {}};
}

DriverHooks Keeping(Tell tell) {
  return {
      .save = [](const deploy::Deployment&) { return absl::OkStatus(); }, .forget = [] {}, .report = std::move(tell)};
}

// Listens, sends a request, and ends as soon as the stream is open.
struct EndsWhileItListens {
  std::vector<docker::Action> Step(absl::Time, const docker::Event& event) {
    if (std::holds_alternative<deploy::Begin>(event)) {
      return {docker::OpenStream{},
              docker::Send{deploy::RequestId(1), docker::engine::GetInfo{}, {1, 41}, absl::Minutes(1)}};
    }
    if (std::holds_alternative<deploy::StreamOpened>(event)) return {deploy::Finish{ExitCode::kDone, ""}};
    ADD_FAILURE() << "told after its end";
    return {};
  }
};

// flow-apply goes on with the client after its machine has ended, while the engine goes on telling events.
TEST(Driver, NothingIsToldToADriverThatIsNoMore) {
  std::atomic<bool> over = false;
  FakeServer server([&](FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      if (request.find("/events") != std::string::npos) {
        connection.OpenChunked();
        over.wait(false);
        connection.Chunk(R"({"Type":"container","Action":"destroy","Actor":{"ID":"a","Attributes":{}}})"
                         "\n");
        connection.WaitForClose();
        return;
      }
      over.wait(false);
      connection.Answer(200, R"({"ID": "E"})");
    }
  });
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(server.endpoint());
  ASSERT_TRUE(client.ok()) << client.status();
  absl::StatusOr<Signals> signals = Signals::Take();
  ASSERT_TRUE(signals.ok());
  {
    EngineWire wire(**client, Telling([](const deploy::Report&) {}));
    Driver<docker::Docker> driver(wire, *signals, Keeping([](const deploy::Report&) {}));
    EndsWhileItListens machine;
    EXPECT_EQ(driver.Run(machine).code, ExitCode::kDone);
  }
  over = true;
  over.notify_all();
  bool answered = false;
  (*client)->Send({.target = "/info"}, absl::Seconds(30), [&](absl::StatusOr<http::Response> response) {
    EXPECT_TRUE(response.ok()) << response.status();
    answered = true;
  });
  while (!answered) ASSERT_TRUE((*client)->Poll(absl::Seconds(30), {}).ok());
}

// Asks for the engine, then for one call, and ends with its answer.
struct AsksOnce {
  docker::engine::Call call;
  absl::Duration deadline = absl::Seconds(30);
  bool first = true;
  absl::StatusOr<docker::engine::Reply> reply = absl::UnknownError("no answer");

  std::vector<docker::Action> Step(absl::Time, const docker::Event& event) {
    if (std::holds_alternative<deploy::Begin>(event))
      return {docker::Send{deploy::RequestId(1), docker::engine::Ping{}, {1, 41}, deadline}};
    const auto* answer = std::get_if<docker::Answer>(&event);
    if (answer == nullptr) return {};
    if (std::exchange(first, false) && answer->reply.ok())
      return {docker::Send{deploy::RequestId(2), call, {1, 41}, deadline}};
    reply = answer->reply;
    return {deploy::Finish{ExitCode::kDone, ""}};
  }
};

// An engine that answers the first request well, and those after it as the test says, one after the other; then well.
class DriverRetryTest : public testing::Test {
 protected:
  static constexpr char kCut[] = "";  // no answer: the connection is closed

  // The requests after the first one that went out.
  int Run(AsksOnce& machine, const std::vector<std::string>& answers) {
    std::atomic<int> requests = 0;
    FakeServer server([&](FakeConnection& connection) {
      while (!connection.Read().empty()) {
        const size_t number = static_cast<size_t>(requests++);
        if (number == 0 || number > answers.size()) {
          connection.Answer(200, R"({"Id": "x", "ID": "E"})", "Api-Version: 1.41");
        } else if (answers[number - 1] == kCut) {
          return;
        } else {
          connection.Write(answers[number - 1]);
          if (answers[number - 1].find("Content-Length: 0") == std::string::npos) return;  // cut off in the middle
        }
      }
    });
    absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(server.endpoint());
    EXPECT_TRUE(client.ok()) << client.status();
    absl::StatusOr<Signals> signals = Signals::Take();
    EXPECT_TRUE(signals.ok());
    const auto report = [&](const deploy::Report& told) { reports_.push_back(told.text); };
    EngineWire wire(**client, Telling(report));
    Driver<docker::Docker> driver(wire, *signals, Keeping(report));
    driver.Run(machine);
    return requests - 1;
  }

  static std::string Status(int status, const std::string& header = "") {
    return absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: 0\r\n", header, header.empty() ? "" : "\r\n",
                        "\r\n");
  }

  std::vector<std::string> reports_;
};

TEST_F(DriverRetryTest, WhatMayBeDoneTwiceIsSentAgainAndToldOnce) {
  AsksOnce machine{docker::engine::RemoveContainer{"x"}};
  EXPECT_EQ(Run(machine, {kCut, Status(503), kCut}), 4);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
  EXPECT_THAT(reports_, testing::ElementsAre(testing::StartsWith("the engine does not answer for now: "),
                                             "the engine answers again"));
}

TEST_F(DriverRetryTest, WhatMustNotBeDoneTwiceIsNot) {
  AsksOnce machine{docker::engine::CreateNetwork{}};
  EXPECT_EQ(Run(machine, {kCut}), 1);
  EXPECT_TRUE(absl::IsUnavailable(machine.reply.status())) << machine.reply.status();
  EXPECT_THAT(reports_, testing::IsEmpty());
}

TEST_F(DriverRetryTest, WhatTheEngineHasNotTakenIsSentAgainWhatEverItIs) {
  AsksOnce machine{docker::engine::CreateNetwork{}};
  EXPECT_EQ(Run(machine, {Status(429, "Retry-After: 0")}), 2);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
}

// It is there, and will be ready in a moment: nothing to tell.
TEST_F(DriverRetryTest, ASecondNetworkOfTheNameIsWaitedOut) {
  const std::string body = "{\"message\": \"network x is ambiguous (2 matches found on name)\"}";
  const std::string answer = absl::StrCat("HTTP/1.1 400 X\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  AsksOnce machine{docker::engine::StartContainer{"x", true}};
  EXPECT_EQ(Run(machine, {answer, answer}), 3);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
  EXPECT_THAT(reports_, testing::IsEmpty());
}

// What removes the container is done in a moment, and only then its name and its volumes are free.
TEST_F(DriverRetryTest, ARemovalBySomeoneElseIsWaitedOut) {
  const std::string body = "{\"message\": \"removal of container x is already in progress\"}";
  const std::string answer = absl::StrCat("HTTP/1.1 409 X\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
  AsksOnce machine{docker::engine::RemoveContainer{"x"}};
  EXPECT_EQ(Run(machine, {answer, answer, Status(404)}), 3);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
  EXPECT_THAT(reports_, testing::IsEmpty());
}

TEST_F(DriverRetryTest, APullIsBegunAnew) {
  AsksOnce machine{docker::engine::PullImage{"x", ""}};
  EXPECT_EQ(Run(machine, {"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"status\": \"Pulling\"}\n", Status(502)}),
            3);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
}

TEST_F(DriverRetryTest, OnlyWithinItsTime) {
  AsksOnce machine{docker::engine::GetInfo{}, absl::Milliseconds(300)};
  const absl::Time begin = absl::Now();
  EXPECT_GT(Run(machine, std::vector<std::string>(100, Status(503))), 1);
  EXPECT_TRUE(absl::IsUnavailable(machine.reply.status())) << machine.reply.status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

TEST_F(DriverRetryTest, AnEngineThatHasNeverAnsweredIsNotWaitedFor) {
  FakeServer server([](FakeConnection&) {});
  absl::StatusOr<std::unique_ptr<Client>> client = Client::Create(server.endpoint());
  ASSERT_TRUE(client.ok()) << client.status();
  absl::StatusOr<Signals> signals = Signals::Take();
  const auto report = [](const deploy::Report& told) { ADD_FAILURE() << told.text; };
  EngineWire wire(**client, Telling(report));
  Driver<docker::Docker> driver(wire, *signals, Keeping(report));
  AsksOnce machine{docker::engine::GetInfo{}};
  machine.first = false;
  driver.Run(machine);
  EXPECT_FALSE(machine.reply.ok());
}

}  // namespace
}  // namespace flow
