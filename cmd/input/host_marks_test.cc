#include "cmd/input/host_marks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "testkit/temporary_folder.h"

namespace flow {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HostMarksTest : public testing::Test {
 protected:
  // The mark of `name` in the test's folder, mounted.
  std::string Mark(const std::string& name, bool read_only = true) {
    pipeline::Pipeline pipeline;
    pipeline::Component& component = *pipeline.add_components();
    component.set_id("a");
    pipeline::Mount& mount = *component.add_volumes();
    mount.set_host_path(Path(name));
    mount.set_container_path("/mounted");
    mount.set_read_only(read_only);
    const project::Mounted mounted = MarkMounted(pipeline);
    return mounted.empty() ? "" : mounted.at("a").at("/mounted");
  }
  std::string Path(const std::string& name) { return temporary_.path() + "/" + name; }

  const testkit::TemporaryFolder temporary_;
};

TEST_F(HostMarksTest, AFileThatIsOnlyReadIsWhatItSays) {
  temporary_.Write("token", "s3cret");
  const std::string first = Mark("token");
  EXPECT_THAT(first, StartsWith("file:"));
  EXPECT_THAT(first, Not(HasSubstr("s3cret")));
  temporary_.Write("token.new", "s3cret");
  fs::rename(Path("token.new"), Path("token"));
  EXPECT_EQ(Mark("token"), first);
  temporary_.Write("token.new", "another");
  fs::rename(Path("token.new"), Path("token"));
  EXPECT_NE(Mark("token"), first);
}

TEST_F(HostMarksTest, AFileThatTheContainerMayWriteIsTheOneThatItIs) {
  temporary_.Write("db", "1");
  const std::string first = Mark("db", /*read_only=*/false);
  temporary_.Write("db", "2");
  EXPECT_EQ(Mark("db", false), first);
  temporary_.Write("db.new", "2");
  fs::rename(Path("db.new"), Path("db"));
  EXPECT_NE(Mark("db", false), first);
}

TEST_F(HostMarksTest, AFolderIsTheOneThatItIsWhateverIsInIt) {
  fs::create_directory(Path("conf"));
  const std::string first = Mark("conf");
  EXPECT_THAT(first, StartsWith("folder:"));
  temporary_.Write("conf/file", "text");
  EXPECT_EQ(Mark("conf"), first);
  fs::rename(Path("conf"), Path("conf.old"));
  EXPECT_NE(Mark("conf"), first);  // not there: a dry run makes none
  fs::create_directory(Path("conf"));
  EXPECT_NE(Mark("conf"), first);
}

TEST_F(HostMarksTest, ALinkIsWhatItLeadsTo) {
  temporary_.Write("one", "1");
  temporary_.Write("two", "2");
  fs::create_symlink(Path("one"), Path("link"));
  EXPECT_EQ(Mark("link"), Mark("one"));
  fs::remove(Path("link"));
  fs::create_symlink(Path("two"), Path("link"));
  EXPECT_EQ(Mark("link"), Mark("two"));
}

TEST_F(HostMarksTest, ASecretThatIsAVariableIsNotMounted) {
  pipeline::Pipeline pipeline;
  pipeline::Secret& secret = *pipeline.add_components()->add_secrets();
  secret.set_type(pipeline::Secret::ENV);
  secret.set_host_path(Path("token"));
  EXPECT_TRUE(MarkMounted(pipeline).empty());
}

}  // namespace
}  // namespace flow
