// A pipeline that runs on a cluster is changed, or has lost something: what differs is put right, and nothing else is
// touched.
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/kubernetes.h"

namespace flow::integration {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::Key;
using ::testing::Pair;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

class ClusterUpdateTest : public ClusterTest {
 protected:
  // The operations that an apply of this file would carry out, each as "ACTION OBJECT NAME".
  std::vector<std::string> Planned(const std::string& yaml) {
    std::vector<std::string> operations;
    const Finished& run = ApplyThere(yaml, {"--dry_run", "--output=json"});
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    for (const Json& operation : List(At(ParseJson(run.out), {"operations"}))) {
      operations.push_back(absl::StrCat(Text(At(operation, {"action"})), " ", Text(At(operation, {"object"})), " ",
                                        Text(At(operation, {"name"}))));
    }
    return operations;
  }
};

TEST_F(ClusterUpdateTest, OnlyWhatDiffersIsTouched) {
  const std::string name = Owned(Name("changed"));
  ASSERT_EQ(ApplyThere(Pipeline(name, "  sources:\n" + UntilTold("stays") + UntilTold("changes") + UntilTold("leaves")))
                .exit_code,
            0);
  const auto before = Pods(name);
  const std::string changed =
      Pipeline(name, "  sources:\n" + UntilTold("stays") + UntilTold("changes", "      env: {LEVEL: debug}\n") +
                         UntilTold("new"));
  EXPECT_THAT(Planned(changed),
              UnorderedElementsAre("change deployment changes", "remove deployment leaves", "create deployment new"));
  EXPECT_EQ(Pods(name), before);
  ASSERT_EQ(ApplyThere(changed).exit_code, 0);
  const auto after = Pods(name);
  EXPECT_THAT(after, UnorderedElementsAre(Pair("stays", before.at("stays")), Key("changes"), Key("new")));
  EXPECT_NE(after.at("changes"), before.at("changes"));
  EXPECT_EQ(Exec(name, "deployment/changes", "echo $LEVEL"), "debug\n");
  EXPECT_THAT(Planned(changed), IsEmpty());
}

// It may hold what cannot be made again.
TEST_F(ClusterUpdateTest, AComponentThatLeftTheFileGoesAndItsVolumeStaysUntilDelete) {
  const std::string name = Owned(Name("leaves"));
  ASSERT_EQ(
      ApplyThere(PairUntilTold(name, UntilTold("more", "      volumes: [{name: data, mountPath: /data}]\n"))).exit_code,
      0);
  const auto before = Pods(name);
  const Finished& apply = ApplyThere(PairUntilTold(name));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr("data"));
  EXPECT_THAT(Pods(name), UnorderedElementsAre(Pair("source", before.at("source")), Pair("sink", before.at("sink"))));
  EXPECT_THAT(Names(name, "persistentvolumeclaims"), ElementsAre("persistentvolumeclaim/data"));
  EXPECT_EQ(Flow("flow-delete", {name}).exit_code, 0);
  EXPECT_TRUE(NothingIsLeft(name));
}

TEST_F(ClusterUpdateTest, ScalingTouchesOnlyWhatIsMoreOrLess) {
  const std::string name = Owned(Name("scaled"));
  const auto scaled_to = [&](int replicas) {
    const Finished& apply = ApplyThere(
        Pipeline(name, "  sources:\n" + UntilTold("source", absl::StrCat("      replicas: ", replicas, "\n"))));
    EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
    return Pods(name)["source"];
  };
  const auto one = scaled_to(1), three = scaled_to(3);
  EXPECT_THAT(three, AllOf(SizeIs(3), IsSupersetOf(one)));
  const auto two = scaled_to(2);
  EXPECT_THAT(two, SizeIs(2));
  EXPECT_THAT(three, IsSupersetOf(two));
  EXPECT_THAT(scaled_to(0), IsEmpty());
  EXPECT_EQ(Status(name).state, "running");
}

TEST_F(ClusterUpdateTest, WhatWasDeletedIsNamedAndComesBackAlone) {
  const std::string name = Owned(Name("removed"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  const auto before = Pods(name);
  Kubectl({"delete", "deployment/sink", "-n", NamespaceOf(name)});
  // Its pod goes a moment later.
  EXPECT_TRUE(Eventually([&] { return Status(name).components.at("sink") == "missing"; }));
  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "degraded");
  EXPECT_THAT(status.message, HasSubstr("sink"));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 1);
  EXPECT_THAT(Flow("flow-status", {name, "-o", "mermaid"}).out, HasSubstr("sink<br/>missing"));

  EXPECT_THAT(Planned(PairUntilTold(name)), ElementsAre("create deployment sink"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  EXPECT_THAT(Pods(name), UnorderedElementsAre(Pair("source", before.at("source")), Key("sink")));
  EXPECT_EQ(Status(name).state, "running");
}

TEST_F(ClusterUpdateTest, AFailedUpdateLeavesWhatItDidNotTouchAndSaysWhy) {
  const std::string name = Owned(Name("failed"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  const auto before = Pods(name);
  const Finished& update = ApplyThere(
      PairUntilTold(name, Shell("audit", "exit 3", "      inputs: [source]\n      restart_policy: \"no\"\n")));
  EXPECT_EQ(update.exit_code, 1) << update.Describe();
  EXPECT_THAT(update.err,
              AllOf(HasSubstr("audit: exited with code 3"), HasSubstr("what it did not touch keeps running")));
  EXPECT_EQ(Pods(name), before);
  EXPECT_THAT(Names(name, "jobs"), IsEmpty());
  const PipelineState status = Status(name);
  EXPECT_THAT(status.message, HasSubstr("audit"));
  EXPECT_THAT(status.components, IsSupersetOf({Pair("source", "running"), Pair("sink", "running")}));

  EXPECT_THAT(ApplyThere(PairUntilTold(name)).out, HasSubstr("Pipeline unchanged"));
  EXPECT_EQ(Pods(name), before);
  EXPECT_EQ(Status(name).state, "running");
}

// A cluster takes a component's pods away before it starts others in their place.
TEST_F(ClusterUpdateTest, AReplacementThatCannotStartIsToldWithWhatBringsTheOldOneBack) {
  const std::string name = Owned(Name("replaced"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  const auto before = Pods(name);
  const Finished& update = ApplyThere(absl::StrReplaceAll(
      PairUntilTold(name), {{absl::StrCat(kRunsUntilTold, "\n      inputs"), "[no-such-program]\n      inputs"}}));
  EXPECT_EQ(update.exit_code, 1) << update.Describe();
  EXPECT_THAT(update.err, AllOf(HasSubstr("sink: cannot be started"),
                                HasSubstr("deployment sink is changed: args[0]: sh -> no-such-program"),
                                HasSubstr("`flow-apply` with the file as it was before brings that back")));
  EXPECT_EQ(Status(name).components.at("source"), "running");
  const Finished& back = ApplyThere(PairUntilTold(name));
  EXPECT_EQ(back.exit_code, 0) << back.Describe();
  EXPECT_EQ(Pods(name).at("source"), before.at("source"));
  EXPECT_EQ(Status(name).state, "running");
}

// Neither of two applies that fail one after the other is the pipeline's first.
TEST_F(ClusterUpdateTest, WhatRanWhenItsStateWasLostIsLeftAloneByAppliesThatFail) {
  const std::string name = Owned(Name("lost"));
  ASSERT_EQ(ApplyThere(PairUntilTold(name)).exit_code, 0);
  const auto before = Pods(name);
  std::filesystem::remove_all(StateOf(name));
  for (int i = 0; i < 2; ++i) {
    const Finished& failed =
        ApplyThere(PairUntilTold(name, "    - {id: other, image: 'busybox:1.36', command: [no-such-program]}\n"));
    EXPECT_EQ(failed.exit_code, 1) << failed.Describe();
    EXPECT_THAT(failed.err, HasSubstr("what it did not touch keeps running"));
    EXPECT_EQ(Pods(name), before);
  }
  EXPECT_EQ(Status(name).state, "degraded");  // what was asked for last is not all there
}

// Written in another way and in another file, with a byte-order mark and carriage returns.
TEST_F(ClusterUpdateTest, AnotherSpellingOfTheSamePipelineChangesNothingAndForceReplacesAll) {
  const std::string name = Owned(Name("same"));
  const std::string yaml = Pipeline(name, R"(  sources:
    - id: source
      image: busybox:1.36
      command: [sh, -c]
      args:
        - >
          trap exit TERM;
          while :; do sleep 0.2; done
      env: {PORT: 8080, LEVEL: debug}
      volumes: [{name: data, mountPath: /data}]
)");
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  const auto before = Pods(name);
  const std::string other = absl::StrReplaceAll(
      yaml, {{"{PORT: 8080, LEVEL: debug}", "{LEVEL: 'debug', PORT: \"8080\"}   # text all the same"},
             {"mountPath", "mount_path"},
             {"\n", "\r\n"}});
  for (const std::string& same : {yaml, absl::StrCat("\xEF\xBB\xBF", other)}) {
    const Finished& apply = ApplyThere(same);
    EXPECT_THAT(apply.out, HasSubstr("Pipeline unchanged")) << apply.Describe();
    EXPECT_EQ(Pods(name), before);
  }
  EXPECT_EQ(ApplyThere(yaml, {"--force_recreate"}).exit_code, 0);
  EXPECT_NE(Pods(name), before);
  EXPECT_THAT(Pods(name).at("source"), SizeIs(1));
}

TEST_F(ClusterUpdateTest, AFileThatIsCarriedAlongReplacesWhatMountsItWhenItChanges) {
  const std::string name = Owned(Name("carried"));
  Write("conf/app", "one");
  const std::string yaml = Pipeline(
      name, "  sources:\n" +
                UntilTold("source", "      volumes: [{host_path: ./conf, mountPath: /conf, readonly: true}]\n") +
                "  sinks:\n" + UntilTold("sink", "      inputs: [source]\n"));
  ASSERT_EQ(ApplyThere(yaml).exit_code, 0);
  const auto before = Pods(name);
  Write("conf/app", "two");
  Write("conf/more", "three");
  const Finished& apply = ApplyThere(yaml);
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Exec(name, "deployment/source", "cat /conf/app /conf/more"), "twothree");
  EXPECT_NE(Pods(name).at("source"), before.at("source"));
  EXPECT_EQ(Pods(name).at("sink"), before.at("sink"));
  EXPECT_THAT(ApplyThere(yaml).out, HasSubstr("Pipeline unchanged"));

  std::filesystem::remove_all(folder() + "/conf");
  const Finished& missing = ApplyThere(yaml);
  EXPECT_EQ(missing.exit_code, 1) << missing.Describe();
  EXPECT_THAT(missing.err, HasSubstr("it is not there, so it cannot be carried along"));
  EXPECT_EQ(Pods(name).at("sink"), before.at("sink"));
}

}  // namespace
}  // namespace flow::integration
