// Answers that no engine gives, from what stands where one is expected: the commands end with a message, not in an
// abort.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/process.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using testkit::Counter;
using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::Finished;
using testkit::Process;

constexpr char kFile[] = "examples/minimal.yaml";

TEST(HostileEngine, NotModifiedIsNoAnswerToAQuestion) {
  FakeServer engine([](FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      const bool ping = absl::StrContains(request, "/_ping");
      connection.Answer(ping ? 200 : 304, "", ping ? "Api-Version: 1.41" : "");
    }
  });
  const std::vector<std::pair<std::string, std::vector<std::string>>> commands = {
      {"flow-apply", {kFile}},    {"flow-status", {}},          {"flow-status", {"minimal"}},
      {"flow-logs", {"minimal"}}, {"flow-delete", {"minimal"}}, {"flow-delete", {"--all"}}};
  for (const auto& [command, arguments] : commands) {
    const Finished run = RunCommand(engine, command, arguments);
    EXPECT_EQ(run.exit_code, 1) << run.Describe();
    EXPECT_THAT(run.err, HasSubstr("HTTP status 304")) << run.Describe();
  }
}

// What a watch that asks for a container that has ended is told, and how far it is.
class Watched {
 public:
  void Serve(FakeConnection& connection) {
    testkit::ServeEngine(
        connection, [&] { TellEvents(connection); },
        [&](const std::string& request) {
          if (absl::StrContains(request, "/containers/json")) {
            // In the third list it is gone, which ends the watch.
            connection.Answer(200, lists_.Count() < 3 ? kList : "[]");
          } else if (absl::StrContains(request, "/containers/asked/json")) {
            connection.Answer(200, R"({"Id": "another", "State": {"Status": "exited", "ExitCode": 3}})");
            inspections_.Count();
          } else {
            connection.Answer(404, "{}");
          }
        });
  }

 private:
  static constexpr char kList[] = R"([{"Id": "asked", "Names": ["/flow-x-a-1"], "State": "running", "Status": "Up",
      "Labels": {"com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.pipeline": "x",
                 "com.obsrvr.flow.component": "a"}}])";

  void TellEvents(FakeConnection& connection) {
    connection.OpenChunked();
    lists_.WaitFor(1);
    connection.Chunk(R"({"Type": "container", "Action": "die", "Actor": {"ID": "asked"}})"
                     "\n");
    inspections_.WaitFor(1);
    connection.Chunk(R"({"Type": "container", "Action": "destroy", "Actor": {"ID": "asked"}})"
                     "\n");
    connection.WaitForClose();
  }

  Counter lists_, inspections_;
};

TEST(HostileEngine, TheInspectionOfAnotherContainerIsTakenForTheOneThatWasAskedFor) {
  Watched watched;
  FakeServer engine([&](FakeConnection& connection) { watched.Serve(connection); });
  const Finished run = RunCommand(engine, "flow-status", {"x", "--watch"});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_THAT(run.err, HasSubstr("pipeline \"x\" is gone")) << run.Describe();
}

}  // namespace
}  // namespace flow
