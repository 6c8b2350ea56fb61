#include "cmd/registry/config_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(LoggedInTo, TheFileTellsAlsoWhereAHelperKeepsTheCredentials) {
  const testkit::TemporaryFolder folder;
  EXPECT_THAT(*LoggedInTo(folder.path(), {"ghcr.io"}), IsEmpty());
  folder.Write("config.json", R"({"credsStore": "nowhere", "credHelpers": {"gcr.io": "nowhere"},
                                  "auths": {"https://index.docker.io/v1/": {}, "https://h:5000/v1/": {"auth": "eDp5"}}})");
  EXPECT_THAT(*LoggedInTo(folder.path(), {"docker.io", "gcr.io", "ghcr.io", "h:5000"}),
              ElementsAre("docker.io", "gcr.io", "h:5000"));
  const std::string file = folder.Write("config.json", "{");
  EXPECT_EQ(LoggedInTo(folder.path(), {"ghcr.io"}).status().message(), file + " is not valid JSON");
}

}  // namespace
}  // namespace flow
