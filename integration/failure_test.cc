// A first apply that fails: it says which component, why, and what that wrote last; and nothing of it stays.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/harness.h"
#include "testkit/socket.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class FailureTest : public DockerTest {
 protected:
  // Source → processor → sink, the middle one being `processor`.
  static std::string With(const std::string& name, const std::string& processor) {
    return Pipeline(name, "  sources:\n" + Idle("source") +
                              "  processors:\n    - id: processor\n      inputs: [source]\n" + processor +
                              "  sinks:\n" + Idle("sink", "      inputs: [processor]\n"));
  }

  // The state of a failed first apply stays to tell why, until it is deleted.
  void ExpectItToldAndDelete(const std::string& name, const std::string& component) {
    EXPECT_TRUE(Empty(name));
    const PipelineState status = Status(name);
    EXPECT_EQ(status.state, "failed");
    EXPECT_THAT(status.message, HasSubstr(component));
    EXPECT_THAT(Flow("flow-logs", {name}).err, HasSubstr("`flow-status " + name + "` tells why"));
    EXPECT_EQ(Delete(name).exit_code, 0);
    EXPECT_TRUE(Gone(name));
  }
};

// Without an init process the engine refuses the start.
TEST_F(FailureTest, ACommandThatDoesNotExistIsToldInTheEnginesWords) {
  const std::string name = Name("command");
  const Finished& apply =
      Apply(With(name, "      image: busybox:1.36\n      command: [no-such-command, now]\n      init: false\n"));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("processor"), HasSubstr("no-such-command"), HasSubstr("not found")));
  EXPECT_THAT(apply.err, testing::ContainsRegex("not started[^\n]*sink"));
  EXPECT_EQ(apply.out, "");
  ExpectItToldAndDelete(name, "processor");
}

// With one, which is the default, it is the init process that does not find it, once it runs.
TEST_F(FailureTest, ACommandThatTheInitProcessDoesNotFindIsTold) {
  const std::string name = Name("initcommand");
  const Finished& apply =
      Apply(With(name, "      image: busybox:1.36\n      command: [no-such-command, now]\n"), kLongMinReady);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("processor"), HasSubstr("no-such-command"), HasSubstr("No such file")));
  ExpectItToldAndDelete(name, "processor");
}

TEST_F(FailureTest, AnImageThatDoesNotExistIsToldAndNothingIsCreated) {
  const std::string name = Name("image");
  const Finished& apply = Apply(With(name, "      image: 127.0.0.1:1/flow/no-such-image:7\n"));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("processor"), HasSubstr("127.0.0.1:1/flow/no-such-image:7")));
  for (const std::string& change : wire().Changes()) EXPECT_THAT(change, Not(HasSubstr("/containers/create")));
  ExpectItToldAndDelete(name, "processor");
}

TEST_F(FailureTest, ALoggingOptionThatTheDriverDoesNotKnowIsTold) {
  const std::string name = Name("logging");
  const Finished& apply =
      Apply(With(name, "      image: busybox:1.36\n      logging: {driver: json-file, options: {mx-size: 1m}}\n"));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("processor"), HasSubstr("mx-size"), HasSubstr("json-file")));
  ExpectItToldAndDelete(name, "processor");
}

TEST_F(FailureTest, AComponentThatExitsAtOnceIsToldWithItsLastLines) {
  const std::string name = Name("exits");
  const Finished& apply = Apply(
      With(name,
           "      image: busybox:1.36\n      command: [sh, -c, 'echo no such topic; echo giving up >&2; exit 3']\n"),
      kLongMinReady);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err,
              AllOf(HasSubstr("processor"), HasSubstr("code 3"), HasSubstr("no such topic"), HasSubstr("giving up")));
  ExpectItToldAndDelete(name, "processor");
}

// The death of what is probed is told at its second exit, not when time runs out.
TEST_F(FailureTest, ADeathBeforeTheFirstProbeIsToldAtOnce) {
  const std::string name = Name("dies"), source = "flow-" + name + "-source-1";
  Process& apply = StartApply(Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sh, -c, 'echo boom; exit 1']
      health_check: /health
      health_port: 8080
  processors:
)" + Idle("processor", "      inputs: [source]\n")));
  // A restart count of one and "not running" is the second exit; where this does not see it, the container is gone.
  EXPECT_TRUE(Eventually([&] {
    const Json inspect = engine().Inspect(source);
    return apply.Ended() ||
           (Number(At(inspect, {"RestartCount"})) >= 1 && Text(At(inspect, {"State", "Status"})) != "running");
  }));
  const absl::Time second_exit = absl::Now();
  const Finished& finished = apply.Wait();
  // Not at --timeout. What it takes on a machine that is not busy is two seconds at most, the rollback included.
  EXPECT_LT(absl::Now() - second_exit, absl::Seconds(15));
  EXPECT_EQ(finished.exit_code, 1) << finished.Describe();
  EXPECT_THAT(finished.err, AllOf(HasSubstr("source"), HasSubstr("code 1"), HasSubstr("boom"),
                                  testing::ContainsRegex("not started[^\n]*processor")));
  ExpectItToldAndDelete(name, "source");
}

TEST_F(FailureTest, WhyThereAreNoLastLinesIsTold) {
  const std::string name = Name("mute");
  const Finished& apply = Apply(With(name,
                                     "      image: busybox:1.36\n      command: [sh, -c, 'echo lost; exit 3']\n"
                                     "      restart_policy: \"no\"\n      logging: {driver: none}\n"),
                                kLongMinReady);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, testing::ContainsRegex("processor: exited with code 3\n[^\n]*cannot be read: [^\n]*log"));
  ExpectItToldAndDelete(name, "processor");
}

// A port that another pipeline's container has.
TEST_F(FailureTest, WhichContainerHasAPortIsTold) {
  const std::string holder = Name("holder"), name = Name("seeker");
  const auto published = [](int port) {
    return absl::StrCat("      ports: [{containerPort: 8080, hostPort: ", port, "}]\n");
  };
  const int port = testkit::PortOf(testkit::ListenOnPort());
  ASSERT_EQ(Apply(Pipeline(holder, "  sources:\n" + Idle("source", published(port)))).exit_code, 0);
  const Finished& apply = Apply(Pipeline(name, "  sources:\n" + Idle("source", published(port))));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr(absl::StrCat("cannot publish 127.0.0.1:", port,
                                                ": that port is taken on the host by container flow-", holder,
                                                "-source-1 (pipeline \"", holder, "\")")));
  EXPECT_TRUE(Empty(name));
}

// A port that a process of the host has; when that is gone, the same file deploys.
TEST_F(FailureTest, ATakenPortIsNamedAndNothingStays) {
  const std::string name = Name("port");
  Descriptor held = testkit::ListenOnPort();
  const int port = testkit::PortOf(held);
  const std::string yaml = Chain(name, absl::StrCat("      ports: [{containerPort: 8080, hostPort: ", port, "}]\n"));
  const Finished& apply = Apply(yaml);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("sink"), HasSubstr(absl::StrCat("127.0.0.1:", port)), HasSubstr("taken")));
  EXPECT_TRUE(Empty(name));

  held.Close();
  const Finished& again = Apply(yaml);
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_EQ(Status(name).state, "running");
}

// Volumes that an image's VOLUME makes have no name that anybody knows: they go with their component.
TEST_F(FailureTest, AnonymousVolumesGoWithDelete) {
  const std::string name = Name("anonymous"), project = "flow-" + name;
  const std::string image = MakeImage("volume", {"VOLUME /data"});
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n    - {id: source, image: '" + image + "', command: [sleep, '1000']}\n"))
                .exit_code,
            0);
  const std::string volume = Text(At(engine().Inspect(project + "-source-1"), {"Mounts", "0", "Name"}));
  EXPECT_THAT(engine().VolumeNames(), testing::Contains(volume));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_THAT(engine().VolumeNames(), Not(testing::Contains(volume)));
  EXPECT_TRUE(Gone(name));
}

TEST_F(FailureTest, AnonymousVolumesGoWithAFailedFirstApply) {
  const std::string name = Name("anonymous-b");
  const std::string image = MakeImage("volume", {"VOLUME /data"});
  const std::string fails = "{id: source, image: '" + image + "', command: [sh, -c, exit 3]}";
  EXPECT_EQ(Apply(Pipeline(name, "  sources:\n    - " + fails + "\n")).exit_code, 1);
  EXPECT_EQ(AnonymousVolumes().size(), 1u);  // the scenario tries what it means to
  EXPECT_TRUE(Empty(name));
}

// An update that fails when the old container is gone leaves the new one, stopped: nothing else has the data.
TEST_F(FailureTest, WhatAnAnonymousVolumeHoldsOutlivesAFailedUpdate) {
  const std::string name = Name("anonymous-c"), container = "flow-" + name + "-source-1";
  const std::string image = MakeImage("volume", {"VOLUME /data"});
  const auto source = [&](const std::string& command) {
    return Pipeline(name, "  sources:\n    - {id: source, image: '" + image + "', command: " + command + "}\n");
  };
  ASSERT_EQ(Apply(source("[sh, -c, 'echo kept > /data/file; sleep 1000']")).exit_code, 0);
  const Finished& update = Apply(source("[sh, -c, exit 3]"));
  EXPECT_EQ(update.exit_code, 1);
  EXPECT_THAT(update.err, HasSubstr("stopped and kept, for what its image keeps in it: " + container));
  ASSERT_EQ(Apply(source("[sleep, '2000']")).exit_code, 0);
  EXPECT_EQ(engine().Exec(container, {"cat", "/data/file"}), "kept");
  EXPECT_EQ(AnonymousVolumes().size(), 1u);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// What may not exit and does so within --min_ready fails the apply.
TEST_F(FailureTest, AnExitWithinMinReadyFailsTheApply) {
  const std::string name = Name("exits-within");
  const Finished& apply = Apply(Chain(name) +
                                    "    - id: exits\n      image: busybox:1.36\n      inputs: [processor]\n"
                                    "      restart_policy: 'no'\n"
                                    "      command: [sh, -c, 'sleep 0.2; echo bad flag >&2; exit 3']\n",
                                kLongMinReady);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("exits"), HasSubstr("code 3"), HasSubstr("bad flag")));
  ExpectItToldAndDelete(name, "exits");
}

// What exits later does not fail the apply that is over; status tells.
TEST_F(FailureTest, AnExitAfterMinReadyIsForStatusToTell) {
  const std::string name = Name("exits-later"), project = "flow-" + name;
  // It goes on until the test says so: a file in its own file system.
  const Finished& apply =
      Apply(Chain(name) +
                "    - id: exits\n      image: busybox:1.36\n      inputs: [processor]\n"
                "      restart_policy: 'no'\n"
                "      command: [sh, -c, 'until [ -e /now ]; do sleep 0.1; done; echo bad flag >&2; exit 3']\n",
            {"--min_ready=500ms"});
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 0);

  engine().Exec(project + "-exits-1", {"touch", "/now"});
  EXPECT_TRUE(Eventually([&] {
    return Text(At(engine().Inspect(project + "-exits-1"), {"State", "Status"})) == "exited";
  }));
  const Finished& check = Flow("flow-status", {name, "--check"});
  EXPECT_EQ(check.exit_code, 1) << check.Describe();
  EXPECT_THAT(check.out, HasSubstr("exits"));
  EXPECT_EQ(Status(name).components["exits"], "failed");
}

// One that ends well where it should go on is told what to write if it is meant to end.
TEST_F(FailureTest, AnEndWithZeroUnderAPolicyThatRestartsIsExplained) {
  const std::string name = Name("ends");
  const Finished& apply = Apply(
      Pipeline(name,
               "  sources:\n    - {id: source, image: 'busybox:1.36', command: [sh, -c, 'echo done']}\n  sinks:\n" +
                   Idle("sink", "      inputs: [source]\n")),
      kLongMinReady);
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("source"), HasSubstr("code 0"), HasSubstr("restart_policy: no"),
                               HasSubstr("on-failure")));
  ExpectItToldAndDelete(name, "source");
}

// The first line names the one that is unhealthy, not the ones that wait for it.
TEST_F(FailureTest, TheUnhealthyComponentIsNamedWithItsProbesAnswer) {
  const std::string name = Name("unhealthy");
  // A probe without retries, from the image: flow's own would take its start period to give up.
  const std::string image =
      MakeImage("unhealthy", {"HEALTHCHECK --interval=100ms --retries=1 CMD echo the database says no; exit 1"});
  const Finished& apply = Apply(Pipeline(name, "  sources:\n    - {id: source, image: '" + image +
                                                   "', command: [sh, -c, 'echo listening; sleep 1000']}\n" +
                                                   "  processors:\n" + Idle("processor", "      inputs: [source]\n") +
                                                   "  sinks:\n" + Idle("sink", "      inputs: [processor]\n")));
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  std::string first;
  for (const std::string& line : std::vector<std::string>(absl::StrSplit(apply.err, '\n'))) {
    if (first.empty() && absl::StrContains(line, "is unhealthy")) first = line;
  }
  EXPECT_THAT(first, AllOf(HasSubstr("source"), HasSubstr("the database says no"), Not(HasSubstr("sink"))));
  EXPECT_THAT(apply.err, AllOf(HasSubstr("listening"), testing::ContainsRegex("not started[^\n]*processor, sink")));
  ExpectItToldAndDelete(name, "source");
}

// A component that answers its probe with 500: the HTTP answer is what the user needs.
TEST_F(FailureTest, WhatTheHttpProbeAnsweredIsTold) {
  const std::string name = Name("unhealthy-http");
  const Finished& apply = Apply(Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sh, -c, 'mkdir /www; exec httpd -f -p 8080 -h /www']
      health_check: /health
      health_port: 8080
)"),
                                {"--timeout=20s"});
  EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("source"), HasSubstr("404"), HasSubstr("--timeout")));
  ExpectItToldAndDelete(name, "source");
}

}  // namespace
}  // namespace flow::integration
