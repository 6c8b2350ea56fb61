// How long it takes until a pipeline is gone.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "flow/http/query.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::Each;
using testing::SizeIs;

class StopTest : public DockerTest {
 protected:
  // A shell as process 1, which takes no SIGTERM unless something else is process 1.
  static std::string Shell(const std::string& id, const std::string& fields) {
    return "    - id: " + id +
           "\n      image: busybox:1.36\n      command: [sh, -c, 'while true; do sleep 1; done']\n" + fields;
  }

  // How the pipeline's containers ended since `begin`: 143 is SIGTERM's, 137 SIGKILL's.
  std::vector<std::string> ExitCodes(const std::string& name, absl::Time begin) {
    const std::string filters = http::PercentEncode(absl::StrCat(
        R"({"type": ["container"], "event": ["die", "died"], "label": ["com.obsrvr.flow.pipeline=)", name, "\"]}"));
    const http::Response events = engine().Send(
        "GET", absl::StrCat("/events?since=", absl::ToUnixSeconds(begin),
                            "&until=", absl::ToUnixSeconds(absl::Now() + absl::Seconds(1)), "&filters=", filters));
    std::vector<std::string> codes;
    for (const absl::string_view line : absl::StrSplit(events.body, '\n', absl::SkipWhitespace())) {
      const Json attributes = At(ParseJson(std::string(line)), {"Actor", "Attributes"});
      const std::string code = Text(At(attributes, {"exitCode"}));
      codes.push_back(code.empty() ? Text(At(attributes, {"containerExitCode"})) : code);  // Podman's name
    }
    return codes;
  }
};

TEST_F(StopTest, ShellsStopWhenTold) {
  const std::string name = Name("shells");
  const absl::Time begin = absl::Now();
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Shell("source", "") + "  processors:\n" +
                                     Shell("processor", "      inputs: [source]\n") + "  sinks:\n" +
                                     Shell("sink", "      inputs: [processor]\n")))
                .exit_code,
            0);
  const Finished& deleted = Delete(name);
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_LT(deleted.took, absl::Seconds(3));
  EXPECT_THAT(ExitCodes(name, begin), testing::AllOf(SizeIs(3), Each("143")));
  EXPECT_TRUE(Gone(name));
}

// One that does not listen is waited for as long as its grace period says, and named.
TEST_F(StopTest, WithoutInitItTakesItsGraceAndIsNamed) {
  const std::string name = Name("deaf");
  const absl::Time begin = absl::Now();
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Shell("deaf", "      init: false\n      stop_grace_period: 3s\n") +
                                     "  sinks:\n" + Shell("sink", "      inputs: [deaf]\n")))
                .exit_code,
            0);
  Process& deleting = Start("flow-delete", {name});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(deleting.Err(), "deaf") || deleting.Ended(); }));
  EXPECT_THAT(Text(At(engine().Inspect("flow-" + name + "-deaf-1"), {"State", "Status"})),
              testing::AnyOf("running", "stopping"))
      << "it is named only when it has stopped";
  const Finished& deleted = deleting.Wait();
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_GT(deleted.took, absl::Milliseconds(2900));
  EXPECT_LT(deleted.took, absl::Seconds(9));
  EXPECT_THAT(ExitCodes(name, begin), testing::UnorderedElementsAre("137", "143"));
  EXPECT_TRUE(Gone(name));
}

// --timeout bounds the whole: what is left by then is killed.
TEST_F(StopTest, ATimeoutShorterThanTheGraceKills) {
  const std::string name = Name("timeout");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Shell("deaf", "      init: false\n      stop_grace_period: 60s\n")))
                .exit_code,
            0);
  const Finished& deleted = Delete(name, {"--timeout=6s"});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_LT(deleted.took, absl::Seconds(12));
  EXPECT_TRUE(Gone(name));
}

// The source takes all of the time: the sink at the end of the chain gets to write down what it has all the same.
TEST_F(StopTest, WhenTimeNearsAllAreToldToStopAndWhoWasKilledIsNamed) {
  const std::string name = Name("hurry"), deaf = "      init: false\n      stop_grace_period: 60s\n";
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Shell("source", deaf) + "  processors:\n" +
                                     Shell("processor", deaf + "      inputs: [source]\n") +
                                     "  sinks:\n    - id: sink\n      image: busybox:1.36\n      inputs: [processor]\n"
                                     "      command: [sh, -c, 'trap \"echo all >/data/flushed; exit 0\" TERM; "
                                     "while true; do sleep 0.1; done']\n"
                                     "      volumes: [{name: data, mountPath: /data}]\n"))
                .exit_code,
            0);
  const Finished& deleted = Delete(name, {"--timeout=10s", "--keep_volumes"});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_LT(deleted.took, absl::Seconds(15));
  const std::string prefix = "flow-" + name;
  EXPECT_THAT(deleted.err, testing::ContainsRegex("have not stopped: " + prefix + "-(source|processor)-1, " + prefix +
                                                  "-(source|processor)-1; they are killed"));
  engine().Run(prefix + "-reader", absl::StrCat(R"({"Image": "busybox:1.36", "Cmd": ["sleep", "1000"], "HostConfig":
                                                    {"Mounts": [{"Type": "volume", "Source": ")",
                                                prefix, R"(_data", "Target": "/data"}]}})"));
  EXPECT_EQ(engine().Exec(prefix + "-reader", {"cat", "/data/flushed"}), "all");
}

}  // namespace
}  // namespace flow::integration
