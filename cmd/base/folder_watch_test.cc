#include "cmd/base/folder_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "testkit/temporary_folder.h"

namespace flow {
namespace {

TEST(FolderWatch, TellsOfFilesThatComeAndGo) {
  const testkit::TemporaryFolder temporary;
  const std::string& folder = temporary.path();
  FolderWatch watch;
  watch.Add(folder);
  watch.Add(folder);
  watch.Add(folder + "/none");
  EXPECT_FALSE(watch.Changed());
  std::ofstream(folder + "/file") << "text";
  EXPECT_TRUE(watch.Changed());
  EXPECT_FALSE(watch.Changed());
  std::ifstream(folder + "/file").get();  // who reads changes nothing
  EXPECT_FALSE(watch.Changed());
  std::filesystem::rename(folder + "/file", folder + "/other");
  EXPECT_TRUE(watch.Changed());
  std::filesystem::remove(folder + "/other");
  EXPECT_TRUE(watch.Changed());
}

}  // namespace
}  // namespace flow
