// An engine that fails for a moment, before the commands that go on: flow-heartbeat and flow-status --watch.
#include <signal.h>

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/time.h"
#include "cmd/engine/fake_server.h"
#include "cmd/run_command.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "integration/process.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

constexpr char kNoControlPlane[] = "--control_plane=127.0.0.1:1";

// The HTTP statuses of the answers to each question, in their order; 0: none comes. The lists have a container of
// pipeline "x", which is unhealthy; those behind have none, which ends the commands.
struct Plan {
  std::vector<int> lists;
  std::vector<int> inspections = {};  // 200 behind
  std::vector<int> events = {};       // 200 behind
};

class FailingEngine {
 public:
  explicit FailingEngine(Plan plan)
      : plan_(std::move(plan)), server_([this](FakeConnection& connection) { Serve(connection); }) {}

  const FakeServer& server() const { return server_; }

  // Until its events have been asked for.
  void WaitForListener() {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return listeners_ > 0; });
  }

 private:
  static constexpr char kList[] =
      R"([{"Id": "a1", "Names": ["/flow-x-a-1"], "State": "running", "Status": "Up 2 minutes (unhealthy))"
      R"(", "Labels": {"com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.pipeline": "x",
                       "com.obsrvr.flow.component": "a"}}])";
  static constexpr char kInspection[] = R"({"Id": "a1", "State": {"Status": "running"}})";

  void Serve(FakeConnection& connection) {
    for (std::string request; !(request = connection.Read()).empty();) {
      if (absl::StrContains(request, "/_ping")) {
        connection.Answer(200, "", "Api-Version: 1.41");
      } else if (absl::StrContains(request, "/events")) {
        TellEvents(connection, Count(listeners_));
      } else if (absl::StrContains(request, "/containers/json")) {
        const size_t list = Count(lists_);
        Answer(connection, plan_.lists, list, list > plan_.lists.size() ? "[]" : kList);
      } else if (absl::StrContains(request, "/containers/a1/json")) {
        Answer(connection, plan_.inspections, Count(inspections_), kInspection);
      } else {
        connection.Answer(404, "{}");
      }
    }
  }

  size_t Count(size_t& what) {
    const std::lock_guard<std::mutex> lock(mutex_);
    changed_.notify_all();
    return ++what;
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
    connection.Write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    connection.WaitForClose();
  }

  const Plan plan_;
  std::mutex mutex_;
  std::condition_variable changed_;
  size_t lists_ = 0, inspections_ = 0, listeners_ = 0;
  FakeServer server_;
};

// Runs flow-heartbeat, with a control plane that is away, until there is no pipeline any more.
integration::Finished SendHeartbeats(Plan plan) {
  const FailingEngine engine(std::move(plan));
  return RunCommand(engine.server(), "flow-heartbeat", {"x", kNoControlPlane});
}

// Nothing happens in the pipeline: no event tells that it is time to look.
TEST(FailingEngine, HeartbeatsLookAgainWhereTheListOfContainersFailed) {
  const integration::Finished run = SendHeartbeats({.lists = {200, 500}});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_THAT(run.err, HasSubstr("pipeline \"x\" is gone"));
}

TEST(FailingEngine, HeartbeatsLookAgainWhereAnInspectionFailed) {
  const integration::Finished run = SendHeartbeats({.lists = {200, 200}, .inspections = {500}});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_THAT(run.err, HasSubstr("pipeline \"x\" is gone"));
}

// The control plane would call all components unhealthy after 30 s without a word.
TEST(FailingEngine, HeartbeatsAreNotHeldUpByAnEngineThatDoesNotAnswer) {
  const integration::Finished run = SendHeartbeats({.lists = {200, 0}});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_LT(run.took, absl::Seconds(20)) << run.Describe();
}

TEST(FailingEngine, ASignalEndsTheWaitForTheStreamOfEvents) {
  const std::vector<std::pair<std::string, std::vector<std::string>>> commands = {
      {"flow-heartbeat", {"x", kNoControlPlane}}, {"flow-status", {"x", "--watch"}}};
  for (const auto& [command, arguments] : commands) {
    FailingEngine engine({.lists = {200}, .events = {0}});
    integration::Process process = StartCommand(engine.server(), command, arguments);
    engine.WaitForListener();
    process.Signal(SIGINT);
    const integration::Finished& run = process.Wait(absl::Seconds(20));
    EXPECT_EQ(run.exit_code, 130) << run.Describe();
    EXPECT_EQ(run.err, "");
  }
}

}  // namespace
}  // namespace flow
