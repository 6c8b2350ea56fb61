// Commands on a cluster that are interrupted, killed, cut off from it, or two at once: what is left, and that the next command
// goes on from there.
#include <signal.h>

#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "integration/kubernetes.h"
#include "testkit/forwarder.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Key;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

class ClusterSignalTest : public ClusterTest {
 protected:
  // A source that is ready when /www/health is there: an apply of it waits until a test makes that.
  static std::string Waits(const std::string& id = "waits", const std::string& fields = "") {
    return Shell(id, "trap exit TERM; mkdir -p /www; httpd -f -p 8080 -h /www & wait",
                 absl::StrCat("      ports: [{containerPort: 8080}]\n      health_check: /health\n"
                              "      health_interval: 1s\n      health_start_period: 2m\n",
                              fields));
  }
  static std::string Waiting(const std::string& name, const std::string& fields = "") {
    return Pipeline(
        name, "  sources:\n" + Waits("waits", fields) + "  sinks:\n" + UntilTold("sink", "      inputs: [waits]\n"));
  }

  void MakeReady(const std::string& name) { Exec(name, "deployment/waits", "mkdir -p /www; touch /www/health"); }
  std::string NamespaceThere(const std::string& name) {
    return Kubectl({"get", "namespaces", NamespaceOf(name), "--ignore-not-found", "-o", "name"}).out;
  }
};

TEST_F(ClusterSignalTest, WhileItWaitsASignalTakesAwayWhatWasMade) {
  const std::map<int, int> codes = {{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}};
  std::map<int, Process*> applies;
  const auto name_of = [&](int signal) { return Owned(Name(absl::StrCat("signal-", signal))); };
  for (const auto& [signal, code] : codes) applies[signal] = &StartApplyThere(Waiting(name_of(signal)));
  for (const auto& [signal, code] : codes) {
    ASSERT_TRUE(Runs(name_of(signal), "waits"));
    applies[signal]->Signal(signal);
  }
  for (const auto& [signal, code] : codes) {
    const Finished& finished = applies[signal]->Wait();
    EXPECT_EQ(finished.exit_code, code) << finished.Describe();
    EXPECT_EQ(NamespaceThere(name_of(signal)), "");
    EXPECT_EQ(Status(name_of(signal)).state, "failed");
    EXPECT_EQ(Flow("flow-delete", {name_of(signal)}).exit_code, 0);
    EXPECT_TRUE(NothingIsLeft(name_of(signal)));
  }
}

TEST_F(ClusterSignalTest, InAnUpdateWhatItDidNotTouchRunsOn) {
  const std::string name = Owned(Name("update"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  const auto before = Pods(name);
  Process& apply = StartApplyThere(PairUntilTold(name, Waits()));
  ASSERT_TRUE(Runs(name, "waits"));
  apply.Signal(SIGINT);
  const Finished& finished = apply.Wait();
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  EXPECT_EQ(Pods(name), before);
  EXPECT_THAT(Names(name, "deployments,services"),
              UnorderedElementsAre("deployment.apps/source", "deployment.apps/sink", "service/source"));
}

// What is taken away takes its grace. A second signal waits for nothing.
TEST_F(ClusterSignalTest, ASecondSignalLeavesAtOnceAndSaysWhatMayBeLeft) {
  const std::string name = Owned(Name("second"));
  Process& apply = StartApplyThere(Pipeline(
      name, "  sources:\n" + Waits() +
                Shell("deaf", "trap \"\" TERM; while :; do sleep 0.2; done", "      stop_grace_period: 10s\n")));
  ASSERT_TRUE(Runs(name, "waits") && Runs(name, "deaf"));
  apply.Signal(SIGINT);
  ASSERT_TRUE(Eventually([&] { return Pods(name).empty(); }));  // all are on their way out
  EXPECT_FALSE(apply.Ended());
  const absl::Time second = absl::Now();
  apply.Signal(SIGINT);
  const Finished& finished = apply.Wait();
  EXPECT_LT(absl::Now() - second, absl::Seconds(2));
  EXPECT_EQ(finished.exit_code, 130) << finished.Describe();
  EXPECT_THAT(finished.err, HasSubstr(absl::StrCat("flow-delete --driver=kubernetes ", name)));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

TEST_F(ClusterSignalTest, AfterAKilledApplyTheNextConverges) {
  const std::string name = Owned(Name("killed"));
  Process& first = StartApplyThere(Waiting(name));
  ASSERT_TRUE(Runs(name, "waits"));
  first.Signal(SIGKILL);
  first.Wait();
  EXPECT_EQ(Status(name).state, "applying");
  const auto before = Pods(name);
  MakeReady(name);
  const Finished& second = ApplyThere(Waiting(name));
  EXPECT_EQ(second.exit_code, 0) << second.Describe();
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Pods(name).at("waits"), before.at("waits"));

  // In the middle of a replacement.
  const std::string changed = Waiting(name, "      env: {LEVEL: debug}\n");
  Process& update = StartApplyThere(changed);
  ASSERT_TRUE(Eventually([&] { return Pods(name)["waits"] != before.at("waits"); }));
  update.Signal(SIGKILL);
  update.Wait();
  Process& last = StartApplyThere(changed);
  ASSERT_TRUE(Runs(name, "waits"));
  MakeReady(name);
  const Finished& converged = last.Wait();
  EXPECT_EQ(converged.exit_code, 0) << converged.Describe();
  EXPECT_EQ(Exec(name, "deployment/waits", "echo $LEVEL"), "debug\n");
  EXPECT_THAT(Pods(name), UnorderedElementsAre(Key("waits"), Key("sink")));
}

// By a signal or by SIGKILL: it stops where it is.
TEST_F(ClusterSignalTest, ADeleteThatWasCutOffIsEndedByTheNext) {
  const std::map<int, int> codes = {{SIGINT, 130}, {SIGKILL, 137}};
  const auto name_of = [&](int signal) { return Owned(Name(absl::StrCat("delete-", signal))); };
  std::map<int, Process*> commands;
  for (const auto& [signal, code] : codes) {
    commands[signal] = &StartApplyThere(Pipeline(
        name_of(signal),
        "  sources:\n" + Shell("deaf", "trap \"\" TERM; while :; do sleep 0.2; done", "      stop_grace_period: 4s\n") +
            "  sinks:\n" + UntilTold("sink", "      inputs: [deaf]\n")));
  }
  for (const auto& [signal, code] : codes) {
    ASSERT_EQ(commands[signal]->Wait().exit_code, 0);
    commands[signal] = &Start("flow-delete", {name_of(signal)});
    ASSERT_TRUE(Eventually([&] { return !Pods(name_of(signal)).contains("deaf"); }));
    commands[signal]->Signal(signal);
    EXPECT_EQ(commands[signal]->Wait().exit_code, code) << commands[signal]->Wait().Describe();
    EXPECT_EQ(Status(name_of(signal)).state, "deleting");
    EXPECT_THAT(Pods(name_of(signal)), UnorderedElementsAre(Key("sink")));
    commands[signal] = &Start("flow-delete", {name_of(signal)});
  }
  for (const auto& [signal, code] : codes) {
    EXPECT_EQ(commands[signal]->Wait().exit_code, 0) << commands[signal]->Wait().Describe();
    EXPECT_TRUE(NothingIsLeft(name_of(signal)));
  }
}

TEST_F(ClusterSignalTest, TheSecondCommandIsToldWhoHoldsThePipeline) {
  const std::string name = Owned(Name("holder"));
  Process& first = StartApplyThere(Waiting(name));
  ASSERT_TRUE(Runs(name, "waits"));
  const std::string holder = absl::StrCat(first.pid());
  for (const Finished* second : {&ApplyThere(Waiting(name)), &Flow("flow-delete", {name, "--driver=kubernetes"})}) {
    EXPECT_EQ(second->exit_code, 5) << second->Describe();
    EXPECT_THAT(second->err, AllOf(HasSubstr(name), HasSubstr(holder)));
  }
  // Looking is always allowed.
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "applying");
  EXPECT_THAT(status.message, HasSubstr(holder));
  MakeReady(name);
  EXPECT_EQ(first.Wait().exit_code, 0) << first.Wait().Describe();
}

// The lock is one of a state folder. Of two persons with folders of their own one deploys at least, and whatever they agree
// on is there once.
TEST_F(ClusterSignalTest, OfTwoPersonsAtOnceOneDeploysAndTheOtherTakesNothingAway) {
  const std::string name = Owned(Name("two"));
  const std::vector<std::string> arguments = {"--driver=kubernetes", WritePipeline(PairUntilTold(name))};
  Process& one = Start("flow-apply", arguments);
  environment()["FLOW_STATE_DIR"] = state_folder() + "-of-another";
  Process& other = Start("flow-apply", arguments);
  const Finished &first = one.Wait(), &second = other.Wait();
  for (const Finished* finished : {&first, &second}) {
    EXPECT_THAT(finished->exit_code, AnyOf(0, 5)) << finished->Describe();
    EXPECT_THAT(finished->err, Not(HasSubstr("failed: "))) << finished->Describe();
  }
  EXPECT_TRUE(first.exit_code == 0 || second.exit_code == 0) << first.Describe() << second.Describe();
  EXPECT_EQ(Status(name, {"--driver=kubernetes"}).components,
            (std::map<std::string, std::string>{{"source", "running"}, {"sink", "running"}}));
}

// Of two files one is there in the end, whole; who did not deploy is told why. Without pods, whose end takes a while.
TEST_F(ClusterSignalTest, OfTwoFilesThatTwoPersonsApplyAtOnceOneIsThereWhole) {
  const std::string name = Owned(Name("files")), mine = state_folder();
  const auto file_of = [&](const std::string& source, const std::string& sink) {
    const auto says = [](const std::string& word) {
      return absl::StrCat("      replicas: 0\n      env: {WORD: ", word, "}\n");
    };
    return Write(absl::StrCat(source, "-", sink, ".yaml"),
                 Pipeline(name, "  sources:\n" + UntilTold("source", says(source)) + "  sinks:\n" +
                                    UntilTold("sink", "      inputs: [source]\n" + says(sink))));
  };
  using Words = std::vector<std::string>;
  const auto meet = [&](const Words& one, const Words& other) {
    std::map<Words, Process*> applies;
    for (const Words& words : {one, other}) {
      environment()["FLOW_STATE_DIR"] = absl::StrCat(mine, words == one ? "" : "-of-another");
      applies[words] = &Start("flow-apply", {"--driver=kubernetes", file_of(words[0], words[1])});
    }
    std::set<Words> deployed;
    for (const auto& [words, apply] : applies) {
      const Finished& finished = apply->Wait(kLongest);
      EXPECT_THAT(finished.exit_code, AnyOf(0, 5)) << finished.Describe();
      if (finished.exit_code == 0) {
        deployed.insert(words);
      } else {
        EXPECT_THAT(finished.err, HasSubstr("another apply of this pipeline"));
      }
    }
    Words there;
    for (const char* const component : {"source", "sink"}) {
      const Json workload = Get(name, absl::StrCat("deployment/", component));
      const std::vector<Json> variables = List(At(workload, {"spec", "template", "spec", "containers", "0", "env"}));
      for (const Json& variable : variables) {
        if (Text(At(variable, {"name"})) == "WORD") there.push_back(Text(At(variable, {"value"})));
      }
    }
    EXPECT_THAT(deployed, Contains(there)) << absl::StrJoin(there, ", ");
  };
  meet({"a", "a"}, {"b", "b"});
  meet({"c", "c"}, {"d", "d"});
  // Each leaves alone what the other changes.
  ASSERT_EQ(Flow("flow-apply", {"--driver=kubernetes", file_of("same", "same")}).exit_code, 0);
  meet({"e", "same"}, {"same", "f"});
}

// What is on the way to the cluster fails while an apply waits: connections are made anew, at once where they are closed, and
// when it is noticed where they stay open and nothing comes any more. A cluster that stays away is told.
TEST_F(ClusterSignalTest, AnApplyOutlivesItsConnectionsAndTellsWhenThereAreNoMore) {
  const auto name_of = [&](const std::string& way) { return Owned(Name(way)); };
  const auto file_of = [&](const std::string& way) { return absl::StrCat("--kubeconfig=", folder(), "/", way); };
  std::map<std::string, std::unique_ptr<testkit::Forwarder>> ways;
  std::map<std::string, Process*> applies;
  for (const char* const way : {"silent", "closed", "away"}) {
    ways[way] = std::make_unique<testkit::Forwarder>(ServerEndpoint());
    KubeconfigThrough(ways[way]->port(), way);
    applies[way] = &StartApplyThere(
        Waiting(name_of(way)), {file_of(way), absl::StrCat("--timeout=", way == std::string("away") ? "30s" : "3m")});
  }
  for (const auto& [way, apply] : applies) ASSERT_TRUE(Runs(name_of(way), "waits")) << apply->Err();
  ways["silent"]->Swallow();
  ways["closed"]->Close();
  ways["away"] = nullptr;
  const absl::Time since = absl::Now();
  for (const char* const way : {"closed", "silent"}) MakeReady(name_of(way));

  const Finished& closed = applies["closed"]->Wait(kLongest);
  EXPECT_EQ(closed.exit_code, 0) << closed.Describe();
  EXPECT_LT(absl::Now() - since, absl::Seconds(20));
  EXPECT_THAT(closed.err, Not(HasSubstr("broke off")));
  const Finished& away = applies["away"]->Wait(kLongest);
  EXPECT_EQ(away.exit_code, 1) << away.Describe();
  EXPECT_THAT(away.err, AllOf(HasSubstr("warning: the cluster broke off what it tells"),
                              HasSubstr("does not answer after 30s (--timeout)"),
                              HasSubstr(absl::StrCat("flow-delete --driver=kubernetes ", name_of("away")))));
  EXPECT_THAT(Pods(name_of("away")), UnorderedElementsAre(Key("waits")));
  const Finished& silent = applies["silent"]->Wait(kLongest);
  EXPECT_EQ(silent.exit_code, 0) << silent.Describe();
  EXPECT_LT(absl::Now() - since, absl::Seconds(70));
  for (const char* const way : {"silent", "closed"}) {
    EXPECT_EQ(Status(name_of(way), {file_of(way)}).components,
              (std::map<std::string, std::string>{{"waits", "running"}, {"sink", "running"}}));
  }
}

// Whoever applied it: the cluster is the truth.
TEST_F(ClusterSignalTest, AnotherPersonFindsThePipelineUnchangedAndMayDeleteIt) {
  const std::string name = Owned(Name("colleague"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  const auto before = Pods(name);
  environment()["FLOW_STATE_DIR"] = state_folder() + "-of-another";
  EXPECT_EQ(Status(name, {"--driver=kubernetes"}).state, "running");
  EXPECT_THAT(ApplyThere(PairUntilTold(name)).out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Pods(name), before);
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);

  environment()["FLOW_STATE_DIR"] = state_folder();
  EXPECT_EQ(Status(name).components, (std::map<std::string, std::string>{{"source", "missing"}, {"sink", "missing"}}));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

}  // namespace
}  // namespace flow::integration
