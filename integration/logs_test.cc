// What components write reaches whoever looks: each line once, in order, over whatever happens to the containers.
#include <signal.h>

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class LogsTest : public DockerTest {
 protected:
  // A source that runs this script of a shell.
  static std::string Script(const std::string& id, const std::string& script, const std::string& fields = "") {
    return absl::StrCat("    - id: ", id, "\n      image: busybox:1.36\n      command: [sh, -c, '", script, "']\n",
                        fields);
  }

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

TEST_F(LogsTest, ComponentsAreToldApartAndInTheOrderOfTheirTimes) {
  const std::string name = Name("order");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Script("a", "echo first; sleep 1000") + "  sinks:\n" +
                                     Script("sink", "echo second; sleep 1000", "      inputs: [a]\n")))
                .exit_code,
            0);
  const Finished& all = Flow("flow-logs", {name});
  EXPECT_EQ(all.exit_code, 0) << all.Describe();
  EXPECT_EQ(all.out, "a    | first\nsink | second\n");
  EXPECT_EQ(Flow("flow-logs", {name, "sink"}).out, "sink | second\n");
  EXPECT_EQ(Flow("flowctl", {"logs", name, "a"}).out, "a | first\n");
  EXPECT_EQ(Flow("flow-logs", {name, "--since=1h", "--until=30m"}).out, "");
  EXPECT_THAT(Flow("flow-logs", {name, "a", "--timestamps"}).out,
              testing::MatchesRegex("a \\| [0-9-]+T[0-9:.]+Z first\n"));

  const Finished& near = Flow("flow-logs", {name, "snik"});
  EXPECT_EQ(near.exit_code, 2) << near.Describe();
  EXPECT_THAT(near.err, HasSubstr("did you mean \"sink\"?"));
  EXPECT_EQ(Flow("flow-logs", {Name("none")}).exit_code, 6);
}

// Over five restarts and then a replacement each line comes once, and the end of the pipeline is the end.
TEST_F(LogsTest, FollowedOverRestartsAndAReplacementEachLineComesOnce) {
  const std::string name = Name("restarts"), container = "flow-" + name + "-source-1";
  // Each life writes its number, which the volume keeps, and ends; the sixth goes on.
  const auto counter = [&](const std::string& word) {
    return Pipeline(name, "  sources:\n" + Script("source",
                                                  "n=$(cat /data/n); n=$((n + 1)); echo $n > /data/n; echo " + word +
                                                      " $n; if [ $n -lt 6 ]; then exit 1; fi; sleep 1000",
                                                  "      volumes: [{name: data, mountPath: /data}]\n"));
  };
  // One restart is forgiven, five are not: they come after the apply.
  ASSERT_EQ(Apply(counter("old"), {"--nowait"}).exit_code, 0);
  Process& logs = Start("flow-logs", {name, "source", "--follow"});
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(logs.Out(), "old 6"); }));
  ASSERT_EQ(Apply(counter("new")).exit_code, 0);
  EXPECT_TRUE(Eventually([&] { return absl::StrContains(logs.Out(), "new 7"); }));
  EXPECT_FALSE(logs.Ended()) << logs.Wait().Describe();
  EXPECT_EQ(Delete(name).exit_code, 0);
  const Finished& ended = logs.Wait();
  EXPECT_EQ(ended.exit_code, 0) << ended.Describe();
  std::vector<std::string> counted;
  for (const std::string& line : Of("source", ended.out)) {
    if (!absl::StrContains(line, "cat:")) counted.push_back(line);
  }
  EXPECT_THAT(counted, ElementsAre("old 1", "old 2", "old 3", "old 4", "old 5", "old 6", "new 7"));
}

// A component that dies by itself and is restarted by others, with long lines, and half lines as the last ones.
TEST_F(LogsTest, WhatIsFollowedOverRestartsIsWhatIsReadAfterwards) {
  const std::string name = Name("same"), container = "flow-" + name + "-source-1";
  const std::string life =
      "for i in 1 2 3 4 5; do echo line $i; echo wrong >&2; printf \"half $i\"; sleep 0.02; echo; "
      "head -c 20000 /dev/zero | tr \"\\0\" x; done; printf fatal; exit 7";
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Script("source", life)), {"--nowait"}).exit_code, 0);
  Process& logs = Start("flow-logs", {name, "--follow", "--timestamps"});
  for (int restart = 0; restart < 8; ++restart) {
    absl::SleepFor(absl::Milliseconds(50 + 30 * restart));
    engine().Do("POST", "/containers/" + container + "/restart?t=0");
  }
  engine().Stop(container, 0);
  const Finished& read = Flow("flow-logs", {name, "--timestamps"});
  EXPECT_TRUE(Eventually([&] { return logs.Out().size() >= read.out.size(); }));
  EXPECT_EQ(Delete(name).exit_code, 0);
  const Finished& followed = logs.Wait();
  EXPECT_EQ(followed.exit_code, 0) << followed.Describe();
  EXPECT_GT(Of("source", read.out).size(), 20u);
  EXPECT_TRUE(followed.out == read.out) << followed.Describe() << read.Describe();
}

// A reader that goes away ends it at the next line, without a word.
TEST_F(LogsTest, AReaderThatGoesAwayEndsIt) {
  const std::string name = Name("pipe");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Script("source", "while echo ready; do sleep 0.1; done"))).exit_code,
            0);
  for (const char* reader : {"grep -m1 ready", "head -1"}) {
    const Finished& run = RunProgram("/bin/sh", {"-c", absl::StrCat("\"$0\" \"$@\" | ", reader, "; exit 0"),
                                                 BinaryPath("flow-logs"), name, "--follow"});
    EXPECT_LT(run.took, absl::Seconds(20)) << run.Describe();
    EXPECT_EQ(run.out, "source | ready\n");
    EXPECT_EQ(run.err, "");
  }
}

// The engine ends a stream at the first line after that time, and here none comes.
TEST_F(LogsTest, FollowedUntilATimeItEndsThenWhereNothingIsWritten) {
  const std::string name = Name("until");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Script("source", "echo ready; sleep 1000"))).exit_code, 0);
  const std::string until = absl::FormatTime(absl::RFC3339_sec, absl::Now() + absl::Seconds(2), absl::UTCTimeZone());
  const Finished& run = Flow("flow-logs", {name, "--follow", "--until", until});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_EQ(run.out, "source | ready\n");
  EXPECT_LT(run.took, absl::Seconds(20)) << run.Describe();
}

// Both streams come on standard output, a program's own colours are left, and flow adds none off a terminal.
TEST_F(LogsTest, BothStreamsComeAsTheyAreWritten) {
  const std::string name = Name("streams");
  ASSERT_EQ(
      Apply(Pipeline(name, "  sources:\n" +
                               Script("source", "printf \"\\033[31mred\\033[0m\\n\"; echo wrong >&2; sleep 1000")))
          .exit_code,
      0);
  const Finished& text = Flow("flow-logs", {name});
  EXPECT_THAT(Of("source", text.out), testing::UnorderedElementsAre("\033[31mred\033[0m", "wrong"));
  EXPECT_EQ(text.err, "");
  environment()["NO_COLOR"] = "1";
  const Finished& json = Flow("flow-logs", {name, "-o", "json"});
  bool found = false;
  for (absl::string_view line : absl::StrSplit(json.out, '\n', absl::SkipEmpty())) {
    const Json entry = ParseJson(std::string(line));
    if (Text(At(entry, {"line"})) != "wrong") continue;
    found = true;
    EXPECT_EQ(Text(At(entry, {"stream"})), "stderr");
    EXPECT_EQ(Text(At(entry, {"component"})), "source");
    EXPECT_EQ(Text(At(entry, {"container"})), "flow-" + name + "-source-1");
  }
  EXPECT_TRUE(found) << json.out;
}

// The engine keeps a line of over 16 KiB in parts; a last line needs no end.
TEST_F(LogsTest, LongLinesAndOpenOnesComeWhole) {
  const std::string name = Name("long");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Script("source",
                                                         "head -c 40000 /dev/zero | tr \"\\0\" x; echo; printf open",
                                                         "      restart_policy: \"no\"\n")))
                .exit_code,
            0);
  const Finished& logs = Flow("flow-logs", {name, "--follow"});  // which ends, as the component has
  EXPECT_EQ(logs.exit_code, 0) << logs.Describe();
  EXPECT_THAT(Of("source", logs.out), ElementsAre(std::string(40000, 'x'), "open"));
}

// Docker 20.10's driver `local` leaves out the end of a long line.
TEST_F(LogsTest, ALongLineIsShownAsSoonAsItIsWritten) {
  const std::string name = Name("local");
  ASSERT_EQ(
      Apply(Pipeline(name, "  sources:\n" + Script("source", "head -c 40000 /dev/zero | tr \"\\0\" x; echo; sleep 1000",
                                                   "      logging: {driver: local}\n")))
          .exit_code,
      0);
  Process& logs = Start("flow-logs", {name, "--follow"});
  EXPECT_TRUE(Eventually([&] { return !logs.Out().empty(); }));
  EXPECT_EQ(logs.Out(), absl::StrCat("source | ", std::string(40000, 'x'), "\n"));
}

// The engine counts parts of 16 KiB.
TEST_F(LogsTest, TheLastLinesAreWholeLines) {
  const std::string name = Name("tail");
  ASSERT_EQ(
      Apply(Pipeline(name, "  sources:\n" + Script("source",
                                                   "echo one; echo two; head -c 100000 /dev/zero | tr \"\\0\" x; echo",
                                                   "      restart_policy: \"no\"\n")))
          .exit_code,
      0);
  const std::string last = absl::StrCat("source | ", std::string(100000, 'x'), "\n");
  EXPECT_EQ(Flow("flow-logs", {name, "--tail=0"}).out, "");
  EXPECT_EQ(Flow("flow-logs", {name, "--tail=1"}).out, last);
  EXPECT_EQ(Flow("flow-logs", {name, "--tail=2"}).out, "source | two\n" + last);
  EXPECT_EQ(Flow("flow-logs", {name, "--tail=2", "--follow"}).out, "source | two\n" + last);
  EXPECT_EQ(Flow("flow-logs", {name, "--tail=3"}).out, "source | one\nsource | two\n" + last);
}

TEST_F(LogsTest, ALogThatTheDriverDoesNotKeepIsOneWarning) {
  const std::string name = Name("none");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" +
                                     Script("mute", "echo lost; sleep 1000",
                                            "      replicas: 2\n      logging: {driver: none}\n") +
                                     Script("heard", "echo kept; sleep 1000")))
                .exit_code,
            0);
  const Finished& logs = Flow("flow-logs", {name});
  EXPECT_EQ(logs.exit_code, 0) << logs.Describe();
  EXPECT_EQ(logs.out, "heard  | kept\n");
  const auto warning = testing::MatchesRegex("flow-logs: warning: mute: its log cannot be read: [^\n]+\n");
  EXPECT_THAT(logs.err, warning);
  // Where nothing at all can be read that is no success.
  const Finished& mute = Flow("flow-logs", {name, "mute"});
  EXPECT_EQ(mute.exit_code, 1) << mute.Describe();
  EXPECT_THAT(mute.err, warning);
}

// flow gives no container a terminal; one that has one, made of a pipeline's Compose file perhaps, writes no frames.
TEST_F(LogsTest, TheOutputOfATerminalIsReadAsItIs) {
  const std::string name = Name("terminal");
  const std::string container = "flow-" + name + "-source-1";
  engine().Run(container,
               absl::StrCat(R"({"Image": "busybox:1.36", "Tty": true, "Cmd": ["sh", "-c", "echo one; echo two >&2"],
                                "Labels": {"com.obsrvr.flow.namespace": "default", "com.obsrvr.flow.pipeline": ")",
                            name, R"(", "com.obsrvr.flow.component": "source", "com.obsrvr.flow.type": "source",
                                "com.docker.compose.container-number": "1"}})"));
  const Finished& logs = Flow("flow-logs", {name, "--follow"});
  EXPECT_EQ(logs.exit_code, 0) << logs.Describe();
  EXPECT_EQ(logs.out, "source | one\nsource | two\n");
}

// What was created and never started has written nothing, and nothing is waited for.
TEST_F(LogsTest, WhatHasNeverRunIsNotWaitedFor) {
  const std::string name = Name("created");
  ASSERT_EQ(
      Apply(Pipeline(name, "  sources:\n" + Script("source", "echo up; exit 3", "      restart_policy: \"no\"\n") +
                               "  sinks:\n" +
                               Script("sink", "sleep 1000", "      inputs: [source]\n      depends_on: [source]\n")),
            {"--norollback"})
          .exit_code,
      1);
  const Finished& logs = Flow("flow-logs", {name});
  EXPECT_EQ(logs.exit_code, 0) << logs.Describe();
  EXPECT_EQ(logs.out, "source | up\n");
  // Nor has it a time at which it was started.
  EXPECT_THAT(Flow("flow-status", {name, "-o", "wide"}).out, Not(HasSubstr("0001-01-01")));
}

// flow-apply --logs: what is written while it deploys, of a failure too, and nothing of before.
TEST_F(LogsTest, AnApplyShowsWhatIsWrittenMeanwhile) {
  const std::string name = Name("beside");
  const std::string first = "  sources:\n" + Script("a", "echo one; echo two >&2; sleep 1000");
  const Finished& apply = Apply(Pipeline(name, first), {"--logs"});
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(Of("a", apply.err), testing::UnorderedElementsAre("one", "two"));
  EXPECT_THAT(apply.out, Not(HasSubstr("a | ")));

  // Without the rollback, which may take the container before a busy engine has told its log.
  const Finished& again =
      Apply(Pipeline(name, first + Script("b", "echo last words; exit 3", "      restart_policy: \"no\"\n")),
            {"--logs", "--norollback"});
  EXPECT_EQ(again.exit_code, 1);
  EXPECT_THAT(Of("a", again.err), testing::IsEmpty()) << again.Describe();
  EXPECT_THAT(Of("b", again.err), ElementsAre("last words"));
}

// Three components that write 100,000 lines each: all of them, in order.
TEST_F(LogsTest, BurstsOfThreeComponentsComeWholeAndInOrder) {
  const std::string name = Name("bursts");
  const std::string burst = "i=0; while [ $i -lt 100000 ]; do i=$((i + 1)); echo $i; done; echo over; sleep 1000";
  ASSERT_EQ(
      Apply(Pipeline(name, "  sources:\n" + Script("a", burst) + Script("b", burst) + Script("c", burst)), {"--nowait"})
          .exit_code,
      0);
  Process& logs = Start("flow-logs", {name, "--follow"});
  EXPECT_TRUE(Eventually(
      [&] {
        const std::string out = logs.Out();
        return absl::StrContains(out, "a | over") && absl::StrContains(out, "b | over") &&
               absl::StrContains(out, "c | over");
      },
      absl::Minutes(3)));
  logs.Signal(SIGINT);
  const Finished& ended = logs.Wait();
  EXPECT_EQ(ended.exit_code, 130);
  for (const char* component : {"a", "b", "c"}) {
    const std::vector<std::string> lines = Of(component, ended.out);
    ASSERT_EQ(lines.size(), 100001u) << component;
    for (int line = 0; line < 100000; ++line) ASSERT_EQ(lines[line], absl::StrCat(line + 1)) << component;
  }
}

}  // namespace
}  // namespace flow::integration
