// Deleting on a cluster: all that is the pipeline's goes, in the direction of the data, whatever has become of the state.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/time.h"
#include "integration/kubernetes.h"
#include "testkit/file.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class ClusterDeleteTest : public ClusterTest {
 protected:
  ClusterDeleteTest() { environment()["FLOW_DRIVER"] = "kubernetes"; }

  static std::string One(const std::string& name, const std::string& fields = "") {
    return Pipeline(name, "  sources:\n" + UntilTold("source", fields));
  }
  // Takes no SIGTERM.
  static std::string Deaf(const std::string& id, const std::string& fields = "") {
    return Shell(id, "trap \"\" TERM; while :; do sleep 0.2; done", fields);
  }
  // Whether a component's pods are being taken away, or are gone.
  bool IsGoing(const std::string& name, const std::string& component) { return Pods(name)[component].empty(); }
};

TEST_F(ClusterDeleteTest, SeveralNamesGoAtOnceAndOneThatIsNotThereIsTold) {
  const std::string one = Owned(Name("one")), two = Owned(Name("two")), none = Name("none");
  ASSERT_EQ(ApplyThere(One(one)).exit_code, 0);
  ASSERT_EQ(ApplyThere(One(two)).exit_code, 0);
  const Finished& deleted = Flow("flow-delete", {one, none, two});
  EXPECT_EQ(deleted.exit_code, 6) << deleted.Describe();
  EXPECT_THAT(deleted.out, AllOf(HasSubstr("Pipeline deleted: " + one), HasSubstr("Pipeline deleted: " + two)));
  EXPECT_THAT(deleted.err, HasSubstr(none));
  EXPECT_TRUE(NothingIsLeft(one));
  EXPECT_TRUE(NothingIsLeft(two));
  EXPECT_EQ(Flow("flow-delete", {one}).exit_code, 6);
  EXPECT_EQ(Flow("flow-delete", {one, "--ignore_not_found"}).exit_code, 0);
  EXPECT_EQ(Flow("flow-status", {one}).exit_code, 6);
}

// What needs no more of a file than the pipeline's name takes one that is not valid, or whose variables are not set.
TEST_F(ClusterDeleteTest, TheFileNamesThePipelineAndWhereItIs) {
  environment().erase("FLOW_DRIVER");
  const std::string name = Owned(Name("file"));
  const std::string yaml = absl::StrCat(One(name, "      env: {A: '${UNSET_HERE}'}\n"), "  driver: kubernetes\n");
  ASSERT_EQ(
      Flow("flow-apply", {Write("file.yaml", yaml), "--env_file=" + Write("variables", "UNSET_HERE=1\n")}).exit_code,
      0);
  std::filesystem::remove_all(state_folder());
  const std::string file = Write("broken.yaml", absl::StrCat(yaml, "  imagee: typo\n"));
  const Finished& status = Flow("flow-status", {"-f", file, "-o", "name"});
  EXPECT_EQ(status.exit_code, 0) << status.Describe();
  EXPECT_EQ(status.out, "source\n");
  EXPECT_EQ(Flow("flow-logs", {"-f", file}).exit_code, 0);
  EXPECT_EQ(Flow("flow-delete", {"-f", file}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

// The cluster's labels are the truth: whatever has become of the state, status tells by them and warns, apply repairs,
// delete leaves nothing.
TEST_F(ClusterDeleteTest, ADamagedOrMissingStateIsToldAndRepaired) {
  const std::string name = Owned(Name("damaged")), file = StateOf(name) + "/deployment.textproto";
  ASSERT_EQ(ApplyThere(One(name)).exit_code, 0);
  const auto pods = Pods(name);
  const std::string good = ReadFile(file);
  ASSERT_FALSE(good.empty());
  const std::map<std::string, std::string> damages = {
      {"empty", ""}, {"cut in half", good.substr(0, good.size() / 2)}, {"not text", std::string(100, '\xff')}};
  for (const auto& [what, text] : damages) {
    testkit::WriteFile(file, text);
    const Finished& status = Flow("flow-status", {name});
    EXPECT_EQ(status.exit_code, 0) << what << status.Describe();
    EXPECT_THAT(status.out, HasSubstr("running")) << what;
    EXPECT_THAT(status.err, HasSubstr("deployment.textproto")) << what;
  }
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_EQ(Status(name).state, "running");
  std::filesystem::remove_all(state_folder());
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_THAT(Flow("flow-status", {}).out, HasSubstr(name));

  const Finished& apply = ApplyThere(One(name));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Pods(name), pods);
  EXPECT_THAT(Flow("flow-status", {name}).err, Not(HasSubstr("deployment.textproto")));
  testkit::WriteFile(file, "");
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

TEST_F(ClusterDeleteTest, WhatIsGoneAlreadyIsNoError) {
  const std::string name = Owned(Name("meanwhile"));
  ASSERT_EQ(ApplyThere(One(name)).exit_code, 0);
  Kubectl({"delete", "namespace", NamespaceOf(name)});
  EXPECT_EQ(Status(name).components.at("source"), "missing");
  const Finished& deleted = Flow("flow-delete", {name});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_TRUE(NothingIsLeft(name));
}

// No apply of what is there by then ever ended well.
TEST_F(ClusterDeleteTest, KeptVolumesOutliveAnApplyThatFails) {
  const std::string name = Owned(Name("keep")), volume = "      volumes: [{name: data, mountPath: /data}]\n";
  ASSERT_EQ(ApplyThere(One(name, volume)).exit_code, 0);
  Exec(name, "deployment/source", "echo kept >/data/mark");
  const Finished& kept = Flow("flow-delete", {name, "--keep_volumes"});
  EXPECT_EQ(kept.exit_code, 0) << kept.Describe();
  const Finished& failed = ApplyThere(absl::StrReplaceAll(One(name, volume), {{kRunsUntilTold, "[no-such-program]"}}));
  EXPECT_EQ(failed.exit_code, 1) << failed.Describe();
  EXPECT_THAT(failed.err, HasSubstr("nothing of the pipeline is left on the cluster but"));
  EXPECT_THAT(Names(name, "all,persistentvolumeclaims"), ElementsAre("persistentvolumeclaim/data"));
  ASSERT_EQ(ApplyThere(One(name, volume)).exit_code, 0);
  EXPECT_EQ(Exec(name, "deployment/source", "cat /data/mark"), "kept\n");
}

// What reads a source is not told to stop before the source has; one that does not listen is named, and takes its grace.
TEST_F(ClusterDeleteTest, ComponentsStopInTheDirectionOfTheData) {
  const std::string name = Owned(Name("order"));
  ASSERT_EQ(ApplyThere(Pipeline(name, "  sources:\n" + Deaf("source", "      stop_grace_period: 4s\n") + "  sinks:\n" +
                                          UntilTold("sink", "      inputs: [source]\n")))
                .exit_code,
            0);
  const auto before = Pods(name);
  Process& deleting = Start("flow-delete", {name});
  ASSERT_TRUE(Eventually([&] { return IsGoing(name, "source"); }));
  EXPECT_EQ(Pods(name)["sink"], before.at("sink"));
  EXPECT_EQ(Status(name).state, "deleting");
  const Finished& deleted = deleting.Wait();
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_THAT(deleted.err, HasSubstr("source"));
  EXPECT_GT(deleted.took, absl::Milliseconds(3900));
  EXPECT_TRUE(NothingIsLeft(name));
}

// --timeout bounds the whole. At half of it a sink at the end gets to write down what it has all the same; what is there when
// it is over is named, and the next delete goes on from there.
TEST_F(ClusterDeleteTest, WhenTimeNearsAllAreToldToStopAndWhatIsLeftIsNamed) {
  const std::string name = Owned(Name("hurry")), data = "      volumes: [{name: data, mountPath: /data}]\n";
  ASSERT_EQ(
      ApplyThere(
          Pipeline(name, "  sources:\n" + Deaf("source", "      stop_grace_period: 15s\n") + "  sinks:\n" +
                             Shell("sink", "trap \"echo all >/data/flushed; exit\" TERM; while :; do sleep 0.1; done",
                                   absl::StrCat("      inputs: [source]\n", data))))
          .exit_code,
      0);
  const Finished& first = Flow("flow-delete", {name, "--timeout=8s", "--keep_volumes"});
  EXPECT_EQ(first.exit_code, 1) << first.Describe();
  EXPECT_THAT(first.err, AllOf(HasSubstr("still there: deployment source"), HasSubstr("after 8s (--timeout)"),
                               HasSubstr("deleting again goes on from here")));
  const Finished& second = Flow("flow-delete", {name, "--keep_volumes"});
  EXPECT_EQ(second.exit_code, 0) << second.Describe();
  EXPECT_THAT(Names(name, "all,persistentvolumeclaims"), ElementsAre("persistentvolumeclaim/data"));
  ASSERT_EQ(ApplyThere(One(name, data)).exit_code, 0);
  EXPECT_EQ(Exec(name, "deployment/source", "cat /data/flushed"), "all\n");
}

}  // namespace
}  // namespace flow::integration
