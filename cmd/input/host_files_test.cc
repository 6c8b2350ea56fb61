#include "cmd/input/host_files.h"

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

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class HostFilesTest : public testing::Test {
 protected:
  // A file of the test's folder; its path.
  std::string File(const std::string& name, absl::string_view content) { return temporary_.Write(name, content); }

  // One component "sink" with these fields; HERE in them is the test's folder.
  pipeline::Pipeline With(absl::string_view fields) {
    pipeline::Pipeline pipeline;
    const std::string text = absl::StrCat("components { id: \"sink\" ", fields, " }");
    if (!google::protobuf::TextFormat::ParseFromString(absl::StrReplaceAll(text, {{"HERE", folder_}}), &pipeline))
      abort();
    return pipeline;
  }

  const testkit::TemporaryFolder temporary_;
  const std::string folder_ = fs::canonical(temporary_.path()).string();
};

const HostFilesOptions kHere;
const HostFilesOptions kElsewhere = {.engine_is_here = false};

TEST_F(HostFilesTest, AnEnvironmentSecretIsReadWhereverTheEngineIs) {
  File("token", " s3cret\n");
  for (const HostFilesOptions& options : {kHere, kElsewhere}) {
    pipeline::Pipeline pipeline = With(R"(secrets { name: "t" type: ENV env: "TOKEN" host_path: "HERE/token" })");
    const HostFiles files = PrepareHostFiles(options, pipeline);
    EXPECT_THAT(files.problems, IsEmpty());
    EXPECT_THAT(files.secrets, ElementsAre(Pair("sink", ElementsAre(Pair("TOKEN", "s3cret")))));
  }
}

// "TOKEN=" and the value, which Linux takes as one text of at most 131,071 bytes.
TEST_F(HostFilesTest, ASecretThatIsTooLongForAVariableIsToldBeforeAnythingIsMade) {
  pipeline::Pipeline pipeline = With(R"(secrets { name: "t" type: ENV env: "TOKEN" host_path: "HERE/token" }
                                        volumes { host_path: "HERE/data" container_path: "/data" })");
  File("token", std::string(131071 - 6, 'x') + "\n");
  EXPECT_THAT(PrepareHostFiles({.make = false}, pipeline).problems, IsEmpty());
  File("token", std::string(131072 - 6, 'x') + "\n");
  EXPECT_THAT(PrepareHostFiles(kHere, pipeline).problems,
              ElementsAre(testing::AllOf(HasSubstr("token is too long, as secret \"t\": the variable \"TOKEN\" takes "
                                                   "131072 bytes"),
                                         HasSubstr("131071"))));
  EXPECT_FALSE(fs::exists(folder_ + "/data"));
}

TEST_F(HostFilesTest, ASecretThatIsEmptyOrBeginsWithAByteOrderMarkIsWarnedOf) {
  for (const char* type : {"ENV", "FILE"}) {
    pipeline::Pipeline pipeline =
        With(absl::StrCat("secrets { name: \"t\" type: ", type, " env: \"TOKEN\" host_path: \"HERE/token\" }"));
    const auto warnings = [&](absl::string_view content) {
      File("token", content);
      const HostFiles files = PrepareHostFiles(kHere, pipeline);
      EXPECT_THAT(files.problems, IsEmpty());
      return files.warnings;
    };
    EXPECT_THAT(warnings(""), ElementsAre(absl::StrCat("sink: secret \"t\": ", folder_, "/token is empty")));
    EXPECT_THAT(warnings("\xEF\xBB\xBFs3cret\n"), ElementsAre(HasSubstr("begins with a byte-order mark (U+FEFF)")));
    EXPECT_THAT(warnings("s3cret\n"), IsEmpty());
  }
}

TEST_F(HostFilesTest, AMissingEnvironmentSecretIsToldWhereverTheEngineIs) {
  for (const HostFilesOptions& options : {kHere, kElsewhere}) {
    pipeline::Pipeline required =
        With(R"(secrets { name: "t" type: ENV env: "TOKEN" host_path: "HERE/none" required: true })");
    EXPECT_THAT(PrepareHostFiles(options, required).problems, ElementsAre(HasSubstr("secret \"t\" is required")));
    pipeline::Pipeline optional = With(R"(secrets { name: "t" type: ENV env: "TOKEN" host_path: "HERE/none" })");
    EXPECT_THAT(PrepareHostFiles(options, optional).warnings, ElementsAre(HasSubstr("secret \"t\" is left out")));
    EXPECT_THAT(optional.components(0).secrets(), IsEmpty());
  }
}

TEST_F(HostFilesTest, SecretsThatAreTooMuchTogetherAreToldBeforeAnythingIsMade) {
  File("token", std::string(120000, 'x'));
  std::string secrets;
  for (int i = 0; i < 20; ++i) {
    absl::StrAppend(&secrets, "secrets { name: \"s", i, "\" type: ENV env: \"S", i, "\" host_path: \"HERE/token\" } ");
  }
  pipeline::Pipeline pipeline = With(secrets);
  EXPECT_THAT(PrepareHostFiles(kHere, pipeline).problems,
              ElementsAre(HasSubstr("sink: its arguments and variables come")));
}

TEST_F(HostFilesTest, WhatAnotherMachineMountsIsNeitherMadeNorJudgedHere) {
  pipeline::Pipeline pipeline = With(R"(
      volumes { host_path: "HERE/data" container_path: "/data" }
      volumes { host_path: "HERE/conf" container_path: "/conf" read_only: true }
      secrets { name: "key" type: FILE host_path: "HERE/key" required: true }
      secrets { name: "keys" type: DIR host_path: "HERE/keys" })");
  const HostFiles files = PrepareHostFiles(kElsewhere, pipeline);
  EXPECT_THAT(files.problems, IsEmpty());
  EXPECT_THAT(files.warnings, IsEmpty());
  EXPECT_THAT(files.mounted, IsEmpty());
  EXPECT_EQ(pipeline.components(0).secrets_size(), 2);
  EXPECT_FALSE(fs::exists(folder_ + "/data"));
}

TEST_F(HostFilesTest, AMissingFolderIsMadeUnlessSomethingStandsAgainstIt) {
  pipeline::Pipeline writable = With(R"(volumes { host_path: "HERE/data" container_path: "/data" })");
  EXPECT_THAT(PrepareHostFiles({.make = false}, writable).problems, IsEmpty());
  EXPECT_FALSE(fs::exists(folder_ + "/data"));
  pipeline::Pipeline wrong = With(R"(
      volumes { host_path: "HERE/data" container_path: "/data" }
      volumes { host_path: "HERE/conf" container_path: "/conf" read_only: true })");
  EXPECT_THAT(PrepareHostFiles(kHere, wrong).problems, ElementsAre(HasSubstr("is to be mounted read-only")));
  EXPECT_FALSE(fs::exists(folder_ + "/data"));
  EXPECT_THAT(PrepareHostFiles(kHere, writable).problems, IsEmpty());
  EXPECT_TRUE(fs::is_directory(folder_ + "/data"));
}

// Where a link leads is judged, be it a volume's or a secret's.
TEST_F(HostFilesTest, ALinkToTheSystemIsRefused) {
  fs::create_symlink("/etc", folder_ + "/link");
  for (const char* fields : {R"(volumes { host_path: "HERE/link" container_path: "/c" })",
                             R"(secrets { name: "key" type: DIR host_path: "HERE/link" })"}) {
    pipeline::Pipeline pipeline = With(fields);
    EXPECT_THAT(PrepareHostFiles(kHere, pipeline).problems,
                ElementsAre(HasSubstr("link leads to /etc: the whole of /etc belongs to the system")));
    EXPECT_THAT(PrepareHostFiles({.allowed = {"/etc"}}, pipeline).problems, IsEmpty());
  }
}

TEST_F(HostFilesTest, TheSocketInUseIsRefusedWhateverItIsCalled) {
  File("engine.sock", "");
  fs::create_symlink(folder_ + "/engine.sock", folder_ + "/link");
  for (const char* socket : {"/engine.sock", "/link"}) {
    for (const char* path : {"HERE/engine.sock", "HERE/link", "HERE"}) {
      pipeline::Pipeline pipeline =
          With(absl::StrCat("volumes { host_path: \"", path, "\" container_path: \"/s\" read_only: true }"));
      EXPECT_THAT(PrepareHostFiles({.socket = folder_ + socket}, pipeline).problems,
                  ElementsAre(HasSubstr("gives a container the engine")))
          << socket << " " << path;
      EXPECT_THAT(PrepareHostFiles({.socket = folder_ + "/other/engine.sock"}, pipeline).problems,
                  path == std::string("HERE") ? testing::SizeIs(1) : testing::SizeIs(0));
    }
  }
}

}  // namespace
}  // namespace flow
