// A running pipeline is changed, or has lost something: what differs is put right, and nothing else is touched.
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;
using testing::Pair;
using testing::UnorderedElementsAre;

class UpdateTest : public DockerTest {
 protected:
  // The containers of `before` that are the same ones in `after`, by name.
  static std::vector<std::string> Kept(const std::map<std::string, std::string>& before,
                                       const std::map<std::string, std::string>& after) {
    std::vector<std::string> kept;
    for (const auto& [name, id] : before) {
      if (const auto found = after.find(name); found != after.end() && found->second == id) kept.push_back(name);
    }
    return kept;
  }

  // Source, processor and sink, each doing nothing.
  static std::string Idlers(const std::string& name, const std::string& processor_fields = "") {
    return Pipeline(name, "  sources:\n" + Idle("source") + "  processors:\n" +
                              Idle("processor", "      inputs: [source]\n" + processor_fields) + "  sinks:\n" +
                              Idle("sink", "      inputs: [processor]\n"));
  }
};

TEST_F(UpdateTest, AChangedComponentIsReplacedAndTheOthersStay) {
  const std::string name = Name("changed"), project = "flow-" + name;
  ASSERT_EQ(Apply(Idlers(name)).exit_code, 0);
  const auto before = Ids(name);

  ASSERT_EQ(Apply(Idlers(name, "      env: {LEVEL: debug}\n")).exit_code, 0);
  const auto after = Ids(name);
  EXPECT_THAT(
      after, UnorderedElementsAre(Key(project + "-source-1"), Key(project + "-processor-1"), Key(project + "-sink-1")));
  EXPECT_THAT(Kept(before, after), ElementsAre(project + "-sink-1", project + "-source-1"));
  EXPECT_EQ(engine().Exec(project + "-processor-1", {"sh", "-c", "echo $LEVEL"}), "debug");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// Of ten components one gets another image, one leaves the file, one is new; the plan says so before it is
// done, and the others keep their containers.
TEST_F(UpdateTest, OfTenComponentsOnlyThoseThatDifferAreTouched) {
  const std::string name = Name("ten"), project = "flow-" + name;
  const auto ten = [&](int first, int last, const std::string& image) {
    std::string spec = "  sources:\n";
    for (int number = first; number <= last; ++number) {
      spec += absl::StrReplaceAll(Idle(absl::StrCat("c", number)),
                                  {{"busybox:1.36", number == 5 ? image : "busybox:1.36"}});
    }
    return Pipeline(name, spec);
  };
  // The operations of the plan, each as "ACTION OBJECT NAME".
  const auto plan = [&](const std::string& yaml) {
    std::vector<std::string> operations;
    const Finished& run = Apply(yaml, {"--dry_run", "--output=json"});
    EXPECT_EQ(run.exit_code, 0) << run.Describe();
    for (const Json& operation : List(At(ParseJson(run.out), {"operations"}))) {
      operations.push_back(absl::StrCat(Text(At(operation, {"action"})), " ", Text(At(operation, {"object"})), " ",
                                        Text(At(operation, {"name"}))));
    }
    return operations;
  };
  ASSERT_EQ(Apply(ten(1, 10, "busybox:1.36")).exit_code, 0);
  const auto before = Ids(name);

  const std::string changed = ten(1, 10, MakeImage("other", {"LABEL a=b"}));
  const std::string fifth = "container " + project + "-c5-1";
  EXPECT_THAT(plan(changed), ElementsAre("create " + fifth + ".new", "stop " + fifth, "start " + fifth,
                                         "remove " + fifth, "rename " + fifth));
  ASSERT_EQ(Apply(changed).exit_code, 0);
  EXPECT_EQ(Kept(before, Ids(name)).size(), 9u);
  EXPECT_NE(Ids(name).at(project + "-c5-1"), before.at(project + "-c5-1"));
  EXPECT_THAT(plan(changed), testing::IsEmpty());

  const std::string shifted = ten(2, 11, "busybox:1.36");
  ASSERT_EQ(Apply(shifted).exit_code, 0);
  const auto after = Ids(name);
  EXPECT_EQ(Kept(before, after).size(), 8u);  // all but c1, which left, and c5, which changed back
  EXPECT_FALSE(after.contains(project + "-c1-1"));
  EXPECT_TRUE(after.contains(project + "-c11-1"));
  EXPECT_EQ(after.size(), 10u);
}

// What was removed behind flow's back is told, and comes back alone.
TEST_F(UpdateTest, AContainerThatWasRemovedIsNamedAndComesBackAlone) {
  const std::string name = Name("removed"), project = "flow-" + name;
  ASSERT_EQ(Apply(Idlers(name)).exit_code, 0);
  const auto before = Ids(name);
  engine().Remove(project + "-processor-1");

  const PipelineState status = Status(name);
  EXPECT_EQ(status.state, "degraded");
  EXPECT_THAT(status.message, HasSubstr("processor"));
  EXPECT_THAT(status.components, testing::Contains(Pair("processor", "missing")));
  EXPECT_EQ(Flow("flow-status", {name, "--check"}).exit_code, 1);

  ASSERT_EQ(Apply(Idlers(name)).exit_code, 0);
  EXPECT_THAT(Kept(before, Ids(name)), ElementsAre(project + "-sink-1", project + "-source-1"));
  EXPECT_EQ(Status(name).state, "running");
}

TEST_F(UpdateTest, AContainerThatWasStoppedIsStartedAgainAsItIs) {
  const std::string name = Name("stopped"), project = "flow-" + name;
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const auto before = Ids(name);
  engine().Stop(project + "-sink-1", 10);
  EXPECT_EQ(Status(name).state, "degraded");

  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  EXPECT_EQ(Ids(name), before);
  EXPECT_EQ(Status(name).state, "running");
}

// A component's volume outlives it until the pipeline is deleted: it may hold what cannot be made again.
TEST_F(UpdateTest, AComponentThatLeftTheFileGoesAndItsVolumeStaysUntilDelete) {
  const std::string name = Name("leaves"), project = "flow-" + name;
  const std::string with_volume = "      volumes: [{name: data, mountPath: /data}]\n";
  ASSERT_EQ(Apply(Idlers(name, with_volume)).exit_code, 0);
  const auto before = Ids(name);
  EXPECT_THAT(engine().Of(name).volumes, ElementsAre(project + "_data"));

  const Finished& apply =
      Apply(Pipeline(name, "  sources:\n" + Idle("source") + "  sinks:\n" + Idle("sink", "      inputs: [source]\n")));
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, HasSubstr(project + "_data"));
  EXPECT_THAT(Ids(name), UnorderedElementsAre(Key(project + "-sink-1"), Key(project + "-source-1")));
  EXPECT_THAT(Kept(before, Ids(name)), testing::Contains(project + "-source-1"));
  EXPECT_THAT(engine().Of(name).volumes, ElementsAre(project + "_data"));

  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(UpdateTest, ScalingTouchesOnlyWhatIsMoreOrLess) {
  const std::string name = Name("scaled"), project = "flow-" + name;
  const auto scaled = [&](int replicas) {
    return Pipeline(name, "  sources:\n" + Idle("source", "      replicas: " + std::to_string(replicas) + "\n"));
  };
  ASSERT_EQ(Apply(scaled(1)).exit_code, 0);
  const auto one = Ids(name);
  ASSERT_EQ(Apply(scaled(3)).exit_code, 0);
  const auto three = Ids(name);
  EXPECT_EQ(three.size(), 3u);
  EXPECT_THAT(Kept(one, three), ElementsAre(project + "-source-1"));
  ASSERT_EQ(Apply(scaled(2)).exit_code, 0);
  EXPECT_THAT(Kept(three, Ids(name)), ElementsAre(project + "-source-1", project + "-source-2"));
  EXPECT_EQ(Ids(name).size(), 2u);
  ASSERT_EQ(Apply(scaled(0)).exit_code, 0);
  EXPECT_TRUE(Ids(name).empty());
  EXPECT_EQ(Status(name).state, "running");
}

// An update that fails takes back what it made; what it did not touch runs on, and the state tells why.
TEST_F(UpdateTest, AFailedUpdateLeavesWhatItDidNotTouchAndSaysWhy) {
  const std::string name = Name("failed"), project = "flow-" + name;
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const auto before = Ids(name);
  const Finished& update = Apply(IdlePair(name) +
                                     "    - {id: audit, image: 'busybox:1.36', inputs: [source], restart_policy: 'no', "
                                     "command: [sh, -c, exit 3]}\n",
                                 kLongMinReady);
  EXPECT_EQ(update.exit_code, 1) << update.Describe();
  EXPECT_THAT(update.err, HasSubstr("audit"));
  EXPECT_EQ(Ids(name), before);
  const PipelineState status = Status(name);
  EXPECT_THAT(status.message, HasSubstr("audit"));
  EXPECT_THAT(status.components, testing::IsSupersetOf({Pair("source", "running"), Pair("sink", "running")}));

  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  EXPECT_EQ(Ids(name), before);
  EXPECT_EQ(Status(name).state, "running");
}

// What the engine refuses to create leaves the old container as it is.
TEST_F(UpdateTest, AReplacementThatCannotBeCreatedLeavesTheOldOneRunning) {
  const std::string name = Name("refused"), project = "flow-" + name;
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const auto before = Ids(name);
  const Finished& update = Apply(absl::StrReplaceAll(
      IdlePair(name), {{"sink\n      image: busybox:1.36", "sink\n      image: 127.0.0.1:1/none:1"}}));
  EXPECT_EQ(update.exit_code, 1) << update.Describe();
  EXPECT_THAT(update.err, HasSubstr("sink"));
  EXPECT_EQ(Ids(name), before);
  EXPECT_EQ(Text(At(engine().Inspect(project + "-sink-1"), {"State", "Status"})), "running");
}

// What the engine refuses to start is known when the old container is stopped: it is still there, and that is told.
TEST_F(UpdateTest, AReplacementThatCannotBeStartedLeavesTheOldOneToComeBack) {
  const std::string name = Name("stopped"), sink = "flow-" + name + "-sink-1";
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const auto before = Ids(name);
  const Finished& update = Apply(absl::StrReplaceAll(
      IdlePair(name), {{"[sleep, '1000']\n      inputs", "[no-such-command]\n      init: false\n      inputs"}}));
  EXPECT_EQ(update.exit_code, 1) << update.Describe();
  EXPECT_THAT(update.err, HasSubstr("sink: " + sink +
                                    " is stopped; nothing of it runs\n"
                                    "`flow-apply` with the file as it was before brings that back"));
  EXPECT_EQ(Ids(name), before);
  const Finished& back = Apply(IdlePair(name));
  EXPECT_EQ(back.exit_code, 0) << back.Describe();
  EXPECT_EQ(Ids(name), before);
  EXPECT_EQ(Status(name).state, "running");
}

// The state is lost, and two applies fail one after the other: neither is the pipeline's first.
TEST_F(UpdateTest, WhatRanWhenItsStateWasLostIsLeftAloneByAppliesThatFail) {
  const std::string name = Name("lost");
  ASSERT_EQ(Apply(IdlePair(name)).exit_code, 0);
  const std::string source = IdOf("flow-" + name + "-source-1"), sink = IdOf("flow-" + name + "-sink-1");
  std::filesystem::remove_all(StateOf(name));
  const std::string more =
      "    - id: other\n      inputs: [source]\n      image: busybox:1.36\n      command: [no-such]\n";
  for (int i = 0; i < 2; ++i) {
    const Finished& failed = Apply(IdlePair(name, more));
    EXPECT_EQ(failed.exit_code, 1) << failed.Describe();
    EXPECT_THAT(failed.err, HasSubstr("what it did not touch keeps running"));
    EXPECT_EQ(IdOf("flow-" + name + "-source-1"), source);
    EXPECT_EQ(IdOf("flow-" + name + "-sink-1"), sink);
  }
  EXPECT_EQ(Status(name).state, "degraded");  // what was asked for last is not all there
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// What an image keeps where the file mounts nothing outlives each way to be replaced, in one volume; that nobody named it
// is told once.
TEST_F(UpdateTest, WhatAnImageKeepsInAVolumeOfItsOwnOutlivesAReplacement) {
  const std::string name = Name("keeps"), container = "flow-" + name + "-source-1";
  const std::string image = MakeImage("keeps", {"VOLUME /var/lib/db"});
  const auto with = [&](const std::string& fields) {
    return Pipeline(name, absl::StrCat("  sources:\n    - {id: source, image: '", image, "', command: [sleep, '1000']",
                                       fields, "}\n"));
  };
  const auto volume = [&] { return Text(At(engine().Inspect(container), {"Mounts", "0", "Name"})); };
  const std::string unnamed = "source: its image keeps data at /var/lib/db, where the file mounts no volume";

  EXPECT_THAT(Apply(with("")).err, HasSubstr(unnamed));
  engine().Exec(container, {"sh", "-c", "echo kept > /var/lib/db/file"});
  const std::string first = volume();
  const auto expect_kept = [&](const Finished& apply) {
    ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
    EXPECT_THAT(apply.out, HasSubstr("deployed"));  // it was replaced
    EXPECT_THAT(apply.err, testing::Not(HasSubstr(unnamed)));
    EXPECT_EQ(engine().Exec(container, {"cat", "/var/lib/db/file"}), "kept");
    EXPECT_EQ(volume(), first);
  };
  expect_kept(Apply(with(", env: {LEVEL: debug}")));
  MakeImage("keeps", {"VOLUME /var/lib/db", "ENV OTHER=1"});
  expect_kept(Apply(with(", env: {LEVEL: debug}")));
  expect_kept(Apply(with(", env: {LEVEL: debug}"), {"--force_recreate"}));
  EXPECT_THAT(AnonymousVolumes(), ElementsAre(first));

  // Where the file mounts a volume there by now, what was kept is not thrown away, and that is told.
  const Finished& named = Apply(with(", volumes: [{name: db, mountPath: /var/lib/db}]"));
  EXPECT_THAT(named.err, HasSubstr("what was there stays in volume " + first));
  EXPECT_THAT(engine().VolumeNames(), testing::Contains(first));
  engine().Do("DELETE", "/volumes/" + first);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// A container goes on with the file that it was given, and with the folder: what is there now under the same path is
// another one.
TEST_F(UpdateTest, AMountedFileOrFolderThatWasReplacedReplacesItsComponent) {
  const std::string name = Name("mounted"), container = "flow-" + name + "-source-1";
  Write("token", "one");
  std::filesystem::create_directory(folder() + "/conf");
  const std::string yaml = Pipeline(name, "  sources:\n" +
                                              Idle("source",
                                                   "      volumes: [{host_path: ./conf, mountPath: /conf}]\n"
                                                   "      secrets: [{name: key, type: file, host_path: ./token}]\n") +
                                              "  sinks:\n" + Idle("sink", "      inputs: [source]\n"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  const auto before = Ids(name);
  EXPECT_THAT(Apply(yaml).out, HasSubstr("unchanged"));

  Write("token.new", "two");
  std::filesystem::rename(folder() + "/token.new", folder() + "/token");
  EXPECT_THAT(Apply(yaml, {"--dry_run"}).out, HasSubstr("file token changed"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  EXPECT_THAT(Kept(before, Ids(name)), ElementsAre("flow-" + name + "-sink-1"));
  EXPECT_EQ(engine().Exec(container, {"cat", "/secrets/key"}), "two");
  const Json labels = At(engine().Inspect(container), {"Config", "Labels"});
  EXPECT_THAT(Text(At(labels, {"com.obsrvr.flow.mounted"})), testing::Not(HasSubstr("two")));
  EXPECT_THAT(Apply(yaml).out, HasSubstr("unchanged"));

  std::filesystem::rename(folder() + "/conf", folder() + "/conf.old");
  std::filesystem::create_directory(folder() + "/conf");
  Write("conf/file", "new");
  EXPECT_THAT(Apply(yaml, {"--dry_run"}).out, HasSubstr("folder conf changed"));
  ASSERT_EQ(Apply(yaml).exit_code, 0);
  EXPECT_EQ(engine().Exec(container, {"cat", "/conf/file"}), "new");
  EXPECT_THAT(Apply(yaml).out, HasSubstr("unchanged"));
}

}  // namespace
}  // namespace flow::integration
