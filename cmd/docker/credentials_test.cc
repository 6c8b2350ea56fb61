// P45: credentials are found under every spelling of a registry, and what keeps them from being found is told.
#include "cmd/docker/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "flow/docker/engine/json.h"
#include "flow/docker/engine/registry_auth.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CredentialsTest : public ::testing::Test {
 protected:
  CredentialsTest() : folder_(::testing::TempDir() + "/credentials") {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }

  void Config(const std::string& json) { std::ofstream(folder_ + "/config.json") << json; }
  void Helper(const std::string& name, const std::string& script) {
    const std::string path = absl::StrCat(folder_, "/docker-credential-", name);
    std::ofstream(path) << "#!/bin/sh\n" << script;
    chmod(path.c_str(), 0700);
  }

  // The header for an image, as the JSON that it holds; empty: anonymous.
  std::string Json(const std::string& image = "127.0.0.1:5000/my:1") {
    RegistryCredentials credentials({{"DOCKER_CONFIG", folder_}, {"PATH", folder_ + ":/usr/bin:/bin"}},
                                    [this](const std::string& text) { warnings_.push_back(text); });
    const std::string header = credentials.HeaderFor(image);
    EXPECT_EQ(credentials.HeaderFor(image), header);
    EXPECT_EQ(header.size() % 4, 0u);  // the engine wants the padding
    std::string json;
    EXPECT_TRUE(absl::WebSafeBase64Unescape(header, &json)) << header;
    return json;
  }
  std::string Log() {
    std::ifstream file(folder_ + "/asked");
    return {std::istreambuf_iterator<char>(file), {}};
  }

  const std::string folder_;
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
  Helper("test", absl::StrCat("echo \"$1 $(cat)\" >> ", folder_, R"(/asked; echo '{"Username": "u", "Secret": "s"}')"));
  Config(R"({"credHelpers": {"127.0.0.1:5000": "test"}, "auths": {"127.0.0.1:5000": {}}})");
  EXPECT_EQ(Json(), R"({"username":"u","password":"s","serveraddress":"127.0.0.1:5000"})");
  EXPECT_EQ(Log(), "get 127.0.0.1:5000\n");
  EXPECT_EQ(Json("other:5000/my:1"), "");
  EXPECT_EQ(Log(), "get 127.0.0.1:5000\n");
}

TEST_F(CredentialsTest, AStoreIsAskedForEveryRegistry) {
  Helper("store",
         absl::StrCat("echo \"$1 $(cat)\" >> ", folder_, R"(/asked; echo '{"Username": "<token>", "Secret": "T"}')"));
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

TEST_F(CredentialsTest, AHelperThatDoesNotEndIsGivenTenSeconds) {
  Helper("hangs", "exec >/dev/null; exec sleep 100");
  Config(R"({"credsStore": "hangs"})");
  const absl::Time start = absl::Now();
  EXPECT_EQ(Json(), "");
  EXPECT_LT(absl::Now() - start, absl::Seconds(60));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("did not answer within 10 s")));
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
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr(folder_ + "/config.json")));
}

}  // namespace
}  // namespace flow
