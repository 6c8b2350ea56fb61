// Images come from a registry: with and without credentials, with progress, and with words for what goes wrong.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "integration/harness.h"

namespace flow::integration {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

// A registry of this test alone on 127.0.0.1, with an image "team/my:1" in it that the engine does not have.
class PullTest : public DockerTest {
 protected:
  void StartRegistry(bool with_password) {
    registry_ = absl::StrCat("127.0.0.1:", DockerTest::StartRegistry("127.0.0.1", with_password));
  }

  std::string Image() const { return registry_ + "/team/my:1"; }
  void Forget() { engine().RemoveImage(Image()); }

  static std::string With(const std::string& name, const std::string& image) {
    return absl::StrReplaceAll(Pipeline(name, "  sources:\n" + Idle("source")), {{"busybox:1.36", "'" + image + "'"}});
  }

  // Deploys, deletes, and removes the image, so that the next one pulls again.
  void Deploys(const std::string& name) {
    const Finished& apply = Apply(With(name, Image()), {"--verbose"});
    EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
    // What the registry was shown is in no output and in no file.
    for (const std::string& secret : {std::string("pa:ss"), absl::Base64Escape("user:pa:ss")}) {
      EXPECT_THAT(apply.out + apply.err, Not(HasSubstr(secret)));
      for (const auto& file : std::filesystem::recursive_directory_iterator(state_folder())) {
        EXPECT_THAT(file.is_regular_file() ? ReadFile(file.path()) : "", Not(HasSubstr(secret))) << file.path();
      }
    }
    EXPECT_EQ(Delete(name).exit_code, 0);
    Forget();
  }

  // The message of an apply that cannot have its image, and that leaves nothing.
  std::string Refused(const std::string& name, const std::string& image) {
    wire().Forget();
    const Finished& apply = Apply(With(name, image));
    EXPECT_EQ(apply.exit_code, 1) << apply.Describe();
    EXPECT_TRUE(Empty(name));
    for (const std::string& change : wire().Changes()) EXPECT_THAT(change, HasSubstr("/images/create"));
    return apply.err;
  }

  std::string registry_;
};

TEST_F(PullTest, AMissingImageIsPulledWithProgressAndAPresentOneIsNot) {
  StartRegistry(/*with_password=*/false);
  const std::string name = Name("plain");
  EXPECT_THAT(Apply(With(name, Image()), {"--pull=never"}).err, AllOf(HasSubstr(Image()), HasSubstr("--pull=never")));
  const Finished& apply = Apply(With(name, Image()), {"--progress=plain"});
  ASSERT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("source: pull image " + Image()), HasSubstr("image " + Image() + " pulled")));
  EXPECT_EQ(Text(At(engine().Inspect("flow-" + name + "-source-1"), {"Config", "Labels", "pushed"})), "yes");

  wire().Forget();
  EXPECT_THAT(Apply(With(name, Image())).out, HasSubstr("Pipeline unchanged"));
  EXPECT_THAT(wire().Changes(), testing::IsEmpty());
  EXPECT_THAT(Apply(With(name, Image()), {"--pull=always"}).out, HasSubstr("Pipeline unchanged"));
  EXPECT_THAT(wire().Changes(), testing::ElementsAre(HasSubstr("/images/create")));
  EXPECT_EQ(Delete(name).exit_code, 0);
  Forget();
}

// Whatever the registry is called in the file, and whoever keeps its credentials.
TEST_F(PullTest, CredentialsAreFoundWhateverTheirSpelling) {
  StartRegistry(/*with_password=*/true);
  const std::string name = Name("spelling"), auth = absl::Base64Escape("user:pa:ss");
  std::filesystem::create_directory(folder() + "/docker");
  environment()["DOCKER_CONFIG"] = folder() + "/docker";
  for (const std::string& key : {registry_, "http://" + registry_, "https://" + registry_ + "/v1/"}) {
    Write("docker/config.json", absl::StrCat("{\"auths\": {\"", key, "\": {\"auth\": \"", auth, "\"}}}"));
    Deploys(name);
  }
  // A helper is asked with host and port.
  const std::string helper = Write("docker/docker-credential-log",
                                   absl::StrCat("#!/bin/sh\necho \"$1 $(cat)\" >> ", folder(),
                                                "/asked\necho '{\"Username\": \"user\", \"Secret\": \"pa:ss\"}'\n"));
  chmod(helper.c_str(), 0700);
  environment()["PATH"] = folder() + "/docker:" + environment()["PATH"];
  Write("docker/config.json", absl::StrCat("{\"credHelpers\": {\"", registry_, "\": \"log\"}}"));
  Deploys(name);
  EXPECT_EQ(ReadFile(folder() + "/asked"), "get " + registry_ + "\n");
  // What is on the engine already asks nobody.
  std::filesystem::remove(folder() + "/asked");
  ASSERT_EQ(Apply(Pipeline(name, "  sources:\n" + Idle("source"))).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder() + "/asked"));
}

// A helper that is missing is a warning, and the registry is asked all the same.
TEST_F(PullTest, AMissingHelperIsAWarningAndAnAnonymousTry) {
  StartRegistry(/*with_password=*/false);
  const std::string name = Name("helper");
  std::filesystem::create_directory(folder() + "/docker");
  environment()["DOCKER_CONFIG"] = folder() + "/docker";
  Write("docker/config.json", R"({"credsStore": "nowhere"})");
  const Finished& apply = Apply(With(name, Image()));
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("warning"), HasSubstr("docker-credential-nowhere")));
  EXPECT_EQ(Delete(name).exit_code, 0);
  Forget();
}

// A wrong password, an unknown tag and an unknown host are three messages.
TEST_F(PullTest, ARefusalSaysWhoRefusedWhatAndWhy) {
  StartRegistry(/*with_password=*/true);
  const std::string name = Name("refused");
  std::filesystem::create_directory(folder() + "/docker");
  environment()["DOCKER_CONFIG"] = folder() + "/docker";
  Write("docker/config.json",
        absl::StrCat("{\"auths\": {\"", registry_, "\": {\"auth\": \"", absl::Base64Escape("user:wrong"), "\"}}}"));
  EXPECT_THAT(Refused(name, Image()), AllOf(HasSubstr("source"), HasSubstr(Image()), HasSubstr("credentials"),
                                            HasSubstr("docker login " + registry_)));
  Write("docker/config.json",
        absl::StrCat("{\"auths\": {\"", registry_, "\": {\"auth\": \"", absl::Base64Escape("user:pa:ss"), "\"}}}"));
  EXPECT_THAT(Refused(name, registry_ + "/team/my:nope"), AllOf(HasSubstr("source"), HasSubstr("not the tag nope")));
  EXPECT_THAT(Refused(name, "registry.invalid/team/my:1"),
              AllOf(HasSubstr("source"), HasSubstr("does not know the host of registry registry.invalid")));
}

// An image for another processor is told before it is started.
TEST_F(PullTest, AnImageForAnotherPlatformIsToldWithBothPlatforms) {
  const std::string name = Name("platform"), image = absl::StrCat("arm", getpid() % 10000 + 10000, ":1.0");
  ASSERT_EQ(image.size(), std::string("busybox:1.36").size());
  engine().MakeForeignImage(image);
  const std::string yaml = With(name, image);
  // What is in it is for this machine all the same, so it runs.
  const Finished& apply = Apply(yaml);
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_THAT(apply.err, AllOf(HasSubstr("source: warning: its image " + image + " is for linux/arm64"),
                               HasSubstr("linux/amd64")));
  EXPECT_EQ(Delete(name).exit_code, 0);
  // Where it does not run, that is the reason that is given.
  const Finished& broken = Apply(absl::StrReplaceAll(yaml, {{"[sleep, '1000']", "[nothing]"}}), kLongMinReady);
  EXPECT_EQ(broken.exit_code, 1) << broken.Describe();
  EXPECT_THAT(broken.err, HasSubstr("hint: its image " + image + " is for linux/arm64"));
  EXPECT_TRUE(Empty(name));
  engine().RemoveImage(image);
}

// An id is what this engine calls an image that it has: no registry is asked for one.
TEST_F(PullTest, AnImageThatIsNamedByItsIdIsNeverPulled) {
  const std::string name = Name("by-id"), unknown = "sha256:" + std::string(64, '0');
  const std::string id =
      Text(At(engine().Inspect(engine().Run(Name("peek"), R"({"Image": "busybox:1.36"})")), {"Image"}));
  const Finished& apply = Apply(With(name, id), {"--pull=always"});
  EXPECT_EQ(apply.exit_code, 0) << apply.Describe();
  EXPECT_EQ(Delete(name).exit_code, 0);
  wire().Forget();
  const Finished& missing = Apply(With(name, unknown));
  EXPECT_EQ(missing.exit_code, 1) << missing.Describe();
  EXPECT_THAT(missing.err, HasSubstr("source: image " + unknown + " is not on the engine"));
  EXPECT_THAT(wire().Changes(), testing::IsEmpty());
}

}  // namespace
}  // namespace flow::integration
