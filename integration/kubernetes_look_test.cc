// What status and logs show of a pipeline on a cluster: the same as on an engine, each line once, over whatever happens to
// the pods.
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/kubernetes.h"
#include "testkit/forwarder.h"
#include "testkit/socket.h"

namespace flow::integration {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class ClusterLookTest : public ClusterTest {
 protected:
  // The lines of a text that begin with a component's prefix, without it.
  static std::vector<std::string> Of(const std::string& component, const std::string& text) {
    std::vector<std::string> lines;
    for (absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
      const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(" | ", 1));
      if (parts.size() == 2 && absl::StartsWith(parts[0], component)) lines.push_back(parts[1]);
    }
    return lines;
  }
};

// What a script reads of it: where a pipeline runs is no matter to that.
TEST_F(ClusterLookTest, TheJsonIsThatOfAnEngine) {
  const std::string name = Owned(Name("json"));
  const std::string yaml =
      PairUntilTold(name, UntilTold("many", "      replicas: 2\n") + UntilTold("none", "      replicas: 0\n") +
                              "  pipelines:\n" + Shell("job", "echo done"));
  const auto seen = [&] {
    std::vector<std::string> seen;
    EXPECT_TRUE(Eventually([&] { return Status(name).components["job"] == "completed"; }));
    const PipelineState status = Status(name);
    seen.push_back(absl::StrCat(status.state, " ", status.message));
    for (const Json& component : List(At(status.json, {"components"}))) {
      for (const char* const field : {"id", "type", "state", "health", "message"}) {
        seen.push_back(absl::StrCat(field, " ", Text(At(component, {field}))));
      }
      for (const char* const field : {"ready", "replicas"}) {
        seen.push_back(absl::StrCat(field, " ", Number(At(component, {field}))));
      }
    }
    return seen;
  };
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const std::vector<std::string> on_engine = seen();
  ASSERT_EQ(Delete(name).exit_code, 0);
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  EXPECT_EQ(seen(), on_engine);
}

TEST_F(ClusterLookTest, WatchShowsEachChangeUntilThePipelineIsGone) {
  const std::string name = Owned(Name("watch"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  Process& watch = Start("flow-status", {name, "--watch", "-o", "json"});
  EXPECT_TRUE(Eventually([&] { return !watch.Out().empty(); }));
  Kubectl({"set", "image", "-n", NamespaceOf(name), "deployment/sink", "sink=UPPER/case"});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(watch.Out(), "InvalidImageName"); }));
  Kubectl({"delete", "deployment/source", "-n", NamespaceOf(name)});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(watch.Out(), "\"missing\""); }));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  const Finished& watched = watch.Wait();
  EXPECT_EQ(watched.exit_code, 0) << watched.Describe();
  EXPECT_THAT(watched.err, HasSubstr(absl::StrCat("pipeline \"", name, "\" is gone")));
  EXPECT_EQ(Flow("flow-status", {Name("none"), "--watch", "--driver=kubernetes"}).exit_code, 6);
}

TEST_F(ClusterLookTest, LogsAreToldApartInTheOrderOfTheirTimesAndByTime) {
  const std::string name = Owned(Name("order"));
  ASSERT_EQ(
      ApplyThere(
          Pipeline(
              name,
              "  sources:\n" + Shell("a", "trap exit TERM; echo first; while :; do sleep 0.2; done") + "  sinks:\n" +
                  Shell("sink", "trap exit TERM; echo second; while :; do sleep 0.2; done", "      inputs: [a]\n") +
                  Shell("twice", "trap exit TERM; echo $HOSTNAME; while :; do sleep 0.2; done", "      replicas: 2\n")))
          .exit_code,
      0);
  EXPECT_EQ(Flow("flow-logs", {name, "a", "sink"}).out, "a    | first\nsink | second\n");
  EXPECT_EQ(Flow("flowctl", {"logs", name, "a"}).out, "a | first\n");
  EXPECT_EQ(Flow("flow-logs", {name, "--since=1h", "--until=30m"}).out, "");
  EXPECT_EQ(Flow("flow-logs", {name, "a", "sink", "--since=1h"}).out, "a    | first\nsink | second\n");
  EXPECT_EQ(Flow("flow-logs", {name, "a", "--tail=0"}).out, "");
  EXPECT_THAT(Flow("flow-logs", {name, "a", "--timestamps"}).out,
              testing::MatchesRegex("a \\| [0-9-]+T[0-9:.]+Z first\n"));
  const std::string both = Flow("flow-logs", {name, "twice"}).out;
  EXPECT_THAT(Of("twice-1", both), testing::SizeIs(1)) << both;
  EXPECT_THAT(Of("twice-2", both), testing::SizeIs(1)) << both;
  const Json entry = ParseJson(Flow("flow-logs", {name, "a", "-o", "json"}).out);
  EXPECT_EQ(Text(At(entry, {"line"})), "first");
  EXPECT_EQ(Text(At(entry, {"component"})), "a");
  EXPECT_THAT(Text(At(entry, {"container"})), HasSubstr("a-"));

  const Finished& near = Flow("flow-logs", {name, "snik"});
  EXPECT_EQ(near.exit_code, 2) << near.Describe();
  EXPECT_THAT(near.err, HasSubstr("did you mean \"sink\"?"));
  EXPECT_EQ(Flow("flow-logs", {Name("none"), "--driver=kubernetes"}).exit_code, 6);
}

// A kubelet keeps the run of now and the one before. The end of the pipeline is the end.
TEST_F(ClusterLookTest, FollowedOverRestartsAndAReplacementEachLineComesOnce) {
  const std::string name = Owned(Name("restarts"));
  // Each life writes its number, which the volume keeps, and ends; the second goes on.
  const auto counter = [&](const std::string& word) {
    return Pipeline(
        name,
        "  sources:\n" + Shell("source",
                               "trap exit TERM; n=$(cat /data/n || echo 0); n=$((n + 1)); echo $n >/data/n; echo " +
                                   word + " $n; if [ $n -lt 2 ]; then exit 1; fi; while :; do sleep 0.2; done",
                               "      volumes: [{name: data, mountPath: /data}]\n"));
  };
  ASSERT_EQ(ApplyThere(counter("old"), {"--nowait"}).exit_code, 0);
  Process& logs = Start("flow-logs", {name, "source", "--follow"});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(logs.Out(), "old 2"); }));
  ASSERT_EQ(ApplyThere(counter("new")).exit_code, 0);
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(logs.Out(), "new 3"); }));
  EXPECT_FALSE(logs.Ended()) << logs.Wait().Describe();
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  const Finished& ended = logs.Wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.Describe();
  std::vector<std::string> counted;
  for (const std::string& line : Of("source", ended.out)) {
    if (!absl::StrContains(line, "cat:")) counted.push_back(line);
  }
  EXPECT_THAT(counted, ElementsAre("old 1", "old 2", "new 3"));
}

// A node keeps a line of over 16 KiB in parts; a last line needs no end.
TEST_F(ClusterLookTest, LongLinesOpenOnesAndBurstsComeWhole) {
  const std::string name = Owned(Name("long"));
  const std::string burst = "i=0; while [ $i -lt 20000 ]; do i=$((i + 1)); echo $i; done";
  ASSERT_EQ(
      ApplyThere(
          Pipeline(name, "  pipelines:\n" +
                             Shell("long", "echo one; head -c 100000 /dev/zero | tr \"\\0\" x; echo; printf open") +
                             Shell("a", burst) + Shell("b", burst)),
          {"--nowait"})
          .exit_code,
      0);
  const Finished& logs = Flow("flow-logs", {name, "--follow"});  // which ends, as all of it has
  EXPECT_EQ(logs.exit_code, 0) << logs.Describe();
  const std::string x(100000, 'x');
  EXPECT_THAT(Of("long", logs.out), ElementsAre("one", x, "open"));
  for (const char* const component : {"a ", "b "}) {
    const std::vector<std::string> lines = Of(component, logs.out);
    ASSERT_EQ(lines.size(), 20000u) << component;
    for (int line = 0; line < 20000; ++line) ASSERT_EQ(lines[line], absl::StrCat(line + 1)) << component;
  }
  EXPECT_THAT(Of("long", Flow("flow-logs", {name, "long", "--tail=2"}).out), ElementsAre(x, "open"));
  EXPECT_EQ(Flow("flow-logs", {name, "a", "--tail=1"}).out, "a | 20000\n");
}

// What is on the way forgets connections without a word: over HTTP/2, where watches go the same way, and without it, where each
// log has a connection of its own.
TEST_F(ClusterLookTest, FollowingGoesOnWhereItsConnectionsFallSilent) {
  const std::string name = Owned(Name("forgotten"));
  const std::string count = "trap exit TERM; i=0; while i=$((i + 1)); do echo $i; sleep 0.5; done";
  ASSERT_EQ(ApplyThere(Pipeline(name, "  sources:\n" + Shell("counter", count))).exit_code, 0);
  Process proxy = StartTool("kubectl", {"proxy", "--port=0"});
  int port = 0;
  ASSERT_TRUE(absl::SimpleAtoi(proxy.AwaitLine("Starting to serve on 127.0.0.1:"), &port)) << proxy.Err();
  testkit::Forwarder tls(ServerEndpoint()), plain(testkit::OfPort(port));
  KubeconfigThrough(tls.port(), "tls");
  Write("plain", absl::StrCat("clusters: [{name: c, cluster: {server: \"http://127.0.0.1:", plain.port(),
                              "\"}}]\ncontexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"));
  std::vector<Process*> followers;
  for (const char* const way : {"tls", "plain"}) {
    followers.push_back(&Start(
        "flow-logs", {name, "--follow", "--driver=kubernetes", absl::StrCat("--kubeconfig=", folder(), "/", way)}));
  }
  const auto shows = [&](size_t lines, absl::Duration at_most) {
    return std::all_of(followers.begin(), followers.end(), [&](Process* logs) {
      return Eventually([&] { return Of("counter", logs->Out()).size() >= lines; }, at_most);
    });
  };
  ASSERT_TRUE(shows(5, absl::Seconds(30)));
  tls.Swallow();
  plain.Swallow();
  EXPECT_TRUE(shows(Of("counter", followers[0]->Out()).size() + 20, absl::Seconds(70)));
  for (Process* logs : followers) {
    logs->Signal(SIGTERM);
    const Finished& ended = logs->Wait();
    const std::vector<std::string> lines = Of("counter", ended.out);
    for (size_t line = 0; line < lines.size(); ++line)
      ASSERT_EQ(lines[line], absl::StrCat(line + 1)) << ended.Describe();
  }
}

// A reader that goes away ends it at the next line, without a word; and so does the time until which it is wanted.
TEST_F(ClusterLookTest, FollowingEndsWithItsReaderAndAtItsTime) {
  const std::string name = Owned(Name("pipe"));
  ASSERT_EQ(ApplyThere(Pipeline(name, "  sources:\n" +
                                          Shell("source", "trap exit TERM; while echo ready; do sleep 0.2; done") +
                                          Shell("quiet", "trap exit TERM; echo once; while :; do sleep 0.2; done")))
                .exit_code,
            0);
  const Finished& piped =
      RunProgram("/bin/sh", {"-c", "\"$0\" \"$@\" | head -1", BinaryPath("flow-logs"), name, "source", "--follow"});
  EXPECT_LT(piped.took, absl::Seconds(20)) << piped.Describe();
  EXPECT_EQ(piped.out, "source | ready\n");
  EXPECT_EQ(piped.err, "");
  const std::string until = absl::FormatTime(absl::RFC3339_sec, absl::Now() + absl::Seconds(2), absl::UTCTimeZone());
  const Finished& timed = Flow("flow-logs", {name, "quiet", "--follow", "--until", until});
  EXPECT_EQ(timed.exit_code, 0) << timed.Describe();
  EXPECT_EQ(timed.out, "quiet | once\n");
}

}  // namespace
}  // namespace flow::integration
