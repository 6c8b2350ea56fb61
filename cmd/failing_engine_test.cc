// An engine that fails for a moment, before the commands that go on: flow-heartbeat and flow-status --watch.
#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "absl/time/time.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/process.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using testkit::Counter;
using testkit::FakeConnection;
using testkit::FakeServer;
using testkit::Finished;
using testkit::Process;

constexpr char kNoControlPlane[] = "--control_plane=127.0.0.1:1";

// The HTTP statuses of the answers to each question, in their order; 0: none comes. Behind these all is well.
struct Plan {
  std::vector<int> lists;  // of an unhealthy container of pipeline "x"; of none behind, which ends the command
  std::vector<int> inspections = {};
  std::vector<int> events = {};  // streams that break off after the last of `lists`; those behind do not
};

class FailingEngine {
 public:
  explicit FailingEngine(Plan plan)
      : plan_(std::move(plan)), server_([this](FakeConnection& connection) { Serve(connection); }) {}

  const FakeServer& server() const { return server_; }

  // Until its events have been asked for.
  void WaitForListener() { listeners_.WaitFor(1); }

 private:
  static constexpr char kList[] =
      R"([{"Id": "a1", "Names": ["/flow-x-a-1"], "State": "running", "Status": "Up 2 minutes (unhealthy))"
      R"(", "Labels": {"com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.pipeline": "x",
                       "com.obsrvr.flow.component": "a"}}])";
  static constexpr char kInspection[] = R"({"Id": "a1", "State": {"Status": "running"}})";

  void Serve(FakeConnection& connection) {
    testkit::ServeEngine(
        connection, [&] { TellEvents(connection, listeners_.Count()); },
        [&](const std::string& request) {
          if (absl::StrContains(request, "/containers/json")) {
            const size_t list = lists_.Count();
            Answer(connection, plan_.lists, list, list > plan_.lists.size() ? "[]" : kList);
          } else if (absl::StrContains(request, "/containers/a1/json")) {
            Answer(connection, plan_.inspections, inspections_.Count(), kInspection);
          } else {
            connection.Answer(404, "{}");
          }
        });
  }

  // Of the answer number `number`, from 1.
  static int StatusOf(const std::vector<int>& statuses, size_t number) {
    return number > statuses.size() ? 200 : statuses[number - 1];
  }

  static void Answer(FakeConnection& connection, const std::vector<int>& statuses, size_t number,
                     const std::string& body) {
    const int status = StatusOf(statuses, number);
    if (status == 0) return connection.WaitForClose();
    connection.Answer(status, status == 200 ? body : R"({"message": "it is out of sorts"})");
  }

  void TellEvents(FakeConnection& connection, size_t number) {
    if (StatusOf(plan_.events, number) != 200) return Answer(connection, plan_.events, number, "");
    connection.OpenChunked();
    if (number > plan_.events.size()) return connection.WaitForClose();
    lists_.WaitFor(plan_.lists.size());
  }

  const Plan plan_;
  Counter lists_, inspections_, listeners_;
  FakeServer server_;
};

// Runs flow-heartbeat, with a control plane that is away, until there is no pipeline any more.
Finished SendHeartbeats(Plan plan) {
  const FailingEngine engine(std::move(plan));
  return RunCommand(engine.server(), "flow-heartbeat", {"x", kNoControlPlane});
}

// Nothing happens in the pipeline: no event tells that it is time to look.
TEST(FailingEngine, HeartbeatsLookAgainWhereTheListOfContainersFailed) {
  const Finished run = SendHeartbeats({.lists = {200, 500}});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_THAT(run.err, HasSubstr("pipeline \"x\" is gone"));
}

TEST(FailingEngine, HeartbeatsLookAgainWhereAnInspectionFailed) {
  const Finished run = SendHeartbeats({.lists = {200, 200}, .inspections = {500}});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_THAT(run.err, HasSubstr("pipeline \"x\" is gone"));
}

// The control plane would call all components unhealthy after 30 s without a word.
TEST(FailingEngine, HeartbeatsAreNotHeldUpByAnEngineThatDoesNotAnswer) {
  const Finished run = SendHeartbeats({.lists = {200, 0}});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_LT(run.took, absl::Seconds(20)) << run.Describe();
}

// The commands, and the lists that each asks for before it waits.
struct Command {
  std::string name;
  std::vector<std::string> arguments;
  std::vector<int> lists;
};
std::vector<Command> Commands() {
  return {{"flow-heartbeat", {"x", kNoControlPlane}, {200, 200}}, {"flow-status", {"x", "--watch"}, {200}}};
}

TEST(FailingEngine, ASignalEndsTheWaitForTheStreamOfEvents) {
  for (const auto& [command, arguments, lists] : Commands()) {
    FailingEngine engine({.lists = lists, .events = {0}});
    Process process = StartCommand(engine.server(), command, arguments);
    engine.WaitForListener();
    process.Signal(SIGINT);
    const Finished& run = process.Wait(absl::Seconds(20));
    EXPECT_EQ(run.exit_code, 130) << run.Describe();
    EXPECT_EQ(run.err, "");
  }
}

// Proxies cut a quiet stream every few seconds.
TEST(FailingEngine, AStreamOfEventsThatIsOpenAgainSoonIsNotWorthAWord) {
  for (const auto& [command, arguments, lists] : Commands()) {
    const FailingEngine engine({.lists = lists, .events = {200, 500}});
    const Finished run = RunCommand(engine.server(), command, arguments);
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    EXPECT_THAT(run.err, AllOf(Not(HasSubstr("broke off")), HasSubstr("pipeline \"x\" is gone")));
  }
}

TEST(FailingEngine, AStreamOfEventsThatFailsForSomeSecondsIsToldOnce) {
  for (const auto& [command, arguments, lists] : Commands()) {
    const FailingEngine engine({.lists = lists, .events = {200, 500, 500, 500, 500, 500}});
    const Finished run = RunCommand(engine.server(), command, arguments);
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    EXPECT_THAT(run.err, AllOf(HasSubstr("the engine is back"), HasSubstr("pipeline \"x\" is gone")));
    EXPECT_EQ(std::vector<std::string>(absl::StrSplit(run.err, "broke off")).size(), 2u) << run.Describe();
  }
}

TEST(FailingEngine, AStreamOfEventsThatIsRefusedEndsTheCommand) {
  for (const auto& [command, arguments, lists] : Commands()) {
    // What fails before it ever opened is no better.
    for (const std::vector<int>& events : {std::vector<int>{200, 403}, {404}, {500}, {503}}) {
      const FailingEngine engine({.lists = lists, .events = events});
      const Finished run = RunCommand(engine.server(), command, arguments);
      EXPECT_EQ(run.exit_code, 1) << run.Describe();
      EXPECT_THAT(run.err, HasSubstr("it is out of sorts")) << run.Describe();
    }
  }
}

}  // namespace
}  // namespace flow
