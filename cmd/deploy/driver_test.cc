#include "cmd/deploy/driver.h"

#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <vector>

#include "cmd/engine/fake_server.h"

namespace flow {
namespace {

// Listens, sends a request, and ends as soon as the stream is open.
struct EndsWhileItListens {
  std::vector<deploy::Action> Step(absl::Time, const deploy::Event& event) {
    if (std::holds_alternative<deploy::Begin>(event)) {
      return {deploy::Listen{}, deploy::Send{1, engine::GetInfo{}, {1, 41}, absl::Minutes(1)}};
    }
    if (std::holds_alternative<deploy::Listening>(event)) return {deploy::Finish{ExitCode::kDone, ""}};
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
        connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
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
    Driver driver(**client, *signals,
                  {.save = [](const deploy::Deployment&) { return absl::OkStatus(); },
                   .forget = [] {},
                   .report = [](const deploy::Report&) {},
                   .request = [](const engine::HttpRequest&) {}});
    EndsWhileItListens machine;
    EXPECT_EQ(driver.Run(machine).code, ExitCode::kDone);
  }
  over = true;
  over.notify_all();
  bool answered = false;
  (*client)->Send({.target = "/info"}, absl::Seconds(30), [&](absl::StatusOr<engine::HttpResponse> response) {
    EXPECT_TRUE(response.ok()) << response.status();
    answered = true;
  });
  while (!answered) ASSERT_TRUE((*client)->Poll(absl::Seconds(30), {}).ok());
}

}  // namespace
}  // namespace flow
