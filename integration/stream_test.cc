// flow-stream between components that behave as those of flowctl's SDK do (component.py), which are started, killed and
// started again beside an engine that is made up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "cmd/base/environment.h"
#include "testkit/eventually.h"
#include "testkit/fake_engine.h"
#include "testkit/fake_server.h"
#include "testkit/file.h"
#include "testkit/process.h"
#include "testkit/temporary_folder.h"

namespace flow::integration {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::Not;
using testkit::Eventually;
using testkit::FakeConnection;

struct Component {
  std::string type;
  std::vector<std::string> inputs;
  Environment settings;
};

// A pipeline "x" whose components run on this host, each at an address of its own, and the engine that lists them.
class Components {
 public:
  explicit Components(std::map<std::string, Component> components)
      : components_(std::move(components)), engine_([this](FakeConnection& connection) { Serve(connection); }) {
    int last = 1;
    for (const auto& [id, component] : components_)
      addresses_[id] = absl::StrCat("127.83.", getpid() % 250, ".", ++last);
    WriteState();
  }

  ~Components() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
    for (auto& [id, process] : processes_) process->Signal(SIGKILL);
  }

  void StartAll() {
    for (const auto& [id, component] : components_) Start(id);
  }

  void Start(const std::string& id) {
    Environment environment = ProcessEnvironment();
    for (const auto& [name, value] : components_.at(id).settings) environment[name] = value;
    environment["ADDRESS"] = addresses_.at(id);
    environment["COMPONENT_ID"] = id;
    environment["FILE"] = FileOf(id);
    processes_[id].emplace("examples/sdk/component.py", std::vector<std::string>{components_.at(id).type}, environment);
    Happened(id, "start", true);
  }

  // What an apply does to the state and to the engine that takes the pipeline to other inputs.
  void Rewire(const std::string& id, std::vector<std::string> inputs) {
    components_.at(id).inputs = std::move(inputs);
    WriteState();
    Happened(id, "update", true);
  }

  // Once it serves.
  void Await(const std::string& id) { EXPECT_NE(processes_.at(id)->AwaitLine(components_.at(id).type), ""); }

  void Kill(const std::string& id) {
    processes_.at(id)->Signal(SIGKILL);
    processes_.at(id)->Wait();
    Happened(id, "die", false);
  }

  testkit::Process Stream(std::vector<std::string> flags = {}) {
    flags.insert(flags.begin(), {"x", "--host=" + engine_.endpoint().address, "--state_dir=" + (folder_ / "state")});
    return testkit::Process("cmd/flow-stream", flags, ProcessEnvironment());
  }

  // The ids of the events that have arrived at a sink, as they came.
  std::vector<std::string> ArrivedAt(const std::string& sink) const {
    return absl::StrSplit(testkit::ReadFile(FileOf(sink)), '\n', absl::SkipEmpty());
  }

 private:
  void WriteState() const {
    std::string services;
    for (const auto& [id, component] : components_) {
      absl::StrAppend(&services, " services { name: \"", id, "\" type: \"", component.type, "\" replicas: 1");
      for (const std::string& input : component.inputs) absl::StrAppend(&services, " inputs: \"", input, "\"");
      absl::StrAppend(&services, " }");
    }
    const std::string state = folder_ / "state/default/x";
    std::filesystem::create_directories(state);
    testkit::WriteFile(state + "/deployment.textproto",
                       absl::StrCat("name: 'x' namespace: 'default' phase: APPLIED engine_id: 'E' project { name: ",
                                    "'flow-x' pipeline: 'x' namespace: 'default' network { key: 'default' name: ",
                                    "'flow-x_default' }", services, " }"));
  }

  std::string FileOf(const std::string& id) const { return folder_ / (id + ".ids"); }

  void Happened(const std::string& id, const std::string& action, bool runs) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (runs) {
      running_.insert(id);
    } else {
      running_.erase(id);
    }
    events_.push_back(absl::StrCat("{\"Type\": \"container\", \"Action\": \"", action, "\", \"Actor\": {\"ID\": \"", id,
                                   "\", \"Attributes\": ", LabelsOf(id), "}}\n"));
    changed_.notify_all();
  }

  std::string LabelsOf(const std::string& id) const {
    return absl::StrCat("{\"com.obsrvr.flow.pipeline\": \"x\", \"com.obsrvr.flow.namespace\": \"default\", ",
                        "\"com.obsrvr.flow.component\": \"", id, "\", \"com.docker.compose.container-number\": \"1\"}");
  }

  void Serve(FakeConnection& connection) {
    testkit::ServeEngine(
        connection, [&] { TellEvents(connection); },
        [&](const std::string& request) {
          connection.Answer(200,
                            absl::StrContains(request, "/containers/json") ? List() : testkit::OfEmptyEngine(request));
        });
  }

  std::string List() {
    const std::lock_guard<std::mutex> lock(mutex_);
    std::vector<std::string> containers;
    for (const auto& [id, component] : components_) {
      containers.push_back(absl::StrCat("{\"Id\": \"", id, "\", \"Names\": [\"/flow-x-", id, "-1\"], \"State\": \"",
                                        running_.contains(id) ? "running" : "exited", "\", \"Labels\": ", LabelsOf(id),
                                        ", \"NetworkSettings\": {\"Networks\": {\"flow-x_default\": {\"IPAddress\": \"",
                                        addresses_.at(id), "\"}}}}"));
    }
    return absl::StrCat("[", absl::StrJoin(containers, ", "), "]");
  }

  void TellEvents(FakeConnection& connection) {
    connection.OpenChunked();
    std::unique_lock<std::mutex> lock(mutex_);
    for (size_t told = events_.size();;) {
      changed_.wait(lock, [&] { return over_ || events_.size() > told; });
      if (over_) return;
      const std::string event = events_[told++];
      lock.unlock();
      connection.Chunk(event);
      lock.lock();
    }
  }

  const testkit::TemporaryFolder folder_;
  std::map<std::string, Component> components_;
  std::map<std::string, std::string> addresses_;
  std::map<std::string, std::optional<testkit::Process>> processes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> running_;
  std::vector<std::string> events_;
  bool over_ = false;
  testkit::FakeServer engine_;
};

std::map<std::string, Component> Chain(Environment source, Environment processor = {}, Environment sink = {}) {
  return {{"source", {"source", {}, source}},
          {"proc", {"processor", {"source"}, processor}},
          {"sink1", {"sink", {"proc"}, sink}},
          {"sink2", {"sink", {"proc"}, {}}}};
}

size_t Distinct(const std::vector<std::string>& ids) { return std::set<std::string>(ids.begin(), ids.end()).size(); }

// How often each of them is there.
std::map<std::string, int> TimesOf(const std::vector<std::string>& ids) {
  std::map<std::string, int> times;
  for (const std::string& id : ids) ++times[id];
  return times;
}

TEST(Stream, EveryEventOfABoundedSourceArrivesOnceAtEverySinkAndThenItEnds) {
  Components components(Chain({{"EVENTS", "5000"}}));
  components.StartAll();
  testkit::Process stream = components.Stream();
  EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
  EXPECT_THAT(stream.Wait().out, HasSubstr("5000"));
  for (const char* sink : {"sink1", "sink2"}) {
    EXPECT_TRUE(Eventually([&] { return components.ArrivedAt(sink).size() >= 5000; }));
    EXPECT_EQ(components.ArrivedAt(sink).size(), 5000u);
    EXPECT_EQ(Distinct(components.ArrivedAt(sink)), 5000u);
  }
}

TEST(Stream, AllSourcesThatAComponentReadsArriveWhole) {
  Components components({{"blocks", {"source", {}, {{"EVENTS", "3000"}}}},
                         {"trades", {"source", {}, {{"EVENTS", "1000"}, {"RATE", "2000"}, {"PER_LEDGER", "0"}}}},
                         {"proc", {"processor", {"blocks", "trades"}, {}}},
                         {"sink", {"sink", {"proc"}, {}}}});
  components.StartAll();
  testkit::Process stream = components.Stream();
  EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
  EXPECT_TRUE(Eventually([&] { return components.ArrivedAt("sink").size() >= 4000; }));
  int blocks = 0;
  for (const auto& [id, times] : TimesOf(components.ArrivedAt("sink"))) {
    EXPECT_EQ(times, 1) << id;
    blocks += absl::StartsWith(id, "blocks-") ? 1 : 0;
  }
  EXPECT_EQ(blocks, 3000);
}

TEST(Stream, ADiamondBringsEachEventOnceOnEachOfItsWays) {
  Components components({{"source", {"source", {}, {{"EVENTS", "3000"}}}},
                         {"left", {"processor", {"source"}, {}}},
                         {"right", {"processor", {"source"}, {{"KEEP", "3"}}}},
                         {"sink", {"sink", {"left", "right"}, {}}}});
  components.StartAll();
  testkit::Process stream = components.Stream();
  EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
  EXPECT_TRUE(Eventually([&] { return components.ArrivedAt("sink").size() >= 4000; }));
  const std::map<std::string, int> arrived = TimesOf(components.ArrivedAt("sink"));
  EXPECT_EQ(arrived.size(), 3000u);
  for (int i = 0; i < 3000; ++i) EXPECT_EQ(arrived.at(absl::StrCat("source-", i)), i % 3 == 0 ? 2 : 1) << i;
}

// gRPC's own limit of a message, which the SDK's components leave as it is.
TEST(Stream, AnEventAtTheLimitOfComponentsArrivesAndALargerOneIsDroppedAndTold) {
  constexpr int kLimit = 4 << 20, kBesidesPayload = 32;
  const auto source = [](int events, int size) {
    return Component{"source", {}, {{"EVENTS", absl::StrCat(events)}, {"SIZE", absl::StrCat(size)}}};
  };
  Components components({{"small", source(1000, 150)},
                         {"near", source(5, kLimit - kBesidesPayload)},
                         {"over", source(3, kLimit)},
                         {"proc", {"processor", {"small", "near", "over"}, {}}},
                         {"sink", {"sink", {"proc"}, {}}}});
  components.StartAll();
  testkit::Process stream = components.Stream();
  EXPECT_EQ(stream.Wait().exit_code, 1) << stream.Wait().Describe();
  EXPECT_THAT(stream.Err(), HasSubstr("proc was sent an event of more than 4 MiB"));
  EXPECT_THAT(stream.Wait().out, ContainsRegex("proc does not take events of more than 4 MiB: [0-9]+ were dropped"));
  EXPECT_TRUE(Eventually([&] { return Distinct(components.ArrivedAt("sink")) >= 1005; }));
  for (const auto& [id, times] : TimesOf(components.ArrivedAt("sink"))) EXPECT_FALSE(absl::StartsWith(id, "over-"));
}

TEST(Stream, AProcessorThatFiltersHoldsNothingUpWhetherItCountsOrNot) {
  for (const char* counts : {"0", "1"}) {
    const Environment processor = {{"KEEP", "100"}, {"COUNTS", counts}, {"WORKERS", counts[0] == '0' ? "1" : "8"}};
    Components components(Chain({{"EVENTS", "10000"}}, processor));
    components.StartAll();
    for (const char* id : {"source", "proc", "sink1", "sink2"}) components.Await(id);
    testkit::Process stream = components.Stream();
    EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
    EXPECT_EQ(components.ArrivedAt("sink1").size(), 100u);
  }
}

// What a processor lets out is no sign of what it is done with, so it is asked as soon as it can take no more.
TEST(Stream, AProcessorThatFiltersIsAskedHowFarItIsLongBeforeProgressIsTold) {
  for (int run = 0; run < 5; ++run) {
    Components components(Chain({{"EVENTS", "1000"}}, {{"KEEP", "100"}}));
    components.StartAll();
    for (const char* id : {"source", "proc", "sink1", "sink2"}) components.Await(id);
    testkit::Process stream = components.Stream({"--progress=json"});
    EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
    EXPECT_THAT(stream.Err(), Not(HasSubstr("\"figures\""))) << "after 10 s";
  }
}

TEST(Stream, WithAWindowOfOneAndOneWorkerEventsKeepTheirOrder) {
  Components components(Chain({{"EVENTS", "500"}}, {}, {{"WORKERS", "1"}}));
  components.StartAll();
  testkit::Process stream = components.Stream({"--window=1"});
  EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
  const std::vector<std::string> arrived = components.ArrivedAt("sink1");
  ASSERT_EQ(arrived.size(), 500u);
  for (size_t i = 0; i < arrived.size(); ++i) EXPECT_EQ(arrived[i], absl::StrCat("source-", i));
}

TEST(Stream, WhicheverComponentIsKilledNothingIsLostWithCursors) {
  for (const std::string victim : {"source", "proc", "sink1"}) {
    Components components(Chain({{"EVENTS", "4000"}, {"RATE", "2000"}}));
    components.StartAll();
    testkit::Process stream = components.Stream();
    ASSERT_TRUE(Eventually([&] { return components.ArrivedAt("sink1").size() > 1000; })) << stream.Err();
    components.Kill(victim);
    components.Start(victim);
    EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
    EXPECT_THAT(stream.Err(), HasSubstr(victim + " is connected again"));
    for (const char* sink : {"sink1", "sink2"}) {
      EXPECT_TRUE(Eventually([&] { return Distinct(components.ArrivedAt(sink)) == 4000; }))
          << victim << ": " << Distinct(components.ArrivedAt(sink)) << "\n"
          << stream.Wait().Describe();
    }
  }
}

TEST(Stream, WithoutCursorsTheNumberThatMayBeLostIsTold) {
  // The processor is slower than the source: it is always at work on some when it is killed.
  Components components(Chain({{"EVENTS", "4000"}, {"RATE", "2000"}, {"PER_LEDGER", "0"}}, {{"DELAY", "0.01"}}));
  components.StartAll();
  testkit::Process stream = components.Stream();
  ASSERT_TRUE(Eventually([&] { return components.ArrivedAt("sink1").size() > 1000; })) << stream.Err();
  components.Kill("proc");
  components.Start("proc");
  EXPECT_EQ(stream.Wait().exit_code, 1) << stream.Wait().Describe();
  const std::string told = stream.Wait().out.substr(stream.Wait().out.find("at most ") + 8);
  int lost = 0;
  ASSERT_TRUE(absl::SimpleAtoi(told.substr(0, told.find(' ')), &lost)) << stream.Wait().Describe();
  EXPECT_GE(lost, 4000 - static_cast<int>(components.ArrivedAt("sink2").size()));
  EXPECT_LE(lost, 256);
}

TEST(Stream, AnUpdateThatChangesWhatReadsWhatIsFollowedOnceWhatIsUnderWayHasArrived) {
  for (const char* per_ledger : {"10", "0"}) {
    Components components(Chain({{"EVENTS", "4000"}, {"RATE", "2000"}, {"PER_LEDGER", per_ledger}}, {}, {}));
    components.StartAll();
    testkit::Process stream = components.Stream();
    ASSERT_TRUE(Eventually([&] { return components.ArrivedAt("sink1").size() > 1000; })) << stream.Err();
    components.Rewire("sink2", {"source"});
    EXPECT_EQ(stream.Wait().exit_code, 0) << stream.Wait().Describe();
    EXPECT_THAT(stream.Err(), HasSubstr("is another now"));
    EXPECT_THAT(stream.Wait().out, ContainsRegex("source  sink2  [0-9]+ "));
    for (const char* sink : {"sink1", "sink2"}) {
      EXPECT_TRUE(Eventually([&] { return Distinct(components.ArrivedAt(sink)) == 4000; })) << stream.Wait().Describe();
    }
  }
}

TEST(Stream, ASinkThatIsSlowHoldsTheSourceBackInLittleMemoryAlsoWhenTheSourceIsReadAgain) {
  Components components(Chain({{"SIZE", "1000"}}, {}, {{"DELAY", "0.1"}}));
  components.StartAll();
  testkit::Process stream = components.Stream();
  ASSERT_TRUE(Eventually([&] { return components.ArrivedAt("sink1").size() > 300; })) << stream.Err();
  components.Kill("sink1");
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(stream.Err(), "source is connected again"); })) << stream.Err();
  components.Start("sink1");
  const size_t before = components.ArrivedAt("sink1").size();
  ASSERT_TRUE(Eventually([&] { return components.ArrivedAt("sink1").size() > before + 300; })) << stream.Err();
  stream.Signal(SIGINT);
  ASSERT_TRUE(Eventually([&] { return absl::StrContains(stream.Err(), "connected again"); }));
  stream.Signal(SIGINT);
  EXPECT_EQ(stream.Wait().exit_code, 130) << stream.Wait().Describe();
#ifndef __SANITIZE_ADDRESS__
  EXPECT_LE(stream.Wait().used.ru_maxrss, 24 * 1024) << "KiB";
#endif
}

TEST(Stream, ACheckTellsWhichEdgesServeAndOpensNoStream) {
  Components components(Chain({}));
  components.StartAll();
  for (const char* id : {"source", "proc", "sink1", "sink2"}) components.Await(id);
  testkit::Process all = components.Stream({"--check"});
  EXPECT_EQ(all.Wait().exit_code, 0) << all.Wait().Describe();
  EXPECT_THAT(all.Wait().out, HasSubstr("proc    sink2  serves\n"));
  components.Kill("sink2");
  testkit::Process without = components.Stream({"--check", "-o", "json"});
  EXPECT_EQ(without.Wait().exit_code, 1) << without.Wait().Describe();
  EXPECT_THAT(without.Wait().out, HasSubstr("no container of it runs that can be reached"));
  EXPECT_TRUE(components.ArrivedAt("sink1").empty());
}

TEST(Stream, ASignalLetsWhatIsUnderWayArrive) {
  Components components(Chain({{"RATE", "2000"}}));
  components.StartAll();
  testkit::Process stream = components.Stream();
  ASSERT_TRUE(Eventually([&] { return components.ArrivedAt("sink1").size() > 500; })) << stream.Err();
  stream.Signal(SIGTERM);
  EXPECT_EQ(stream.Wait().exit_code, 143) << stream.Wait().Describe();
  EXPECT_THAT(stream.Wait().out, HasSubstr("finished"));
  EXPECT_THAT(stream.Wait().out, Not(HasSubstr("lost"))) << stream.Wait().Describe();
}

}  // namespace
}  // namespace flow::integration
