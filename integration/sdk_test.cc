// Pipelines of components as flowctl's SDK makes them, on an engine: flow-run from its beginning to its end, and
// flow-stream while components are restarted and replaced.
#include <signal.h>

#include <functional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

class SdkTest : public DockerTest {
 protected:
  static std::string NameOf(const std::string& pipeline, const std::string& component) {
    return absl::StrCat("flow-", pipeline, "-", component, "-1");
  }

  // source → processor → sink. `source`, `processor`: their variables, "A: b, C: d".
  std::string Chain(const std::string& name, const std::string& source, const std::string& processor = "") {
    const auto component = [&](const char* list, const char* kind, const char* input, const std::string& env) {
      return absl::StrCat("  ", list, ":\n    - id: ", kind, "\n      image: ", image_, "\n      command: [", kind,
                          "]\n", input[0] == '\0' ? "" : absl::StrCat("      inputs: [", input, "]\n"), "      env: {",
                          env, "}\n");
    };
    return Pipeline(name, component("sources", "source", "", source) +
                              component("processors", "processor", "source", processor) +
                              component("sinks", "sink", "processor", "FILE: /dev/stdout"));
  }

  Process& Stream(const std::string& name) { return Start("flow-stream", {name}); }

  // The events that have arrived at the sink, as they came.
  std::vector<std::string> Arrived(const std::string& name) {
    std::vector<std::string> ids;
    for (const absl::string_view line : absl::StrSplit(engine().Logs(NameOf(name, "sink"), 1000000), '\n')) {
      if (absl::StartsWith(line, "source-")) ids.emplace_back(line);
    }
    return ids;
  }

  // When the container said last that it serves.
  absl::Time ServesSince(const std::string& container) {
    absl::Time since = absl::InfinitePast();
    const std::string log =
        engine().Send("GET", absl::StrCat("/containers/", container, "/logs?stdout=1&timestamps=1&tail=50000")).body;
    for (const absl::string_view line : absl::StrSplit(log, '\n')) {
      const size_t serves = line.find(" serves on ");
      if (serves == absl::string_view::npos || line.size() < 8) continue;
      const std::string time(line.substr(8, line.find(' ', 8) - 8));  // behind the frame's header
      absl::ParseTime(absl::RFC3339_full, time, &since, nullptr);
    }
    return since;
  }

  // Does something to a component after which it is connected again: within a second of its listening.
  void GoesOn(Process& stream, const std::string& name, const std::string& component,
              const std::function<void()>& something) {
    const std::string words = component + " is connected again";
    const auto said = [&] { return std::vector<std::string>(absl::StrSplit(stream.Err(), words)).size(); };
    const size_t before = said();
    something();
    ASSERT_TRUE(Eventually([&] { return said() > before; })) << component << "\n" << stream.Err();
    const absl::Time again = absl::Now();
    const absl::Duration took = again - ServesSince(NameOf(name, component));
    std::cerr << component << " is connected " << took << " after it has said that it serves\n";
    EXPECT_LT(took, absl::Seconds(1)) << component;
  }

  std::string image_;

 private:
  void SetUp() override { image_ = MakeSdkImage(); }
};

TEST_F(SdkTest, RestartsAndAnUpdateWhileEventsFlowLoseNothing) {
  const std::string name = Name("flows");
  ASSERT_EQ(Apply(Chain(name, "RATE: '400', EVENTS: '16000'")).exit_code, 0);
  Process& stream = Stream(name);
  ASSERT_TRUE(Eventually([&] { return Arrived(name).size() > 500; })) << stream.Err();
  for (const char* component : {"source", "processor", "sink"}) {
    GoesOn(stream, name, component,
           [&] { engine().Do("POST", absl::StrCat("/containers/", NameOf(name, component), "/restart?t=1")); });
  }
  GoesOn(stream, name, "processor",
         [&] { EXPECT_EQ(Apply(Chain(name, "RATE: '400', EVENTS: '16000'", "WORKERS: '2'")).exit_code, 0); });
  EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
  const std::vector<std::string> arrived = Arrived(name);
  EXPECT_EQ(std::set<std::string>(arrived.begin(), arrived.end()).size(), 16000u) << stream.Wait().Describe();
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(SdkTest, ApplyWithStreamGoesOnMovingEventsAndLeavesThePipeline) {
  const std::string name = Name("applied");
  Process& apply = StartApply(Chain(name, "RATE: '100'"), {"--stream"});
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(apply.Out(), "deployed successfully"); })) << apply.Err();
  ASSERT_TRUE(Eventually([&] { return Arrived(name).size() > 50; })) << apply.Err();
  const Finished& check = Flow("flow-stream", {"--check", name});
  EXPECT_EQ(check.exit_code, 0) << check.Describe();
  apply.Signal(SIGINT);
  const Finished& end = apply.Wait();
  EXPECT_EQ(end.exit_code, 130) << end.Describe();
  EXPECT_THAT(end.out, AllOf(HasSubstr("Pipeline deployed successfully"), HasSubstr("FROM")));
  EXPECT_THAT(end.err, Not(HasSubstr("flow only while"))) << "they do";
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(SdkTest, ARunEndsWithItsSourcesAndTakesThePipelineAway) {
  const std::string name = Name("bounded");
  const Finished& run = Flow("flow-run", {Write("run.yaml", Chain(name, "EVENTS: '300'"))});
  EXPECT_EQ(run.exit_code, 0) << run.Describe();
  EXPECT_THAT(run.out, HasSubstr("source-299\n")) << "only what components write is there";
  EXPECT_THAT(run.err, AllOf(HasSubstr("Pipeline deployed successfully"), HasSubstr("finished"),
                             HasSubstr("Pipeline deleted: " + name)));
  EXPECT_TRUE(Gone(name));
}

TEST_F(SdkTest, ARunLeavesWhatWasThereBeforeOrIsToBeKept) {
  const std::string name = Name("kept");
  const std::string file = Write("run.yaml", Chain(name, "EVENTS: '10'"));
  const Finished& kept = Flow("flow-run", {file, "--keep"});
  EXPECT_EQ(kept.exit_code, 0) << kept.Describe();
  EXPECT_EQ(Status(name).state, "running");
  const Finished& again = Flow("flow-run", {file});
  EXPECT_EQ(again.exit_code, 0) << again.Describe();
  EXPECT_THAT(again.err, HasSubstr("was there before, and stays"));
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(SdkTest, ARunThatFailsLeavesNothing) {
  const std::string name = Name("fails");
  const std::string yaml = Pipeline(name, absl::StrCat("  sources:\n    - id: source\n      image: ", image_,
                                                       "\n      command: [nothing]\n      restart_policy: 'no'\n"));
  const Finished& run = Flow("flow-run", {Write("run.yaml", yaml)});
  EXPECT_EQ(run.exit_code, 1) << run.Describe();
  EXPECT_TRUE(Gone(name));
}

// Long after it was up, so that the apply has ended well.
TEST_F(SdkTest, ARunWhoseComponentFailsInTheEndHasFailed) {
  for (const int code : {0, 3}) {
    const std::string name = Name(absl::StrCat("ends-", code));
    const std::string yaml =
        Pipeline(name, absl::StrCat("  sources:\n    - {id: source, image: \"busybox:1.36\", restart_policy: 'no', ",
                                    "command: [sh, -c, 'sleep 2; exit ", code, "']}\n"));
    const Finished& run = Flow("flow-run", {Write("ends.yaml", yaml)});
    EXPECT_EQ(run.exit_code, code == 0 ? 0 : 1) << run.Describe();
    EXPECT_THAT(run.err, HasSubstr(code == 0 ? "completed" : "failed"));
    EXPECT_TRUE(Gone(name));
  }
}

}  // namespace
}  // namespace flow::integration
