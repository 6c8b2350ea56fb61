// A control plane beside the engine: it is told of applies, deletes and how components are, and never holds one up.
#include "integration/control_plane.h"

#include <signal.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "integration/harness.h"
#include "testkit/fake_server.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;
using testkit::FakeConnection;
using testkit::FakeServer;

// A server that answers each connection with the same bytes, or with none, and leaves it open.
FakeServer::Script Says(const std::string& answer) {
  return [answer](FakeConnection& connection) {
    connection.Write(answer);
    connection.WaitForClose();
  };
}

std::string FlagOf(const FakeServer& server) {
  return absl::StrCat("--control_plane=", absl::StripPrefix(server.endpoint().address, "tcp://"));
}

// Of a port where nothing listens any more.
std::string FlagOfNothing() { return FlagOf(FakeServer(FakeServer::Tcp{}, Says(""))); }

size_t CountWarnings(const std::string& text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  return std::count_if(lines.begin(), lines.end(), [](const auto& line) { return absl::StrContains(line, "warning"); });
}

class ControlPlaneTest : public DockerTest {
 protected:
  // A pair whose sink ends badly whenever it is started.
  static std::string Failing(const std::string& name) {
    return Pipeline(name,
                    "  sources:\n" + Idle("source") +
                        "  sinks:\n    - id: sink\n      image: busybox:1.36\n      command: [sh, -c, 'exit 3']\n");
  }
};

TEST_F(ControlPlaneTest, ListsAllAfterAnApplyAndNoneAfterADelete) {
  ControlPlane plane(folder());
  const std::string name = Name("all");
  const Finished& apply = Apply(IdlePair(name), {plane.flag()});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr(absl::StrCat("`flow-heartbeat ", name, "` sends them")));

  const auto components = plane.Components();
  ASSERT_THAT(components, UnorderedElementsAre(Key("source"), Key("sink")));
  const flowctl::v1::ComponentInfo& sink = components.at("sink").component();
  EXPECT_EQ(components.at("sink").status(), flowctl::v1::HEALTH_STATUS_HEALTHY);
  EXPECT_EQ(sink.type(), flowctl::v1::COMPONENT_TYPE_CONSUMER);
  EXPECT_EQ(sink.metadata().at("pipeline"), name);
  EXPECT_EQ(sink.metadata().at("namespace"), "default");
  EXPECT_EQ(sink.metadata().at("image"), "busybox:1.36");
  EXPECT_EQ(sink.metadata().at("container_ids"), IdOf("flow-" + name + "-sink-1"));
  ASSERT_EQ(plane.Runs().size(), 1u);
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_RUNNING);
  EXPECT_EQ(plane.Runs()[0].pipeline_name(), name);
  EXPECT_THAT(plane.Runs()[0].config_yaml(), HasSubstr("kind: Pipeline"));
  EXPECT_THAT(plane.Runs()[0].component_ids(), UnorderedElementsAre("source", "sink"));

  // A later apply that names none is told to the same one, and changes nothing there.
  const Finished& again = Apply(IdlePair(name));
  EXPECT_THAT(again.out, HasSubstr("Pipeline unchanged"));
  EXPECT_THAT(again.err, Not(HasSubstr("heartbeat")));
  EXPECT_EQ(plane.Runs().size(), 1u);
  EXPECT_EQ(plane.Components().size(), 2u);

  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_THAT(plane.Components(), IsEmpty());
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_STOPPED);
  EXPECT_TRUE(Gone(name));
}

TEST_F(ControlPlaneTest, TheContainersAreToldWhereItIs) {
  ControlPlane plane(folder());
  const std::string name = Name("env");
  ASSERT_EQ(Apply(IdlePair(name), {plane.flag()}).exit_code, 0);
  std::vector<std::string> environment;
  for (const Json& variable : List(At(engine().Inspect("flow-" + name + "-sink-1"), {"Config", "Env"}))) {
    environment.push_back(Text(variable));
  }
  const std::string port = plane.address().substr(plane.address().rfind(':'));
  EXPECT_THAT(environment,
              IsSupersetOf({"FLOWCTL_ENDPOINT=host.docker.internal" + port, std::string("ENABLE_FLOWCTL=true"),
                            std::string("FLOWCTL_COMPONENT_ID=sink"), std::string("FLOWCTL_ATTEMPT=1"),
                            "FLOWCTL_RUN_ID=" + plane.Runs()[0].run_id()}));
  // A later run is no reason to replace what it does not change.
  EXPECT_THAT(Apply(IdlePair(name), {plane.flag()}).out, HasSubstr("Pipeline unchanged"));
  // Given empty, it is told no more: that of the apply before is taken away.
  ASSERT_EQ(Apply(IdlePair(name), {"--control_plane="}).exit_code, 0);
  EXPECT_THAT(plane.Components(), IsEmpty());
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_STOPPED);
}

TEST_F(ControlPlaneTest, AFailedApplyLeavesAFailedRun) {
  ControlPlane plane(folder());
  const std::string name = Name("failing");
  std::vector<std::string> flags = kLongMinReady;
  flags.push_back(plane.flag());
  EXPECT_EQ(Apply(Failing(name), flags).exit_code, 1);
  EXPECT_THAT(plane.Components(), IsEmpty());
  ASSERT_EQ(plane.Runs().size(), 1u);
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_FAILED);
  EXPECT_THAT(plane.Runs()[0].error(), AllOf(HasSubstr("sink: exited with code 3"), HasSubstr("rolled back")));
  EXPECT_TRUE(Empty(name));
}

TEST_F(ControlPlaneTest, AnInterruptedApplyLeavesAStoppedRun) {
  ControlPlane plane(folder());
  const std::string name = Name("stopped");
  Process& apply = StartApply(IdlePair(name), {plane.flag(), "--min_ready=60s"});
  ASSERT_TRUE(Eventually([&] { return !plane.Runs().empty(); }));
  apply.Signal(SIGTERM);
  EXPECT_EQ(apply.Wait().exit_code, 143);
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_STOPPED);
  EXPECT_THAT(plane.Runs()[0].error(), HasSubstr("terminated"));
  EXPECT_THAT(plane.Components(), IsEmpty());
}

TEST_F(ControlPlaneTest, AnUpdateIsARunOfItsOwn) {
  ControlPlane plane(folder());
  const std::string name = Name("update");
  ASSERT_EQ(Apply(IdlePair(name, Idle("second")), {plane.flag()}).exit_code, 0);
  const std::string before = plane.Components().at("sink").component().metadata().at("container_ids");
  ASSERT_EQ(plane.Components().size(), 3u);
  ASSERT_EQ(Apply(IdlePair(name), {"--force_recreate"}).exit_code, 0);
  EXPECT_THAT(plane.Components(), UnorderedElementsAre(Key("source"), Key("sink")));
  EXPECT_NE(plane.Components().at("sink").component().metadata().at("container_ids"), before);
  ASSERT_EQ(plane.Runs().size(), 2u);
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_STOPPED);
  EXPECT_EQ(plane.Runs()[1].status(), flowctl::RUN_STATUS_RUNNING);
}

// An apply that looks again ends the run that its first look began.
TEST_F(ControlPlaneTest, ALookAgainLeavesOneRunRunning) {
  ControlPlane plane(folder());
  const std::string name = Name("again"), sink = "flow-" + name + "-sink-1";
  wire().Hold(Wire::Point::kBefore, [](const std::string& request) {
    return absl::StrContains(request, "/containers/create") && absl::StrContains(request, "-sink-1");
  });
  Process& apply = StartApply(IdlePair(name), {plane.flag()});
  ASSERT_TRUE(wire().WaitUntilHeld());
  engine().Do("POST", "/containers/create?name=" + sink,
              absl::StrCat(R"({"Image": "busybox:1.36", "Cmd": ["true"], "Labels": {"com.obsrvr.flow.pipeline": ")",
                           name, R"(", "com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.component": "sink",)",
                           R"("com.docker.compose.container-number": "1"}})"));
  wire().Release();
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  ASSERT_EQ(plane.Runs().size(), 2u);
  EXPECT_EQ(plane.Runs()[0].status(), flowctl::RUN_STATUS_STOPPED);
  EXPECT_EQ(plane.Runs()[1].status(), flowctl::RUN_STATUS_RUNNING);
  EXPECT_EQ(plane.Components().size(), 2u);
}

// Stopped, hanging, or answering what is no gRPC: one warning, and at most two seconds more.
TEST_F(ControlPlaneTest, OneThatDoesNotAnswerIsOneWarning) {
  const std::string name = Name("away");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  ASSERT_EQ(Delete(name).exit_code, 0);
  const FakeServer hanging(FakeServer::Tcp{}, Says("")),
      garbage(FakeServer::Tcp{}, Says("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno")),
      noise(FakeServer::Tcp{}, Says("\x01\x02\x03\xff"));
  for (const std::string& flag : {FlagOf(hanging), FlagOf(garbage), FlagOf(noise), FlagOfNothing()}) {
    // The first deploys, the second finds nothing to do.
    for (const std::vector<std::string>& flags : {std::vector<std::string>{flag}, std::vector<std::string>()}) {
      const absl::Time begin = absl::Now();
      const Finished& apply = Apply(IdlePair(name), flags);
      const absl::Duration took = absl::Now() - begin;
      EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
      EXPECT_EQ(CountWarnings(apply.err), 1u) << apply.Describe();
      EXPECT_THAT(apply.err, HasSubstr(absl::StrCat("the control plane at ", flag.substr(16), " cannot be told: ")));
      EXPECT_LT(took, flags.empty() ? absl::Seconds(2) : absl::Seconds(10)) << apply.Describe();
    }
    const absl::Time begin = absl::Now();
    const Finished& deleted = Delete(name);
    EXPECT_EQ(deleted.exit_code, 0);
    EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
    EXPECT_EQ(CountWarnings(deleted.err), 1u) << deleted.Describe();
    EXPECT_TRUE(Gone(name));
  }
}

TEST_F(ControlPlaneTest, OneThatIsRequiredIsAskedBeforeAnythingIsCreated) {
  const std::string name = Name("required");
  const Finished& apply = Apply(IdlePair(name), {FlagOfNothing(), "--require_control_plane"});
  EXPECT_EQ(apply.exit_code, 1);
  EXPECT_THAT(apply.err, AllOf(HasSubstr("is required, and does not answer: nothing listens there"),
                               HasSubstr("Nothing was changed")));
  EXPECT_TRUE(Gone(name));
  EXPECT_EQ(Apply(IdlePair(name), {"--require_control_plane"}).exit_code, 2);
  ControlPlane plane(folder());
  EXPECT_EQ(Apply(IdlePair(name), {plane.flag(), "--require_control_plane"}).exit_code, 0);
}

TEST_F(ControlPlaneTest, AnIdOfAnotherPipelineIsAWarning) {
  ControlPlane plane(folder());
  flowctl::v1::RegisterRequest request;
  request.set_component_id("sink");
  request.mutable_component()->set_id("sink");
  (*request.mutable_component()->mutable_metadata())["pipeline"] = "orders";
  plane.Register(request);
  const Finished& apply = Apply(IdlePair(Name("twice")), {plane.flag()});
  EXPECT_EQ(apply.exit_code, 0);
  EXPECT_THAT(apply.err, HasSubstr("lists a component \"sink\" of pipeline \"orders\""));
}

TEST_F(ControlPlaneTest, SpeaksTls) {
  ControlPlane plane(folder(), /*tls=*/true);
  const std::string name = Name("tls");
  const Finished& untrusted = Apply(IdlePair(name), {plane.flag()});
  EXPECT_EQ(untrusted.exit_code, 0);
  EXPECT_THAT(untrusted.err, HasSubstr("its certificate is not from an authority that is trusted here"));
  environment()["GRPC_DEFAULT_SSL_ROOTS_FILE_PATH"] = plane.certificate();
  const Finished& trusted = Apply(IdlePair(name));
  EXPECT_THAT(trusted.err, Not(HasSubstr("cannot be told"))) << trusted.Describe();
  EXPECT_EQ(plane.Components().size(), 2u);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_THAT(plane.Components(), IsEmpty());
}

TEST_F(ControlPlaneTest, ADeleteWithoutTheStateFindsItsComponents) {
  ControlPlane plane(folder());
  const std::string name = Name("lost");
  ASSERT_EQ(Apply(IdlePair(name), {plane.flag()}).exit_code, 0);
  environment()["FLOW_STATE_DIR"] = folder() + "/elsewhere";
  EXPECT_EQ(Delete(name, {plane.flag()}).exit_code, 0);
  EXPECT_THAT(plane.Components(), IsEmpty());
}

// A component that is killed, started again and deleted; a control plane that is restarted; and the end.
TEST_F(ControlPlaneTest, HeartbeatsFollowWhatHappens) {
  ControlPlane plane(folder());
  const std::string name = Name("beat"), sink = "flow-" + name + "-sink-1";
  ASSERT_EQ(Apply(IdlePair(name), {plane.flag()}).exit_code, 0);
  Process& heartbeat = Start("flow-heartbeat", {name});
  const auto within_two_seconds = [&](const std::string& health) {
    const absl::Time begin = absl::Now();
    EXPECT_TRUE(Eventually([&] { return plane.HealthOf("sink") == health; }));
    EXPECT_LT(absl::Now() - begin, absl::Seconds(2)) << health;
  };
  ASSERT_TRUE(Eventually([&] { return plane.Count("Heartbeat") >= 4; }));  // two of the apply, two of its own
  engine().Do("POST", absl::StrCat("/containers/", sink, "/kill"));
  within_two_seconds("UNHEALTHY");
  engine().Do("POST", absl::StrCat("/containers/", sink, "/start"));
  within_two_seconds("HEALTHY");
  engine().Do("POST", absl::StrCat("/containers/", sink, "/pause"));
  within_two_seconds("DEGRADED");
  engine().Do("POST", absl::StrCat("/containers/", sink, "/unpause"));
  within_two_seconds("HEALTHY");

  plane.Stop();
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(heartbeat.Err(), "nothing listens there"); }));
  plane.Start();
  EXPECT_TRUE(Eventually([&] { return plane.HealthOf("sink") == "HEALTHY" && plane.HealthOf("source") == "HEALTHY"; }));
  EXPECT_THAT(heartbeat.Err(), HasSubstr("answers again"));

  heartbeat.Signal(SIGTERM);
  EXPECT_EQ(heartbeat.Wait().exit_code, 143);
  EXPECT_EQ(plane.HealthOf("sink"), "STOPPING");
  EXPECT_EQ(plane.HealthOf("source"), "STOPPING");

  // What was registered anew is not known to the state, and goes all the same.
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_THAT(plane.Components(), IsEmpty());
}

TEST_F(ControlPlaneTest, HeartbeatsEndWithTheirPipeline) {
  ControlPlane plane(folder());
  const std::string name = Name("end");
  ASSERT_EQ(Apply(IdlePair(name), {plane.flag()}).exit_code, 0);
  Process& heartbeat = Start("flow-heartbeat", {name});
  ASSERT_TRUE(Eventually([&] { return plane.Count("Heartbeat") >= 4; }));
  EXPECT_EQ(Delete(name).exit_code, 0);
  const Finished& finished = heartbeat.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(finished.err, HasSubstr("is gone"));
  EXPECT_THAT(plane.Components(), IsEmpty());  // and nothing was registered again
}

TEST_F(ControlPlaneTest, HeartbeatsGoWhereAnApplyHasMovedTheirPipeline) {
  ControlPlane first(folder() + "/first"), second(folder() + "/second");
  const std::string name = Name("move");
  ASSERT_EQ(Apply(IdlePair(name), {first.flag()}).exit_code, 0);
  Process& heartbeat = Start("flow-heartbeat", {name});
  ASSERT_TRUE(Eventually([&] { return first.Count("Heartbeat") >= 4; }));
  ASSERT_EQ(Apply(IdlePair(name), {second.flag()}).exit_code, 0);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(heartbeat.Err(), second.address()); }));
  engine().Do("POST", absl::StrCat("/containers/flow-", name, "-sink-1/kill"));
  EXPECT_TRUE(Eventually([&] { return second.HealthOf("sink") == "UNHEALTHY"; }));
  EXPECT_EQ(first.Count("RegisterComponent"), 2u);  // by the first apply; nothing was registered there again
  EXPECT_THAT(first.Components(), IsEmpty());

  ASSERT_EQ(Apply(IdlePair(name), {"--control_plane="}).exit_code, 0);
  const Finished& finished = heartbeat.Wait();
  EXPECT_EQ(finished.exit_code, 0) << finished.Describe();
  EXPECT_THAT(finished.err, HasSubstr("has no control plane any more"));
  EXPECT_THAT(second.Components(), IsEmpty());
}

TEST_F(ControlPlaneTest, HeartbeatsNeedAPipelineAndAControlPlane) {
  EXPECT_EQ(Flow("flow-heartbeat", {Name("none")}).exit_code, 6);
  const std::string name = Name("untold");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const Finished& untold = Flow("flow-heartbeat", {name});
  EXPECT_EQ(untold.exit_code, 2);
  EXPECT_THAT(untold.err, HasSubstr("--control_plane=HOST:PORT"));
}

}  // namespace
}  // namespace flow::integration
