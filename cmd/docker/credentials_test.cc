// Credentials are found under every spelling of a registry, and what keeps them from being found is told.
#include "cmd/docker/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/docker/engine/json.h"
#include "flow/docker/engine/registry_auth.h"
#include "testkit/eventually.h"
#include "testkit/file.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CredentialsTest : public ::testing::Test {
 protected:
  void Config(const std::string& json) { folder_.Write("config.json", json); }
  void Helper(const std::string& name, const std::string& script) {
    const std::string path = folder_.Write("docker-credential-" + name, "#!/bin/sh\n" + script);
    chmod(path.c_str(), 0700);
  }

  RegistryCredentials Credentials(absl::Duration helper_time = absl::Seconds(60)) {
    return {loop_, {{"DOCKER_CONFIG", folder_.path()}, {"PATH", folder_.path() + ":/usr/bin:/bin"}}, helper_time};
  }

  // Waits for the header for an image.
  std::string HeaderFor(RegistryCredentials& credentials, const std::string& image) {
    std::optional<std::string> header;
    const auto asking = credentials.Find(image, [&](const RegistryCredentials::Found& found) {
      header = found.header;
      if (!found.warning.empty()) warnings_.push_back(found.warning);
    });
    while (!header.has_value()) EXPECT_TRUE(loop_->Poll(absl::Seconds(60), {}).ok());
    return *header;
  }

  // The header for an image, as the JSON that it holds; empty: anonymous.
  std::string Json(const std::string& image = "127.0.0.1:5000/my:1", absl::Duration helper_time = absl::Seconds(60)) {
    RegistryCredentials credentials = Credentials(helper_time);
    const std::string header = HeaderFor(credentials, image);
    EXPECT_EQ(HeaderFor(credentials, image), header);
    EXPECT_EQ(header.size() % 4, 0u);  // the engine wants the padding
    std::string json;
    EXPECT_TRUE(absl::WebSafeBase64Unescape(header, &json)) << header;
    return json;
  }
  std::string Log() { return testkit::ReadFile(folder_ / "asked"); }

  const testkit::TemporaryFolder folder_;
  const std::shared_ptr<Loop> loop_ = *Loop::Create();
  std::vector<std::string> warnings_;
};

TEST_F(CredentialsTest, WithoutAConfigurationItIsAnonymous) {
  EXPECT_EQ(Json(), "");
  Config("{}");
  EXPECT_EQ(Json(), "");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CredentialsTest, EverySpellingOfTheRegistryIsFound) {
  for (const char* key :
       {"127.0.0.1:5000", "http://127.0.0.1:5000", "https://127.0.0.1:5000/v1/", "https://127.0.0.1:5000/v2/"}) {
    Config(
        absl::StrCat(R"({"auths": {"other:5000": {"auth": "eDp5"}, ")", key, R"(": {"auth": "dXNlcjpwYTpzcw=="}}})"));
    EXPECT_EQ(Json(), R"({"username":"user","password":"pa:ss","serveraddress":"127.0.0.1:5000"})") << key;
  }
  EXPECT_EQ(Json("127.0.0.1:5001/my:1"), "");
}

TEST_F(CredentialsTest, DockerHubHasANameOfItsOwn) {
  Config(R"({"auths": {"https://index.docker.io/v1/": {"auth": "dTpw"}}})");
  EXPECT_EQ(Json("busybox"), R"({"username":"u","password":"p","serveraddress":"https://index.docker.io/v1/"})");
  EXPECT_NE(Json("docker.io/a/b:1"), "");
  EXPECT_EQ(Json("ghcr.io/a/b:1"), "");
}

TEST_F(CredentialsTest, ATokenStandsForNameAndPassword) {
  Config(R"({"auths": {"127.0.0.1:5000": {"auth": "dTpw", "identitytoken": "TOKEN"}}})");
  EXPECT_EQ(Json(), R"({"identitytoken":"TOKEN","serveraddress":"127.0.0.1:5000"})");
}

TEST_F(CredentialsTest, AHelperIsAskedForTheHostAndPortOnce) {
  Helper("test",
         absl::StrCat("echo \"$1 $(cat)\" >> ", folder_.path(), R"(/asked; echo '{"Username": "u", "Secret": "s"}')"));
  Config(R"({"credHelpers": {"127.0.0.1:5000": "test"}, "auths": {"127.0.0.1:5000": {}}})");
  EXPECT_EQ(Json(), R"({"username":"u","password":"s","serveraddress":"127.0.0.1:5000"})");
  EXPECT_EQ(Log(), "get 127.0.0.1:5000\n");
  EXPECT_EQ(Json("other:5000/my:1"), "");
  EXPECT_EQ(Log(), "get 127.0.0.1:5000\n");
}

TEST_F(CredentialsTest, AStoreIsAskedForEveryRegistry) {
  Helper("store", absl::StrCat("echo \"$1 $(cat)\" >> ", folder_.path(),
                               R"(/asked; echo '{"Username": "<token>", "Secret": "T"}')"));
  Config(R"({"credsStore": "store"})");
  EXPECT_EQ(Json("busybox"), R"({"identitytoken":"T","serveraddress":"https://index.docker.io/v1/"})");
  EXPECT_EQ(Log(), "get https://index.docker.io/v1/\n");
}

TEST_F(CredentialsTest, AHelperThatIsMissingOrFailsIsAWarningAndAnAnonymousTry) {
  Config(R"({"credsStore": "missing"})");
  EXPECT_EQ(Json(), "");
  Helper("fails", "echo SECRET; exit 3");
  Config(R"({"credsStore": "fails"})");
  EXPECT_EQ(Json(), "");
  Helper("babbles", "echo SECRET");
  Config(R"({"credsStore": "babbles"})");
  EXPECT_EQ(Json(), "");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("docker-credential-missing"), HasSubstr("127.0.0.1:5000")),
                                     HasSubstr("exit code 3"), HasSubstr("its answer has none")));
  for (const std::string& warning : warnings_) EXPECT_THAT(warning, ::testing::Not(HasSubstr("SECRET")));
}

// For a registry that its keeper knows nothing of nobody needs to be warned.
TEST_F(CredentialsTest, AStoreThatHasNoneForARegistryIsNoWarning) {
  Helper("store", "echo credentials not found in native keychain; exit 1");
  Config(R"({"credsStore": "store"})");
  EXPECT_EQ(Json(), "");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CredentialsTest, AHelperThatDoesNotEndIsGivenItsTime) {
  Helper("hangs", "exec >/dev/null; exec sleep 1000");
  Config(R"({"credsStore": "hangs"})");
  EXPECT_EQ(Json("127.0.0.1:5000/my:1", absl::Milliseconds(50)), "");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("did not answer within 50ms")));
}

// One helper for all images of a registry, and those of several registries side by side.
TEST_F(CredentialsTest, HelpersAreAskedAtOnceAndEachRegistrysOnce) {
  // Answers when three have been asked.
  Helper("store", absl::StrCat("cd ", folder_.path(), R"(; echo x >> asked; cat > key
while [ $(wc -l < asked) -lt 3 ]; do sleep 0.01; done; echo '{"Username": "u", "Secret": "s"}')"));
  Config(R"({"credsStore": "store"})");
  RegistryCredentials credentials = Credentials();
  int told = 0;
  std::vector<std::shared_ptr<void>> asking;
  for (const char* image : {"a:1/x", "b:1/x", "a:1/y", "c:1/x", "c:1/y"}) {
    asking.push_back(credentials.Find(image, [&](const RegistryCredentials::Found& found) {
      EXPECT_NE(found.header, "");
      ++told;
    }));
  }
  EXPECT_EQ(told, 0);
  while (told < 5) ASSERT_TRUE(loop_->Poll(absl::Seconds(60), {}).ok());
  EXPECT_EQ(Log(), "x\nx\nx\n");
}

TEST_F(CredentialsTest, AHelperForWhichNobodyWaitsIsEnded) {
  Helper("hangs", absl::StrCat("mkfifo ", folder_ / "pipe", "; exec sleep 1000 > ", folder_ / "pipe"));
  Config(R"({"credsStore": "hangs"})");
  RegistryCredentials credentials = Credentials();
  const auto untold = [](const RegistryCredentials::Found&) { ADD_FAILURE() << "told"; };
  std::shared_ptr<void> one = credentials.Find("a:1/x", untold), other = credentials.Find("a:1/y", untold);
  ASSERT_TRUE(testkit::Eventually([&] { return std::filesystem::exists(folder_ / "pipe"); }));
  std::ifstream pipe(folder_ / "pipe");
  one.reset();
  other.reset();
  EXPECT_EQ(pipe.get(), EOF);  // who writes into it is gone
  ASSERT_TRUE(loop_->Poll(absl::ZeroDuration(), {}).ok());
}

// A name from a file is no path.
TEST_F(CredentialsTest, AHelperIsFoundInPathAlone) {
  Helper("x", "echo '{\"Username\": \"u\", \"Secret\": \"s\"}'");
  Config(absl::StrCat(R"({"credsStore": "x/../)", "docker-credential-x", R"("})"));
  EXPECT_EQ(Json(), "");
  EXPECT_EQ(warnings_.size(), 1u);
}

TEST_F(CredentialsTest, AFileThatIsNoJsonIsTold) {
  Config("{");
  EXPECT_EQ(Json(), "");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr(folder_ / "config.json")));
}

}  // namespace
}  // namespace flow
