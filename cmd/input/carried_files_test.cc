#include "cmd/input/carried_files.h"

#include <google/protobuf/text_format.h>

#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

namespace fs = std::filesystem;

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class CarriedFilesTest : public testing::Test {
 protected:
  std::string File(const std::string& name, absl::string_view content) { return temporary_.Write(name, content); }

  // A component that mounts NAME of the test's folder, read-only unless that is said.
  CarriedFiles Read(const std::string& name, const std::vector<std::string>& allowed = {}, bool read_only = true) {
    pipeline::Pipeline pipeline;
    pipeline::Mount& mount = *pipeline.add_components()->add_volumes();
    mount.set_host_path(absl::StrCat(folder_, "/", name));
    mount.set_read_only(read_only);
    return ReadCarriedFiles(pipeline, allowed);
  }

  static auto Is(absl::string_view path, uint32_t mode, absl::string_view bytes) {
    using kubernetes::CarriedFile;
    return AllOf(Field(&CarriedFile::path, path), Field(&CarriedFile::mode, mode), Field(&CarriedFile::bytes, bytes));
  }

  const testkit::TemporaryFolder temporary_;
  const std::string folder_ = fs::canonical(temporary_.path()).string();
};

TEST_F(CarriedFilesTest, OfSecretsThoseAreLeftOutThatAreNeitherThereNorRequired) {
  pipeline::Pipeline pipeline;
  for (const char* name : {"there", "missing", "required"}) {
    pipeline::Secret& secret = *pipeline.add_components()->add_secrets();
    secret.set_host_path(absl::StrCat(folder_, "/", name));
    secret.set_required(name == absl::string_view("required"));
  }
  File("there", "s3cret");
  const CarriedFiles files = ReadCarriedFiles(pipeline, {});
  EXPECT_THAT(files.missing_secrets, ElementsAre(folder_ + "/missing"));
  LeaveOutMissingSecrets(files, pipeline);
  EXPECT_EQ(pipeline.components(0).secrets_size(), 1);
  EXPECT_EQ(pipeline.components(1).secrets_size(), 0);
  EXPECT_EQ(pipeline.components(2).secrets_size(), 1);
}

TEST_F(CarriedFilesTest, ASecretIsLargeWhereItsFileOrTheFilesOfItsFolderHaveOver1MiB) {
  pipeline::Pipeline pipeline;
  for (const char* name : {"large", "fits", "folder"}) {
    pipeline.add_components()->add_secrets()->set_host_path(absl::StrCat(folder_, "/", name));
  }
  File("large", std::string(kubernetes::kMostCarriedBytes + 1, 'x'));
  File("fits", std::string(kubernetes::kMostCarriedBytes, 'x'));
  File("folder/a", std::string(kubernetes::kMostCarriedBytes, 'x'));
  File("folder/b", "x");
  EXPECT_THAT(ReadCarriedFiles(pipeline, {}).large_secrets, ElementsAre(folder_ + "/folder", folder_ + "/large"));
}

TEST_F(CarriedFilesTest, AFileIsReadWithItsMode) {
  fs::permissions(File("run.sh", std::string("a\0b", 3)), fs::perms(0750));
  const CarriedFiles files = Read("run.sh");
  ASSERT_THAT(files.carried, ElementsAre(Pair(folder_ + "/run.sh", testing::_)));
  const kubernetes::Carried& carried = files.carried.begin()->second;
  EXPECT_FALSE(carried.folder);
  EXPECT_THAT(carried.files, ElementsAre(Is("run.sh", 0750, std::string("a\0b", 3))));
}

TEST_F(CarriedFilesTest, AFolderIsReadWithAllThatIsInIt) {
  for (const char* name : {"conf/z", "conf/sub/b", "conf/sub/deeper/a"}) {
    fs::permissions(File(name, name), fs::perms(0644));
  }
  fs::create_directory(folder_ + "/conf/empty");
  fs::create_symlink("z", folder_ + "/conf/link");
  const kubernetes::Carried carried = Read("conf").carried.begin()->second;
  EXPECT_TRUE(carried.folder);
  EXPECT_THAT(carried.files, ElementsAre(Is("link", 0644, "conf/z"), Is("sub/b", 0644, "conf/sub/b"),
                                         Is("sub/deeper/a", 0644, "conf/sub/deeper/a"), Is("z", 0644, "conf/z")));
}

TEST_F(CarriedFilesTest, WhatCannotBeCarriedIsToldWithItsReason) {
  EXPECT_THAT(Read("none").problems, ElementsAre(Pair(folder_ + "/none", "it is not there")));
  File("conf/..name", "");
  EXPECT_THAT(Read("conf").problems, ElementsAre(Pair(testing::_, HasSubstr("it holds ..name"))));
  File("other/\xFF", "");
  EXPECT_THAT(Read("other").problems, ElementsAre(Pair(testing::_, HasSubstr("is not UTF-8"))));
  fs::create_directory(folder_ + "/loop");
  fs::create_directory_symlink(".", folder_ + "/loop/again");
  EXPECT_THAT(Read("loop").problems, ElementsAre(Pair(testing::_, HasSubstr("cannot be looked at: Too many levels"))));
  fs::create_directory(folder_ + "/dangling");
  fs::create_symlink("nowhere", folder_ + "/dangling/link");
  EXPECT_THAT(Read("dangling").problems,
              ElementsAre(Pair(testing::_, "link is a link to something that is not there")));
}

TEST_F(CarriedFilesTest, OfWhatIsTooLargeOnlyThatIsKnown) {
  File("large", std::string(kubernetes::kMostCarriedBytes + 5, 'x'));
  EXPECT_EQ(Read("large").carried.begin()->second.bytes(), kubernetes::kMostCarriedBytes + 1);
  File("folder/a", std::string(kubernetes::kMostCarriedBytes, 'x'));
  File("folder/b", std::string(kubernetes::kMostCarriedBytes, 'x'));
  EXPECT_GT(Read("folder").carried.begin()->second.bytes(), kubernetes::kMostCarriedBytes);
}

TEST_F(CarriedFilesTest, WhatIsWrittenToOrTheNodesOwnIsNotRead) {
  File("data", "");
  EXPECT_THAT(Read("data", {}, /*read_only=*/false).carried, IsEmpty());
  EXPECT_THAT(Read("data", {folder_}).carried, IsEmpty());
}

}  // namespace
}  // namespace flow
