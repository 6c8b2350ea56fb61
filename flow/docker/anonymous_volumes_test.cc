#include "flow/docker/anonymous_volumes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/deploy/testing/projects.h"

namespace flow::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

const std::string kName(64, 'a');

engine::ImageInspect ImageWithData(const std::vector<std::string>& paths) {
  engine::ImageInspect image;
  for (const std::string& path : paths) (*image.mutable_config()->mutable_volumes())[path];
  return image;
}

// A service that mounts a named volume at /data.
project::Service Service() { return deploy::testing::MakeProject("x", {"a mounts=data:/data"}).services(0); }

Operation HandedAt(const std::string& path) {
  Operation create;
  create.add_volumes()->set_path(path);
  return create;
}

TEST(ReadContainer, TellsTheVolumesThatNobodyNamed) {
  engine::ContainerSummary summary;
  const auto add = [&](const std::string& type, const std::string& name, const std::string& path) {
    engine::MountPoint& mount = *summary.add_mounts();
    mount.set_type(type);
    mount.set_name(name);
    mount.set_destination(path);
  };
  add("volume", "flow-x_data", "/data");
  add("volume", kName, "/var/lib/db");
  add("bind", "", "/etc/app");
  const Container container = ReadContainer(summary);
  ASSERT_EQ(container.anonymous_volumes.size(), 1u);
  EXPECT_EQ(container.anonymous_volumes[0].name, kName);
  EXPECT_EQ(container.anonymous_volumes[0].path, "/var/lib/db");
}

TEST(HandOver, GivesAReplacementWhatTheFileMountsNothingOver) {
  Container old;
  old.anonymous_volumes = {{kName, "/var/lib/db"}};
  Operation create;
  EXPECT_THAT(HandOver(old, Service(), &create), IsEmpty());
  ASSERT_EQ(create.volumes_size(), 1);
  EXPECT_EQ(create.volumes(0).name(), kName);
  EXPECT_EQ(create.volumes(0).path(), "/var/lib/db");
}

TEST(HandOver, WhereTheFileMountsAnotherVolumeTellsWhichOneStaysBehind) {
  Container old;
  old.anonymous_volumes = {{kName, "/data"}};
  Operation create;
  EXPECT_THAT(HandOver(old, Service(), &create), ElementsAre(HasSubstr("stays in volume " + kName)));
  EXPECT_EQ(create.volumes_size(), 0);
}

TEST(UnnamedData, NamesThePathsAndTheFieldThatGivesThemAName) {
  const std::string text = UnnamedData(ImageWithData({"/var/lib/db/", "/data", "/log"}), Service(), Operation());
  EXPECT_THAT(text, HasSubstr("keeps data at /log, /var/lib/db, where the file mounts no volume"));
  EXPECT_THAT(text, HasSubstr("volumes: [{name: data, mountPath: /log}]"));
  EXPECT_THAT(text, Not(HasSubstr("/data")));
}

TEST(UnnamedData, IsNoneWhereTheFileMountsAVolumeOrOneIsHandedOver) {
  EXPECT_EQ(UnnamedData(ImageWithData({"/data"}), Service(), Operation()), "");
  EXPECT_EQ(UnnamedData(ImageWithData({"/log"}), Service(), HandedAt("/log")), "");
  EXPECT_EQ(UnnamedData(ImageWithData({}), Service(), Operation()), "");
}

// A plan that removes the container "old", carried out as far as `carry_out` says.
template <typename CarryOut>
bool HoldsAloneAfter(const std::vector<Container>& found, const CarryOut& carry_out) {
  Plan plan;
  PlanBuilder(&plan).Add(OperationKind::kRemoveContainer, "flow-x-a-1", "changed", 0).set_target("old");
  Execution execution;
  execution.Start(plan);
  Outbox out;
  carry_out(execution, out);
  Container old, made;
  old.id = "old";
  old.anonymous_volumes = made.anonymous_volumes = {{kName, "/data"}};
  return HoldsAlone(made, {old}, found, execution);
}

TEST(HoldsAlone, FromTheRemovalOfTheOldOneOn) {
  EXPECT_FALSE(HoldsAloneAfter({}, [](Execution&, Outbox&) {}));
  EXPECT_TRUE(HoldsAloneAfter({}, [](Execution& execution, Outbox& out) { execution.Done(0, "", out); }));
}

TEST(HoldsAlone, WhereTheRemovalWasNotAnsweredALookDecides) {
  const auto lose = [](Execution& execution, Outbox& out) { execution.Failed(0, "connection reset", out); };
  Container old;
  old.id = "old";
  EXPECT_TRUE(HoldsAloneAfter({}, lose));
  EXPECT_FALSE(HoldsAloneAfter({old}, lose));
}

}  // namespace
}  // namespace flow::docker
