// Health as the engine sees it: how it is asked for, and that an old verdict is none.
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Pair;
using testing::SizeIs;

class HealthTest : public DockerTest {
 protected:
  // A component whose check asks the server that `command` starts.
  static std::string Checked(const std::string& id, const std::string& command, const std::string& more = "") {
    return absl::StrCat("    - id: ", id, "\n      image: busybox:1.36\n      command: [sh, -c, '", command,
                        "']\n      health_check: /health\n      health_port: 8080\n", more);
  }
  static constexpr char kServer[] = "mkdir /www; touch /www/health; httpd -f -p 0.0.0.0:8080 -h /www";

  std::string Health(const std::string& container) {
    return Text(At(engine().Inspect(container), {"State", "Health", "Status"}));
  }
};

// A server that listens on IPv4 alone is found, whatever comes first under the name localhost.
TEST_F(HealthTest, TheProbeAsksTheAddressAndNotTheName) {
  const std::string name = Name("probe"), container = "flow-" + name + "-source-1";
  const Finished& apply = Apply(
      Pipeline(name, "  sources:\n" + Checked("source", absl::StrCat("echo ::1 localhost > /etc/hosts; ", kServer))));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Health(container), "healthy");
  const Json test = At(engine().Inspect(container), {"Config", "Healthcheck", "Test"});
  std::string probe;
  for (const Json& word : List(test)) absl::StrAppend(&probe, Text(word), " ");
  EXPECT_THAT(probe, AllOf(HasSubstr("127.0.0.1:8080"), testing::Not(HasSubstr("localhost"))));
}

// What takes longer to start than the file allows fails, and the message names the field that helps; with it the component
// is waited for.
TEST_F(HealthTest, AStartMayTakeAsLongAsTheFileSays) {
  const std::string name = Name("slow");
  const auto with = [&](const std::string& period) {
    const std::string more = absl::StrCat("      health_interval: 500ms\n      health_retries: 2\n",
                                          "      health_start_period: ", period, "\n");
    return Pipeline(name, "  sources:\n" + Checked("source", absl::StrCat("sleep 8; ", kServer), more));
  };
  const Finished& early = Apply(with("1s"));
  EXPECT_EQ(early.exit_code, 1) << early.Describe();
  EXPECT_THAT(early.err, testing::ContainsRegex("source: is unhealthy; its last health probe .[1-7]s after its "
                                                "start.: .*onnection refused"));
  EXPECT_THAT(early.err, HasSubstr("more time by `health_start_period` (now 1s)"));
  const Finished& apply = Apply(with("1m"));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Health("flow-" + name + "-source-1"), "healthy");
}

// A container that is started again is not judged by its health from before, nor by events of then.
TEST_F(HealthTest, AnOldVerdictIsNone) {
  const std::string name = Name("verdict"), container = "flow-" + name + "-source-1";
  const std::string yaml =
      Pipeline(name, "  sources:\n" +
                         Checked("source", absl::StrCat("mkdir -p /www; touch /www/health; httpd -f -p 8080 -h /www")) +
                         "  sinks:\n" + Idle("sink", "      inputs: [source]\n"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const auto ids = Ids(name);
  engine().Exec(container, {"rm", "/www/health"});
  ASSERT_TRUE(Eventually([&] { return Health(container) == "unhealthy"; }, absl::Minutes(3)));
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "degraded");
  EXPECT_THAT(status.components, Contains(Pair("source", "unhealthy")));
  // Its next start repairs it.
  engine().Stop(container, 10);

  const Finished& apply = Apply(yaml);
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Health(container), "healthy");
  EXPECT_EQ(Ids(name), ids);
  EXPECT_EQ(Status(name).state, "running");
}

// The list of containers tells health in words alone, and is one request however many there are.
TEST_F(HealthTest, TheTableOfManyContainersTellsHealthInTwoRequests) {
  const std::string name = Name("many");
  const std::string twenty = Checked("source", kServer, "      replicas: 18\n");
  const Finished& apply =
      Apply(Pipeline(name, "  sources:\n" + twenty + Idle("plain", "      replicas: 2\n")), {"--timeout=10m"});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  wire().Forget();
  const Finished& table = Flow("flow-status", {name});
  EXPECT_EQ(table.exit_code, 0) << table.Describe();
  EXPECT_THAT(wire().Requests(), SizeIs(testing::Le(2)));
  EXPECT_THAT(wire().Changes(), IsEmpty());
  EXPECT_THAT(table.out, testing::ContainsRegex("source +source +running +healthy"));
  EXPECT_THAT(table.out, testing::ContainsRegex("plain +source +running +none"));
}

// A probe that cannot run in its image says nothing of the component. That is known when the second one begins, long before
// the engine calls it unhealthy, and is the same to an apply, its table and a status from then on.
TEST_F(HealthTest, AProbeThatCannotRunIsNoVerdictFromTheFirst) {
  const std::string name = Name("no-shell"), base = Name("base"), image = "flow-it-no-shell";
  engine().Run(base, R"({"Image": "busybox:1.36", "Cmd": ["busybox", "rm", "-f", "/bin/sh"]})");
  ASSERT_TRUE(Eventually([&] { return Text(At(engine().Inspect(base), {"State", "Status"})) == "exited"; }));
  engine().Do("POST", "/commit?container=" + base + "&repo=" + image + "&tag=1", "{}");
  const std::string yaml = Pipeline(name, "  sources:\n    - {id: source, image: '" + image +
                                              ":1', command: [sleep, '1000'], health_check: /health}\n");
  const absl::Time began = absl::Now();
  const Finished& apply = Apply(yaml);
  EXPECT_LT(absl::Now() - began, absl::Seconds(20));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("source: warning: image " + image + ":1 has nothing to run the health check with"));
  EXPECT_THAT(apply.out, testing::ContainsRegex("source +source +running +unknown +1/1"));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 0);
  const Finished& again = Apply(yaml);
  EXPECT_THAT(again.out, AllOf(HasSubstr("Pipeline unchanged"), testing::ContainsRegex("running +unknown +1/1")));
  EXPECT_EQ(Delete(name).exit_code, 0);
  engine().RemoveImage(image + ":1");
}

// What it waited for is in the table that it ends with, also where there was nothing to do but wait.
TEST_F(HealthTest, AnApplyThatOnlyWaitsEndsWithWhatIsThenThere) {
  const std::string name = Name("waits");
  const std::string yaml = Pipeline(name, "  sources:\n" + Checked("source", absl::StrCat("sleep 8; ", kServer)));
  ASSERT_EQ(Apply(yaml, {"--nowait"}).exit_code, 0);
  const Finished& apply = Apply(yaml);
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.out, testing::ContainsRegex("source +source +running +healthy +1/1"));
  EXPECT_THAT(apply.out, testing::Not(HasSubstr("degraded")));
}

// Starting and unhealthy are words of their own.
TEST_F(HealthTest, StartingAndUnhealthyAreToldApart) {
  const std::string name = Name("words"), container = "flow-" + name + "-source-1";
  const std::string yaml = Pipeline(name, "  sources:\n" + Checked("source", "sleep 1000"));
  ASSERT_EQ(Apply(yaml, {"--nowait"}).exit_code, 0);
  EXPECT_THAT(Status(name).components, Contains(Pair("source", "starting")));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 1);
  ASSERT_TRUE(Eventually([&] { return Health(container) == "unhealthy"; }, absl::Minutes(3)));
  EXPECT_THAT(Status(name).components, Contains(Pair("source", "unhealthy")));
}

}  // namespace
}  // namespace flow::integration
