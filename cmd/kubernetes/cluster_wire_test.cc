// The driver over the wire to a cluster.
#include "cmd/kubernetes/cluster_wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "cmd/target/driver.h"
#include "testkit/fake_server.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testkit::FakeConnection;
using testkit::FakeServer;

namespace api = kubernetes::api;

// Asks for the version, then for one call, and ends with its answer.
struct AsksOnce {
  api::Call call;
  bool first = true;
  absl::StatusOr<api::Reply> reply = absl::UnknownError("no answer");

  std::vector<kubernetes::Action> Step(absl::Time, const kubernetes::Event& event) {
    const auto send = [](int number, api::Call of) {
      return kubernetes::Send{deploy::RequestId(number), std::move(of), {}, absl::Seconds(30)};
    };
    if (std::holds_alternative<deploy::Begin>(event)) return {send(1, api::GetVersion{})};
    const auto* answer = std::get_if<kubernetes::Answer>(&event);
    if (answer == nullptr) return {};
    if (std::exchange(first, false) && answer->reply.ok()) return {send(2, call)};
    reply = answer->reply;
    return {deploy::Finish{ExitCode::kDone, ""}};
  }
};

class ClusterWireTest : public ::testing::Test {
 protected:
  static constexpr char kCut[] = "";  // no answer: the connection is closed

  // A server that answers the first request well, and those after it as the test says, one after the other; then well.
  // How many those after the first were.
  int Run(AsksOnce& machine, const std::vector<std::string>& answers) {
    std::atomic<int> requests = 0;
    FakeServer server(FakeServer::Tcp{}, [&](FakeConnection& connection) {
      while (!connection.Read().empty()) {
        const size_t number = static_cast<size_t>(requests++);
        if (number == 0 || number > answers.size()) {
          connection.Answer(200, R"({"gitVersion":"v1.20.2","metadata":{"name":"sink"}})");
        } else if (answers[number - 1] == kCut) {
          return;
        } else {
          connection.Write(answers[number - 1]);
        }
      }
    });
    kubernetes::ClusterAccess access;
    access.server = server.endpoint().url;
    const auto client = *ClusterClient::Create(access, {});
    absl::StatusOr<Signals> signals = Signals::Take();
    EXPECT_TRUE(signals.ok());
    ClusterWire wire(*client, [](const http::Request&) {});
    Driver<kubernetes::Cluster> driver(wire, *signals,
                                       {.save = [](const deploy::Deployment&) { return absl::OkStatus(); },
                                        .forget = [] {},
                                        .report = [&](const deploy::Report& told) { reports_.push_back(told.text); }});
    driver.Run(machine);
    return requests - 1;
  }

  static std::string Answer(int status, const std::string& header = "", const std::string& body = "{}") {
    return absl::StrCat("HTTP/1.1 ", status, " X\r\nContent-Length: ", body.size(), "\r\n", header,
                        header.empty() ? "" : "\r\n", "\r\n", body);
  }

  std::vector<std::string> reports_;
};

const api::ObjectName kSink = {api::Kind::kDeployment, "flow-a", "sink"};

TEST_F(ClusterWireTest, AnApplyIsSentAgainWhereTheServerWasAwayAndThatIsToldOnce) {
  AsksOnce machine{api::Apply{.object = kSink}};
  EXPECT_EQ(Run(machine, {kCut, Answer(503), kCut}), 4);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
  EXPECT_THAT(reports_, ElementsAre(StartsWith("the cluster does not answer for now: "), "the cluster answers again"));
}

TEST_F(ClusterWireTest, ACreationThatMayBeDoneIsNotSentAgain) {
  AsksOnce machine{api::Create{.object = kSink}};
  EXPECT_EQ(Run(machine, {kCut}), 1);
  EXPECT_TRUE(absl::IsUnavailable(machine.reply.status())) << machine.reply.status();
}

TEST_F(ClusterWireTest, WhatTheServerHasNotTakenIsSentAgainWithoutAWord) {
  AsksOnce machine{api::Create{.object = kSink}};
  EXPECT_EQ(Run(machine, {Answer(429, "Retry-After: 0")}), 2);
  EXPECT_TRUE(machine.reply.ok()) << machine.reply.status();
  EXPECT_THAT(reports_, IsEmpty());
}

TEST_F(ClusterWireTest, ADocumentThatIsWrongIsNotSentAgain) {
  AsksOnce machine{api::Apply{.object = kSink}};
  EXPECT_EQ(Run(machine, {Answer(500, "", R"({"kind":"Status","message":".spec.x: field not declared in schema"})")}),
            1);
  EXPECT_EQ(machine.reply.status().message(), ".spec.x: field not declared in schema");
}

}  // namespace
}  // namespace flow
