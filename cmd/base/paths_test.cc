#include "cmd/base/paths.h"

#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "gtest/gtest.h"

namespace flow {
namespace {

std::string Folder() {
  std::string folder = ::testing::TempDir() + "/paths-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  return folder;
}

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

TEST(PathsTest, FileIsReadFromThere) {
  const std::string folder = Folder();
  std::ofstream(folder + "/p.yaml") << "kind: Pipeline\n";
  EXPECT_EQ(*ReadInput("p.yaml", {{"BUILD_WORKING_DIRECTORY", folder}}), "kind: Pipeline\n");
}

TEST(PathsTest, MissingFileIsNamedAsGivenWithTheFolderItWasLookedForIn) {
  const absl::Status status = ReadInput("sub/p.yaml", {{"BUILD_WORKING_DIRECTORY", "/home/u"}}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(status.message(), "cannot read sub/p.yaml: there is no such file in /home/u");
}

TEST(PathsTest, DashIsStandardInputAndBounded) {
  const std::string folder = Folder();
  std::ofstream(folder + "/in") << "text";
  ASSERT_NE(freopen((folder + "/in").c_str(), "r", stdin), nullptr);
  EXPECT_EQ(*ReadInput("-", {}), "text");
  ASSERT_NE(freopen("/dev/zero", "r", stdin), nullptr);
  EXPECT_EQ(ReadInput("-", {}).status().message(), "cannot read standard input: it is larger than 16 MiB");
}

}  // namespace
}  // namespace flow
