// Interrupted and killed: what is left, and that the next command goes on from there.
#include <signal.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// Something that is asked to change: "POST …/containers/create". The query does not count.
std::function<bool(const std::string&)> Asks(const std::string& method, const std::string& path) {
  return [=](const std::string& request) {
    return absl::StartsWith(request, method + " ") &&
           absl::StrContains(absl::string_view(request).substr(0, request.find('?')), path);
  };
}

// The n-th request of those, from 1.
std::function<bool(const std::string&)> Nth(int n, std::function<bool(const std::string&)> asks) {
  return [n, asks = std::move(asks)](const std::string& request) mutable { return asks(request) && --n == 0; };
}

class SignalTest : public DockerTest {
 protected:
  // A source that is never healthy, nor unhealthy for a while: an apply of it waits.
  static std::string NeverReady(const std::string& id = "waits") {
    return Idle(id, "      health_check: /health\n      health_port: 8080\n");
  }

  bool IsRunning(const std::string& container) {
    return Eventually([&] { return Text(At(engine().Inspect(container), {"State", "Status"})) == "running"; });
  }
};

// A signal while it waits, by each of the three signals.
class SignalWhileWaitingTest : public SignalTest, public testing::WithParamInterface<std::pair<int, int>> {};

TEST_P(SignalWhileWaitingTest, TakesAwayWhatItMade) {
  const auto [signal, exit_code] = GetParam();
  const std::string name = Name("waiting");
  Process& apply = StartApply(Pipeline(name, "  sources:\n" + NeverReady() + "  sinks:\n" + Idle("sink")));
  ASSERT_TRUE(IsRunning("flow-" + name + "-waits-1"));
  apply.Signal(signal);
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, exit_code) << finished.Describe();
  EXPECT_TRUE(Empty(name));
  EXPECT_EQ(Status(name).state, "failed");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

INSTANTIATE_TEST_SUITE_P(Signals, SignalWhileWaitingTest,
                         testing::Values(std::pair(SIGINT, 130), std::pair(SIGTERM, 143), std::pair(SIGHUP, 129)));

// A signal between two creates.
TEST_F(SignalTest, BetweenCreatesItTakesAwayWhatItMade) {
  const std::string name = Name("creates");
  wire().Hold(Wire::Point::kBefore, Nth(2, Asks("POST", "/containers/create")));
  Process& apply = StartApply(IdlePair(name));
  ASSERT_TRUE(wire().WaitUntilHeld());
  apply.Signal(SIGINT);
  wire().Release();
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  EXPECT_TRUE(Empty(name));
}

// A signal in an update: what it did not touch runs on.
TEST_F(SignalTest, InAnUpdateWhatItDidNotTouchRunsOn) {
  const std::string name = Name("update");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const auto before = Ids(name);
  Process& apply = StartApply(IdlePair(name) +
                              "    - {id: waits, image: 'busybox:1.36', inputs: [source], command: [sleep, '1000'],"
                              " health_check: /health, health_port: 8080}\n");
  ASSERT_TRUE(IsRunning("flow-" + name + "-waits-1"));
  apply.Signal(SIGINT);
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  EXPECT_EQ(Ids(name), before);
  for (const auto& [container, id] : before) {
    EXPECT_EQ(Text(At(engine().Inspect(id), {"State", "Status"})), "running") << container;
  }
}

// A delete stops where it is, and the next one ends it.
TEST_F(SignalTest, AnInterruptedDeleteIsEndedByTheNext) {
  const std::string name = Name("delete");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  wire().Hold(Wire::Point::kBefore,
              Nth(2, [](const std::string& request) { return absl::StrContains(request, "/stop"); }));
  Process& first = Start("flow-delete", {name});
  ASSERT_TRUE(wire().WaitUntilHeld());
  first.Signal(SIGINT);
  const Finished& finished = first.Wait(absl::Seconds(15));
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  wire().Release();
  EXPECT_EQ(Status(name).state, "deleting");

  const Finished& second = Delete(name);
  EXPECT_EQ(second.exit_code, 0) << second.Describe();
  EXPECT_TRUE(Gone(name));
}

// A second signal ends it at once, also where the engine says nothing.
TEST_F(SignalTest, ASecondSignalLeavesAtOnceAndSaysWhatMayBeLeft) {
  const std::string name = Name("second");
  Process& apply = StartApply(Pipeline(name, "  sources:\n" + NeverReady()));
  ASSERT_TRUE(IsRunning("flow-" + name + "-waits-1"));
  // The roll-back's first request does not come through.
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) { return absl::StrContains(request, "/stop"); });
  apply.Signal(SIGINT);
  ASSERT_TRUE(wire().WaitUntilHeld());
  const absl::Time second = absl::Now();
  apply.Signal(SIGINT);
  const Finished& finished = apply.Wait();
  EXPECT_LT(absl::Now() - second, absl::Seconds(2));
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  EXPECT_THAT(finished.err, AllOf(HasSubstr("flow-" + name + "-waits-1"), HasSubstr("flow-delete")));
  wire().Release();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// An engine that does not answer holds an interrupted apply for ten seconds at most, and the container's own grace.
TEST_F(SignalTest, AnEngineThatDoesNotAnswerIsGivenTenSeconds) {
  const std::string name = Name("silent");
  Process& apply = StartApply(Pipeline(name, "  sources:\n" + NeverReady() + "      stop_grace_period: 1s\n"));
  ASSERT_TRUE(IsRunning("flow-" + name + "-waits-1"));
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) { return absl::StrContains(request, "/stop"); });
  const absl::Time begin = absl::Now();
  apply.Signal(SIGINT);
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(15));
  wire().Release();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// Killed with SIGKILL at one of its requests: the next apply converges, and delete leaves nothing.
struct Crash {
  const char* title;
  Wire::Point point;
  int nth;
  const char* method;
  const char* path;
};

void PrintTo(const Crash& crash, std::ostream* out) { *out << crash.title; }
std::string TitleOf(const testing::TestParamInfo<Crash>& info) { return info.param.title; }

class KilledInFirstApplyTest : public SignalTest, public testing::WithParamInterface<Crash> {};

TEST_P(KilledInFirstApplyTest, TheNextApplyConverges) {
  const Crash& crash = GetParam();
  const std::string name = Name("killed"), project = "flow-" + name;
  wire().Hold(crash.point, Nth(crash.nth, Asks(crash.method, crash.path)));
  Process& first = StartApply(IdlePair(name));
  ASSERT_TRUE(wire().WaitUntilHeld());
  first.Signal(SIGKILL);
  EXPECT_EQ(first.Wait().exit_code, 137);
  wire().Release();
  EXPECT_EQ(Status(name).state, "applying");

  const Finished& second = Apply(IdlePair(name));
  EXPECT_EQ(second.exit_code, 0) << second.Describe();
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_THAT(engine().Of(name).containers, testing::ElementsAre(project + "-sink-1", project + "-source-1"));
  EXPECT_THAT(engine().Of(name).networks, testing::ElementsAre(project + "_default"));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

INSTANTIATE_TEST_SUITE_P(Points, KilledInFirstApplyTest,
                         testing::Values(Crash{"BeforeTheNetwork", Wire::Point::kBefore, 1, "POST", "/networks/create"},
                                         Crash{"AfterTheNetwork", Wire::Point::kAfter, 1, "POST", "/networks/create"},
                                         Crash{"AfterTheSecondCreate", Wire::Point::kAfter, 2, "POST",
                                               "/containers/create"},
                                         Crash{"AfterTheSecondStart", Wire::Point::kAfter, 2, "POST", "/start"}),
                         TitleOf);

class KilledInReplacementTest : public SignalTest, public testing::WithParamInterface<Crash> {};

TEST_P(KilledInReplacementTest, TheNextApplyConverges) {
  const Crash& crash = GetParam();
  const std::string name = Name("replaced"), project = "flow-" + name;
  const auto yaml = [&](const std::string& seconds) {
    return Pipeline(name,
                    "  sources:\n    - {id: source, image: 'busybox:1.36', command: [sleep, '" + seconds + "']}\n");
  };
  ASSERT_EQ(Apply(yaml("1000")).exit_code, 0);
  wire().Hold(crash.point, Nth(crash.nth, Asks(crash.method, crash.path)));
  Process& first = StartApply(yaml("2000"));
  ASSERT_TRUE(wire().WaitUntilHeld());
  first.Signal(SIGKILL);
  EXPECT_EQ(first.Wait().exit_code, 137);
  wire().Release();

  const Finished& second = Apply(yaml("2000"));
  EXPECT_EQ(second.exit_code, 0) << second.Describe();
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_THAT(engine().Of(name).containers, testing::ElementsAre(project + "-source-1"));
  EXPECT_EQ(Text(At(engine().Inspect(project + "-source-1"), {"Config", "Cmd", "1"})), "2000");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

INSTANTIATE_TEST_SUITE_P(Points, KilledInReplacementTest,
                         testing::Values(Crash{"AfterTheCreate", Wire::Point::kAfter, 1, "POST", "/containers/create"},
                                         Crash{"AfterTheStop", Wire::Point::kAfter, 1, "POST", "/stop"},
                                         Crash{"AfterTheRemove", Wire::Point::kAfter, 1, "DELETE", "/containers/"},
                                         Crash{"AfterTheRename", Wire::Point::kAfter, 1, "POST", "/rename"}),
                         TitleOf);

// Killed in a delete.
TEST_F(SignalTest, AKilledDeleteIsEndedByTheNext) {
  const std::string name = Name("killdelete");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  wire().Hold(Wire::Point::kAfter, [](const std::string& request) { return absl::StartsWith(request, "DELETE "); });
  Process& first = Start("flow-delete", {name});
  ASSERT_TRUE(wire().WaitUntilHeld());
  first.Signal(SIGKILL);
  first.Wait();
  wire().Release();
  EXPECT_EQ(Status(name).state, "deleting");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
