#include "cmd/base/paths.h"

#include <unistd.h>

#include <filesystem>

#include "gtest/gtest.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

TEST(PathsTest, RelativePathIsTakenFromWhereTheUserOfBazelRunStands) {
  const Environment under_bazel = {{"BUILD_WORKING_DIRECTORY", "/home/u/x"}};
  EXPECT_EQ(ResolvePath("p.yaml", under_bazel), "/home/u/x/p.yaml");
  EXPECT_EQ(ResolvePath("../p.yaml", under_bazel), "/home/u/x/../p.yaml");
  EXPECT_EQ(ResolvePath("/p.yaml", under_bazel), "/p.yaml");
  EXPECT_EQ(ResolvePath("p.yaml", {{"BUILD_WORKING_DIRECTORY", "/"}}), "/p.yaml");
}

TEST(PathsTest, RelativePathIsTakenFromTheCurrentFolderElse) {
  EXPECT_EQ(ResolvePath("p.yaml", {}), std::filesystem::current_path().string() + "/p.yaml");
}

TEST(PathsTest, AFolderHasOneNameWhateverWayLedThere) {
  const testkit::TemporaryFolder folder;
  const std::string real = std::filesystem::canonical(folder.path()).string();
  std::filesystem::create_directory(real + "/proj");
  std::filesystem::create_symlink(real + "/proj", real + "/linked");
  for (const char* way : {"/proj", "/linked", "/linked/", "/linked/.", "/linked/../linked"}) {
    EXPECT_EQ(RealFolder(real + way), real + "/proj") << way;
  }
  EXPECT_EQ(RealFolder(real + "/none"), real + "/none");
}

TEST(PathsTest, FileIsReadFromThere) {
  const testkit::TemporaryFolder folder;
  folder.Write("p.yaml", "kind: Pipeline\n");
  EXPECT_EQ(*ReadInput("p.yaml", {{"BUILD_WORKING_DIRECTORY", folder.path()}}), "kind: Pipeline\n");
}

TEST(PathsTest, MissingFileIsNamedAsGivenWithTheFolderItWasLookedForIn) {
  const absl::Status status = ReadInput("sub/p.yaml", {{"BUILD_WORKING_DIRECTORY", "/home/u"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "cannot read sub/p.yaml: there is no such file in /home/u");
}

TEST(PathsTest, DashIsStandardInputAndBounded) {
  const testkit::TemporaryFolder folder;
  ASSERT_NE(freopen(folder.Write("in", "text").c_str(), "r", stdin), nullptr);
  EXPECT_EQ(*ReadInput("-", {}), "text");
  ASSERT_NE(freopen("/dev/zero", "r", stdin), nullptr);
  EXPECT_EQ(ReadInput("-", {}).status().message(), "cannot read standard input: it is larger than 16 MiB");
}

}  // namespace
}  // namespace flow
