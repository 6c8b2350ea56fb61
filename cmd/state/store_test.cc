#include "cmd/state/store.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/file.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testkit::ReadFile;
using testkit::TemporaryFolder;
using testkit::WriteFile;

const PipelineKey kMinimal = {"default", "minimal"};

deploy::Deployment NewDeployment(const PipelineKey& key = kMinimal) {
  deploy::Deployment deployment;
  deployment.set_name(key.name);
  deployment.set_namespace_(key.namespace_);
  deployment.set_phase(deploy::Deployment::APPLYING);
  deployment.set_error("grüße \"quoted\"\n");
  project::Service& service = *deployment.mutable_project()->add_services();
  service.set_name("source");
  for (int i = 0; i < 20; ++i) service.add_command("argument");
  return deployment;
}

mode_t ModeOf(const std::string& path) {
  struct stat found;
  return stat(path.c_str(), &found) == 0 ? found.st_mode & 07777 : 0;
}

TEST(StoreTest, DeploymentIsReadAsWritten) {
  const TemporaryFolder folder;
  const Store store(folder / "state");
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  const absl::StatusOr<deploy::Deployment> got = store.ReadDeployment(kMinimal);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->SerializeAsString(), NewDeployment().SerializeAsString());
  EXPECT_THAT(ReadFile(store.DeploymentFile(kMinimal)), HasSubstr("phase: APPLYING\n"));
  ASSERT_TRUE(store.WriteCompose(kMinimal, "services: {}\n").ok());
  ASSERT_TRUE(store.WritePipeline(kMinimal, "kind: Pipeline\n").ok());
  EXPECT_EQ(ReadFile(store.ComposeFile(kMinimal)), "services: {}\n");
  EXPECT_EQ(ReadFile(store.PipelineFile(kMinimal)), "kind: Pipeline\n");
}

TEST(StoreTest, FoldersAndFilesAreTheUsersAloneWhateverTheUmask) {
  for (const mode_t mask : {0, 0077, 0777}) {
    const TemporaryFolder top;
    const Store store(top / "a/b");
    const mode_t before = umask(mask);
    const absl::Status status = store.WriteDeployment(kMinimal, NewDeployment());
    umask(before);
    ASSERT_TRUE(status.ok()) << status;
    EXPECT_EQ(ModeOf(top / "a"), 0700u);
    EXPECT_EQ(ModeOf(top / "a/b/default"), 0700u);
    EXPECT_EQ(ModeOf(store.FolderOf(kMinimal)), 0700u);
    EXPECT_EQ(ModeOf(store.DeploymentFile(kMinimal)), 0600u);
  }
}

TEST(StoreTest, MissingIsNotFoundAndReadingMakesNothing) {
  const TemporaryFolder top;
  const Store store(top / "state");
  EXPECT_EQ(store.ReadDeployment(kMinimal).status().code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(*store.List(), IsEmpty());
  EXPECT_TRUE(store.Remove(kMinimal).ok());
  EXPECT_FALSE(std::filesystem::exists(top / "state"));
}

TEST(StoreTest, P72BrokenFileIsDataLossThatNamesItAndTheNextWriteRepairs) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  const std::string file = store.DeploymentFile(kMinimal);
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  const std::string whole = ReadFile(file);
  const auto expect_loss = [&](const std::string& what) {
    const absl::Status status = store.ReadDeployment(kMinimal).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << what;
    EXPECT_THAT(std::string(status.message()), HasSubstr(file)) << what;
    EXPECT_THAT(*store.List(), ElementsAre(kMinimal)) << what;
    ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok()) << what;
    EXPECT_TRUE(store.ReadDeployment(kMinimal).ok()) << what;
  };
  WriteFile(file, "");
  expect_loss("0 bytes");
  WriteFile(file, whole.substr(0, whole.size() / 2));
  expect_loss("cut in half");
  WriteFile(file, std::string(1000, '\0'));
  expect_loss("zeros");
  WriteFile(file, "name: \"other\"\nnamespace: \"default\"\nphase: APPLIED\n");
  expect_loss("another's");
  std::filesystem::remove(file);
  std::filesystem::create_directories(file + "/sub");
  expect_loss("a folder");
}

TEST(StoreTest, NoCutOfTheFileCrashesOrPassesForWholeBeforeThePhase) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  const std::string file = store.DeploymentFile(kMinimal), whole = ReadFile(file);
  const size_t phase = whole.find("phase");
  for (size_t length = 0; length < whole.size(); ++length) {
    WriteFile(file, whole.substr(0, length));
    const absl::StatusOr<deploy::Deployment> got = store.ReadDeployment(kMinimal);
    if (length < phase) {
      EXPECT_EQ(got.status().code(), absl::StatusCode::kDataLoss) << length;
    }
  }
}

TEST(StoreTest, P72FieldOfANewerVersionIsSkipped) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  const std::string file = store.DeploymentFile(kMinimal);
  WriteFile(file, ReadFile(file) + "hologram { depth: 3 name: \"x\" }\nmood: [GOOD, BAD]\n");
  const absl::StatusOr<deploy::Deployment> got = store.ReadDeployment(kMinimal);
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->SerializeAsString(), NewDeployment().SerializeAsString());
}

TEST(StoreTest, P72LeftOverTemporaryFileIsIgnoredAndGoesWithTheNextWrite) {
  const TemporaryFolder folder;
  const Store store(folder.path());
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  const std::string left = store.FolderOf(kMinimal) + "/.tmp-Ab12Cd";
  WriteFile(left, "half");
  EXPECT_TRUE(store.ReadDeployment(kMinimal).ok());
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  EXPECT_FALSE(std::filesystem::exists(left));
}

TEST(StoreTest, ListHasEveryPipelineSortedAndNothingElse) {
  const TemporaryFolder top;
  const Store store(top.path());
  for (const PipelineKey& key :
       {PipelineKey{"prod", "b"}, PipelineKey{"default", "z"}, PipelineKey{"default", "a_b"}}) {
    ASSERT_TRUE(store.WriteDeployment(key, NewDeployment(key)).ok());
  }
  ASSERT_TRUE(store.WritePipeline({"default", "only-a-yaml"}, "x").ok());
  top.Write("README", "x");
  top.Write("default/a.lock", "1");
  std::filesystem::create_directories(top / "Wrong Name/x");
  std::filesystem::create_directories(top / "empty");
  EXPECT_THAT(*store.List(),
              ElementsAre(PipelineKey{"default", "a_b"}, PipelineKey{"default", "z"}, PipelineKey{"prod", "b"}));
}

TEST(StoreTest, RemoveTakesThePipelineAndTheNamespaceWhenItWasTheLast) {
  const TemporaryFolder top;
  const Store store(top.path());
  const PipelineKey other = {"default", "other"};
  ASSERT_TRUE(store.WriteDeployment(kMinimal, NewDeployment()).ok());
  ASSERT_TRUE(store.WriteDeployment(other, NewDeployment(other)).ok());
  ASSERT_TRUE(store.Remove(kMinimal).ok());
  EXPECT_FALSE(std::filesystem::exists(store.FolderOf(kMinimal)));
  EXPECT_TRUE(store.ReadDeployment(other).ok());
  ASSERT_TRUE(store.Remove(other).ok());
  EXPECT_TRUE(std::filesystem::is_empty(top.path()));
}

TEST(StoreTest, OnlyNamesOfTheFormatBecomePaths) {
  const TemporaryFolder top;
  const Store store(top / "state");
  for (const std::string& name :
       {std::string(".."), std::string("."), std::string(), std::string("a/b"), std::string("../x"), std::string("A"),
        std::string("-a"), std::string("a-"), std::string("a__b"), std::string("a.b"), std::string("a\0b", 3),
        std::string("ä"), std::string(64, 'a')}) {
    const PipelineKey key = {"default", name};
    EXPECT_EQ(store.ReadDeployment(key).status().code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store.WriteCompose(key, "").code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store.WriteDeployment(key, NewDeployment(key)).code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store.Remove(key).code(), absl::StatusCode::kInvalidArgument) << name;
    EXPECT_EQ(store.Remove({name, "a"}).code(), absl::StatusCode::kInvalidArgument) << name;
  }
  EXPECT_TRUE(CheckKey({std::string(63, 'n'), std::string(63, 'a')}).ok());
  EXPECT_TRUE(CheckKey({"a-b", "a_b-c9"}).ok());
  EXPECT_FALSE(CheckKey({"a_b", "a"}).ok());
  EXPECT_FALSE(std::filesystem::exists(top / "state"));
}

TEST(StoreTest, StateFolderIsTheFlagThenFlowStateDirThenXdgThenHome) {
  Environment environment = {{"HOME", "/home/u"}};
  EXPECT_EQ(*StateFolder("", environment), "/home/u/.local/state/flow");
  environment["XDG_STATE_HOME"] = "/xdg";
  EXPECT_EQ(*StateFolder("", environment), "/xdg/flow");
  environment["XDG_STATE_HOME"] = "relative";
  EXPECT_EQ(*StateFolder("", environment), "/home/u/.local/state/flow");
  environment["FLOW_STATE_DIR"] = "/own";
  EXPECT_EQ(*StateFolder("", environment), "/own");
  environment["BUILD_WORKING_DIRECTORY"] = "/here";
  EXPECT_EQ(*StateFolder("state", environment), "/here/state");
  EXPECT_EQ(StateFolder("", {}).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(StoreTest, FolderThatCannotBeMadeIsNamed) {
  const TemporaryFolder top;
  top.Write("file", "x");
  const absl::Status status = Store(top / "file/state").WriteDeployment(kMinimal, NewDeployment());
  EXPECT_FALSE(status.ok());
  EXPECT_THAT(std::string(status.message()), HasSubstr("cannot make the folder " + top / "file"));
}

}  // namespace
}  // namespace flow
