#include "cmd/input/secret_contents.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "flow/project/project.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class SecretContentsTest : public testing::Test {
 protected:
  SecretContentsTest() { service_ = project_.add_services(), service_->set_name("a"); }

  void Mount(const std::string& name, const std::string& path, bool folder) {
    project::Mount& mount = *service_->add_mounts();
    mount.set_type(project::Mount::BIND);
    mount.set_source(absl::StrCat(temporary_.path(), "/", path));
    mount.mutable_secret()->set_name(name);
    mount.mutable_secret()->set_folder(folder);
  }

  const testkit::TemporaryFolder temporary_;
  project::Project project_;
  project::Service* service_;
  HostFiles files_;
};

TEST_F(SecretContentsTest, AVariableHasTheValueThatWasReadForIt) {
  project::SecretVariable& variable = *service_->add_secret_environment();
  variable.set_name("TOKEN");
  variable.mutable_secret()->set_name("token");
  files_.secrets["a"]["TOKEN"] = "s3cret";
  const auto contents = ReadSecretContents(project_, files_);
  ASSERT_TRUE(contents.ok());
  ASSERT_EQ(contents->size(), 1U);
  EXPECT_EQ(contents->front().secret, "token");
  EXPECT_THAT(contents->front().data, ElementsAre(Pair("token", "s3cret")));
}

TEST_F(SecretContentsTest, AFileIsOneKeyAndAFolderAKeyAFile) {
  temporary_.Write("file", "one\n");
  temporary_.Write("folder/b", std::string("\0\xFF", 2));
  Mount("single", "file", /*folder=*/false);
  Mount("several", "folder", /*folder=*/true);
  const auto contents = ReadSecretContents(project_, files_);
  ASSERT_TRUE(contents.ok());
  ASSERT_EQ(contents->size(), 2U);
  EXPECT_THAT((*contents)[0].data, ElementsAre(Pair("single", "one\n")));
  EXPECT_THAT((*contents)[1].data, ElementsAre(Pair("b", std::string("\0\xFF", 2))));
}

TEST_F(SecretContentsTest, WhatIsNotThereOrTooLargeIsToldWithItsComponentAndName) {
  Mount("gone", "missing", /*folder=*/false);
  EXPECT_THAT(ReadSecretContents(project_, files_).status().message(), HasSubstr("a: secret gone ("));
  service_->clear_mounts();
  temporary_.Write("large", std::string(kubernetes::kMostCarriedBytes + 1, 'x'));
  Mount("big", "large", /*folder=*/false);
  EXPECT_THAT(ReadSecretContents(project_, files_).status().message(),
              HasSubstr("a cluster keeps secrets of up to 1 MiB"));
}

}  // namespace
}  // namespace flow
