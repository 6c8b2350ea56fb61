// Deleting: all that is the pipeline's goes, whatever has become of the state, and nothing that is not.
#include <filesystem>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/harness.h"
#include "testkit/file.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class DeleteTest : public DockerTest {
 protected:
  // A source with a volume.
  static std::string WithVolume(const std::string& name) {
    return Pipeline(name, "  sources:\n" + Idle("source", "      volumes: [{name: data, mountPath: /data}]\n"));
  }

  std::string StateFile(const std::string& name) const { return StateOf(name) + "/deployment.textproto"; }
};

// Someone else's container in the network keeps its connection; all else goes, and the next delete ends it.
TEST_F(DeleteTest, ANetworkThatIsInUseStaysWithItsHolderNamed) {
  const std::string name = Name("in-use"), network = "flow-" + name + "_default";
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  const std::string other = "flow-" + Name("other");
  engine().Run(other, R"({"Image": "busybox:1.36", "Cmd": ["sleep", "1000"], "HostConfig": {"NetworkMode": ")" +
                          network + "\"}}");

  const Finished& first = Delete(name);
  EXPECT_EQ(first.exit_code, 1) << first.Describe();
  EXPECT_THAT(first.err, AllOf(HasSubstr(network), HasSubstr(other)));
  EXPECT_THAT(engine().Of("flow-" + name).containers, IsEmpty());
  EXPECT_THAT(engine().Of("flow-" + name).volumes, IsEmpty());
  EXPECT_THAT(engine().Of("flow-" + name).networks, ElementsAre(network));
  EXPECT_FALSE(Text(At(engine().Inspect(other), {"NetworkSettings", "Networks", network, "IPAddress"})).empty());
  EXPECT_EQ(Status(name).state, "deleting");

  engine().Do("POST", "/networks/" + network + "/disconnect", R"({"Container": ")" + other + "\"}");
  const Finished& second = Delete(name);
  EXPECT_EQ(second.exit_code, 0) << second.Describe();
  engine().Remove(other);
  EXPECT_TRUE(Gone(name));
}

// A stranger's container on a volume.
TEST_F(DeleteTest, AVolumeThatIsInUseStaysWithItsHolderNamed) {
  const std::string name = Name("held"), volume = "flow-" + name + "_data", other = "flow-" + Name("other");
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  engine().Run(other, R"({"Image": "busybox:1.36", "Cmd": ["sleep", "1000"], "HostConfig": {"Mounts":
      [{"Type": "volume", "Source": ")" +
                          volume + R"(", "Target": "/data"}]}})");
  const Finished& first = Delete(name);
  EXPECT_EQ(first.exit_code, 1) << first.Describe();
  EXPECT_THAT(first.err, AllOf(HasSubstr(volume), HasSubstr(other)));
  EXPECT_THAT(engine().Of("flow-" + name).volumes, ElementsAre(volume));
  engine().Remove(other);
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(DeleteTest, KeepVolumesKeepsThemForTheNextApply) {
  const std::string name = Name("keep"), volume = "flow-" + name + "_data";
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  engine().Exec("flow-" + name + "-source-1", {"sh", "-c", "echo kept >/data/mark"});
  const Finished& kept = Delete(name, {"--keep_volumes"});
  EXPECT_EQ(kept.exit_code, 0) << kept.Describe();
  EXPECT_THAT(kept.err, HasSubstr("kept volume " + volume));
  EXPECT_EQ(engine().Of(name).ToString(), Holdings({.containers = {}, .networks = {}, .volumes = {volume}}).ToString());

  // Nor does the rollback of an apply that fails take them: no apply of what is there now ever ended well.
  const Finished& failed = Apply(absl::StrReplaceAll(WithVolume(name), {{"[sleep", "[no-such-program"}}));
  EXPECT_EQ(failed.exit_code, 1) << failed.Describe();
  EXPECT_THAT(failed.err, HasSubstr("but volume " + volume + ", which was there before"));
  EXPECT_EQ(engine().Of(name).ToString(), Holdings({.containers = {}, .networks = {}, .volumes = {volume}}).ToString());

  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  EXPECT_EQ(engine().Exec("flow-" + name + "-source-1", {"cat", "/data/mark"}), "kept");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(DeleteTest, SeveralNamesGoAtOnceAndOneThatIsNotThereIsTold) {
  const std::string one = Name("one"), two = Name("two"), none = Name("none");
  ASSERT_EQ(Apply(Pipeline(one, "  sources:\n" + Idle("source"))).exit_code, 0);
  ASSERT_EQ(Apply(Pipeline(two, "  sources:\n" + Idle("source"))).exit_code, 0);
  const Finished& deleted = Flow("flow-delete", {one, none, two});
  EXPECT_EQ(deleted.exit_code, 6) << deleted.Describe();
  EXPECT_THAT(deleted.out, AllOf(HasSubstr("Pipeline deleted: " + one), HasSubstr("Pipeline deleted: " + two)));
  EXPECT_THAT(deleted.err, HasSubstr(none));
  EXPECT_TRUE(Gone(one));
  EXPECT_TRUE(Gone(two));

  EXPECT_EQ(Delete(none).exit_code, 6);
  EXPECT_EQ(Delete(none, {"--ignore_not_found"}).exit_code, 0);
}

TEST_F(DeleteTest, TheFileNamesThePipelineToo) {
  const std::string name = Name("file");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Idle("source"))).exit_code, 0);
  const Finished& deleted = Flow("flow-delete", {"-f", folder() + "/" + name + ".yaml"});
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_TRUE(Gone(name));
}

// The engine's labels are the truth.
TEST_F(DeleteTest, WithoutStateStatusAndDeleteWorkByLabels) {
  const std::string name = Name("stateless");
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  std::filesystem::remove_all(state_folder());
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_THAT(Flow("flow-status", {}).out, HasSubstr(name));
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// Whatever has become of the state file, status tells by labels and warns, apply repairs, delete leaves nothing.
TEST_F(DeleteTest, ADamagedStateFileIsToldAndRepaired) {
  const std::string name = Name("damaged"), file = StateFile(name);
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  const auto ids = Ids(name);
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
  const Finished& apply = Apply(WithVolume(name));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Ids(name), ids);
  EXPECT_THAT(Flow("flow-status", {name}).err, testing::Not(HasSubstr("deployment.textproto")));

  // Of a later flow: what this one does not know is no damage.
  testkit::WriteFile(file, ReadFile(file) + "\nfrom_the_future: 1\n");
  EXPECT_EQ(Status(name).state, "running");

  testkit::WriteFile(file, "");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

TEST_F(DeleteTest, AFolderInTheStateFilesPlaceIsNoObstacle) {
  const std::string name = Name("folder"), file = StateFile(name);
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_EQ(Status(name).state, "running");
  EXPECT_EQ(Delete(name).exit_code, 0);
  EXPECT_TRUE(Gone(name));
}

// An engine's id is asked for only where the address differs: one that is set up anew has another.
TEST_F(DeleteTest, AStateOfTheSameAddressIsThisEnginesWhateverItsId) {
  const std::string name = Name("engine"), file = StateFile(name);
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  const std::string id = Text(At(engine().Do("GET", "/info"), {"ID"}));
  ASSERT_THAT(ReadFile(file), HasSubstr(id));
  testkit::WriteFile(file, absl::StrReplaceAll(ReadFile(file), {{id, "AAAA:BBBB"}}));
  const Finished& status = Flow("flow-status", {name});
  EXPECT_EQ(status.exit_code, 0) << status.Describe();
  EXPECT_THAT(status.out, HasSubstr("running"));
  EXPECT_THAT(status.err, Not(HasSubstr("another engine")));
  const Finished& deleted = Delete(name);
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_THAT(deleted.err, Not(HasSubstr("another engine")));
  EXPECT_TRUE(Gone(name));
}

// What went meanwhile is gone: no error.
TEST_F(DeleteTest, WhatIsGoneAlreadyIsNoError) {
  const std::string name = Name("meanwhile");
  ASSERT_EQ(Apply(WithVolume(name)).exit_code, 0);
  engine().RemoveAll(name);
  const Finished& deleted = Delete(name);
  EXPECT_EQ(deleted.exit_code, 0) << deleted.Describe();
  EXPECT_TRUE(Gone(name));
}

}  // namespace
}  // namespace flow::integration
