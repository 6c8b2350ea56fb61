// The engine goes away in the middle of an apply and comes back. These scenarios have an engine of their own
// (own_engine.sh), since they kill it.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "cmd/base/environment.h"
#include "integration/control_plane.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;

class RestartTest : public DockerTest {
 protected:
  static void SetUpTestSuite() {
    Engine machines;  // the image comes from there
    const std::string image = machines.Send("GET", "/images/busybox:1.36/get").body;
    folder_of_engine_ = kFolders;
    Own("sweep");  // what a run left that was killed
    folder_of_engine_ = absl::StrCat(kFolders, getpid());
    Own("start");
    setenv("FLOW_TEST_HOST", ("unix://" + folder_of_engine_ + "/docker.sock").c_str(), 1);
    Engine own;
    own.Do("POST", "/images/load?quiet=1", image);
  }
  static void TearDownTestSuite() { Own("remove"); }

  // Each scenario finds the engine alive.
  void TearDown() override { (void)engine().Containers(Token()); }

  static void Own(const std::string& command, const std::vector<std::string>& flags = {}) {
    std::vector<std::string> arguments = {command, folder_of_engine_};
    arguments.insert(arguments.end(), flags.begin(), flags.end());
    Process process("integration/own_engine.sh", arguments, {{"PATH", ProcessEnvironment().at("PATH")}});
    const Finished& run = process.Wait();
    ASSERT_EQ(run.exit_code, 0) << run.Describe();
  }

  // Kills the engine while the apply waits for what it has started, and starts it again later. (Without a health check:
  // Docker 20.10 probes nothing that it finds running.)
  void Restart(const std::string& name, absl::Duration down, const std::vector<std::string>& flags) {
    Process& apply = StartApply(IdlePair(name), {"--timeout=60s", "--min_ready=5s"});
    ASSERT_TRUE(Eventually([&] {
      return Text(At(engine().Inspect("flow-" + name + "-sink-1"), {"State", "Status"})) == "running";
    }));
    const absl::Time begin = absl::Now();
    Own("kill");
    absl::SleepFor(down);  // for which the engine is away
    Own("start", flags);
    const Finished& finished = apply.Wait();
    EXPECT_LT(absl::Now() - begin, absl::Seconds(70));
    EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
    EXPECT_THAT(finished.err, AllOf(HasSubstr("is it restarting?"), HasSubstr("tells its events again")));
    EXPECT_EQ(Status(name).state, "running");
    EXPECT_EQ(Delete(name).exit_code, 0);
    EXPECT_TRUE(Gone(name));
  }

  // The engine dies while the wire holds a request of the process's, and is there again before that has ended.
  const Finished& KillWhileHeld(Process& process) {
    EXPECT_TRUE(wire().WaitUntilHeld());
    Own("kill");
    wire().Release();
    Own("start");
    return process.Wait();
  }

  // What a process has used of processors, its own code and the kernel's (proc(5), "stat").
  static absl::Duration CpuTime(pid_t pid) {
    const std::string stat = ReadFile(absl::StrCat("/proc/", pid, "/stat"));
    const std::vector<std::string> fields = absl::StrSplit(stat.substr(stat.rfind(')') + 2), ' ');
    int64_t ticks = 0, more = 0;
    EXPECT_TRUE(absl::SimpleAtoi(fields.at(11), &ticks) && absl::SimpleAtoi(fields.at(12), &more)) << stat;
    return absl::Seconds(1) * (ticks + more) / sysconf(_SC_CLK_TCK);
  }

  static constexpr char kFolders[] = "/tmp/flow-engine-";  // and the test's process id
  static std::string folder_of_engine_;
};

std::string RestartTest::folder_of_engine_;

TEST_F(RestartTest, WhatStartsAnewWithTheEngineIsWaitedFor) {
  Restart(Name("short"), absl::Seconds(4), {});
  Restart(Name("long"), absl::Seconds(20), {});
}

TEST_F(RestartTest, WhatOutlivesTheEngineIsWaitedFor) {
  Own("kill");
  Own("start", {"--live-restore"});
  Restart(Name("restored"), absl::Seconds(4), {"--live-restore"});
}

// Not about its restart, but about one that has few subnets.
TEST_F(RestartTest, AnEngineWithoutASubnetIsExplained) {
  Own("kill");
  Own("start", {"--default-address-pool", "base=10.123.0.0/24,size=25"});
  int status = 201;
  for (int taken = 0; status == 201 && taken < 5; ++taken) {
    status =
        engine().Send("POST", "/networks/create", absl::StrCat(R"({"Name": ")", Name("taken"), taken, "\"}")).status;
  }
  EXPECT_NE(status, 201);
  const Finished& apply = Apply(IdlePair(Name("subnet")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("no subnet left"), HasSubstr("default-address-pools")));
  Own("kill");
  Own("start");
}

// The request is on its way when the engine dies: what may be done twice is asked for again.
TEST_F(RestartTest, ALostStartIsAskedForAgain) {
  const std::string name = Name("start");
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) {
    return absl::StartsWith(request, "POST") && absl::StrContains(request, "/start");
  });
  Process& apply = StartApply(IdlePair(name));
  const Finished& finished = KillWhileHeld(apply);
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// What must not be done twice fails the apply, which then leaves nothing, done or not.
TEST_F(RestartTest, ALostCreateIsRolledBack) {
  for (const Wire::Point point : {Wire::Point::kBefore, Wire::Point::kAfter}) {
    const std::string name = Name(point == Wire::Point::kBefore ? "before" : "after");
    wire().Hold(point, [](const std::string& request) {
      return absl::StrContains(request, "/containers/create") && absl::StrContains(request, "-sink-1");
    });
    Process& apply = StartApply(IdlePair(name));
    const Finished& finished = KillWhileHeld(apply);
    // Where the answer was on its way already, there is nothing wrong.
    if (finished.exit_code != 0) {
      EXPECT_EQ(finished.exit_code, 1) << finished.Describe();
      EXPECT_THAT(finished.err, AllOf(HasSubstr("sink"), HasSubstr("connection"), HasSubstr("rolled back")));
      EXPECT_TRUE(Empty(name));
    }
    EXPECT_EQ(Delete(name).exit_code, 0);
    EXPECT_TRUE(Gone(name));
  }
}

// A delete goes on where the engine comes back.
TEST_F(RestartTest, ADeleteIsCarriedThrough) {
  const std::string name = Name("delete");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) {
    return absl::StartsWith(request, "DELETE") && absl::StrContains(request, "/containers/");
  });
  Process& deletion = Start("flow-delete", {name});
  const Finished& finished = KillWhileHeld(deletion);
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(finished.err, AllOf(HasSubstr("the engine does not answer for now"), HasSubstr("answers again")));
  EXPECT_TRUE(Gone(name));
}

// A watch waits for the engine without asking it all the time, and goes on.
TEST_F(RestartTest, AWatchWaitsForTheEngine) {
  const std::string name = Name("watch");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  Process& watch = Start("flow-status", {name, "--watch"});
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(watch.Out(), "running"); }));
  Own("kill");
  const absl::Duration before = CpuTime(watch.pid());
  absl::SleepFor(absl::Seconds(4));  // for which the engine is away
  EXPECT_LT(CpuTime(watch.pid()) - before, absl::Milliseconds(300));
  Own("start");
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(watch.Err(), "the engine is back"); }));
  EXPECT_EQ(Delete(name).exit_code, 0);
  const Finished& finished = watch.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(finished.err, HasSubstr("is gone"));
}

// The engine's own network is where its containers can be reached.
TEST_F(RestartTest, EventsFlowOnAfterTheEnginesRestart) {
  const std::string name = Name("stream"), image = MakeSdkImage();
  const auto component = [&](const char* list, const char* kind, const char* more) {
    return absl::StrCat("  ", list, ":\n    - {id: ", kind, ", image: '", image, "', command: [", kind, "], ", more,
                        "}\n");
  };
  const std::string yaml = Pipeline(name, component("sources", "source", "env: {RATE: '200', EVENTS: '4000'}") +
                                              component("sinks", "sink", "inputs: [source], env: {FILE: /dev/stdout}"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  Process& stream = StartProgram("integration/own_engine.sh",
                                 {"run", folder_of_engine_, BinaryPath("flow-stream"), name,
                                  "--host=" + engine().endpoint().address, "--state_dir=" + state_folder()});
  const auto arrived = [&] {
    std::set<std::string> ids;
    for (const absl::string_view line : absl::StrSplit(engine().Logs("flow-" + name + "-sink-1", 100000), '\n')) {
      if (absl::StartsWith(line, "source-")) ids.emplace(line);
    }
    return ids.size();
  };
  ASSERT_TRUE(Eventually([&] { return arrived() > 200; })) << stream.Err();
  Own("kill");
  Own("start");
  ASSERT_EQ(Apply(yaml).exit_code, 0) << "20.10 ends what it finds running, and does not start it again";
  const Finished& end = stream.Wait();
  EXPECT_EQ(end.exit_code, 0) << end.Describe();
  EXPECT_THAT(end.err, HasSubstr("connected again"));
  EXPECT_EQ(arrived(), 4000u);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// Heartbeats go on over an engine's restart, and tell how the components are then.
TEST_F(RestartTest, HeartbeatsOutliveTheEngine) {
  ControlPlane plane(folder());
  const std::string name = Name("beat"), sink = "flow-" + name + "-sink-1";
  ASSERT_EQ(Apply(IdlePair(name), {plane.flag()}).exit_code, 0);
  Process& heartbeat = Start("flow-heartbeat", {name});
  ASSERT_TRUE(Eventually([&] { return plane.Count("Heartbeat") >= 4; }));  // two of the apply, two of its own
  Own("kill");
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(heartbeat.Err(), "broke off its stream of events"); }));
  EXPECT_TRUE(Eventually([&] { return plane.CountUnknown() >= 2; }));
  Own("start");
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(heartbeat.Err(), "the engine is back"); }));
  // Docker 20.10 has ended what it found running, and starts it only when told.
  for (const std::string& container : {sink, "flow-" + name + "-source-1"}) {
    engine().Send("POST", absl::StrCat("/containers/", container, "/start"));
  }
  EXPECT_TRUE(Eventually([&] { return plane.HealthOf("sink") == "HEALTHY" && plane.HealthOf("source") == "HEALTHY"; }));
  engine().Do("POST", absl::StrCat("/containers/", sink, "/kill"));
  EXPECT_TRUE(Eventually([&] { return plane.HealthOf("sink") == "UNHEALTHY"; }));
  heartbeat.Signal(SIGTERM);
  EXPECT_EQ(heartbeat.Wait().exit_code, 143);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_THAT(plane.Components(), testing::IsEmpty());
}

}  // namespace
}  // namespace flow::integration
