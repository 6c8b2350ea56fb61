// Credentials are found under every spelling of a registry, and what keeps them from being found is told.
#include "cmd/registry/credentials.h"

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

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
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

  // Waits for what a registry is shown.
  std::optional<registry::Login> LoginFor(RegistryCredentials& credentials, const std::string& registry) {
    std::optional<std::optional<registry::Login>> login;
    const auto asking = credentials.Find(registry, [&](const RegistryCredentials::Found& found) {
      login = found.login;
      if (!found.warning.empty()) warnings_.push_back(found.warning);
    });
    while (!login.has_value()) EXPECT_TRUE(loop_->Poll(absl::Seconds(60), {}).ok());
    return *login;
  }

  // What a registry is shown: "NAME:PASSWORD", "token TOKEN"; empty: nothing.
  std::string Shown(const std::string& registry = "127.0.0.1:5000", absl::Duration helper_time = absl::Seconds(60)) {
    RegistryCredentials credentials = Credentials(helper_time);
    const std::optional<registry::Login> login = LoginFor(credentials, registry);
    EXPECT_EQ(LoginFor(credentials, registry), login);
    if (!login.has_value()) return "";
    if (!login->identity_token.empty()) return absl::StrCat("token ", login->identity_token);
    return absl::StrCat(login->username, ":", login->password);
  }
  std::string Log() { return testkit::ReadFile(folder_ / "asked"); }

  const testkit::TemporaryFolder folder_;
  const std::shared_ptr<Loop> loop_ = *Loop::Create();
  std::vector<std::string> warnings_;
};

TEST_F(CredentialsTest, WithoutAConfigurationItIsAnonymous) {
  EXPECT_EQ(Shown(), "");
  Config("{}");
  EXPECT_EQ(Shown(), "");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CredentialsTest, EverySpellingOfTheRegistryIsFound) {
  for (const char* key :
       {"127.0.0.1:5000", "http://127.0.0.1:5000", "https://127.0.0.1:5000/v1/", "https://127.0.0.1:5000/v2/"}) {
    Config(
        absl::StrCat(R"({"auths": {"other:5000": {"auth": "eDp5"}, ")", key, R"(": {"auth": "dXNlcjpwYTpzcw=="}}})"));
    EXPECT_EQ(Shown(), "user:pa:ss") << key;
  }
  EXPECT_EQ(Shown("127.0.0.1:5001"), "");
}

TEST_F(CredentialsTest, DockerHubHasANameOfItsOwn) {
  Config(R"({"auths": {"https://index.docker.io/v1/": {"auth": "dTpw"}}})");
  EXPECT_EQ(Shown("docker.io"), "u:p");
  EXPECT_EQ(Shown("ghcr.io"), "");
}

TEST_F(CredentialsTest, ATokenStandsForNameAndPassword) {
  Config(R"({"auths": {"127.0.0.1:5000": {"auth": "dTpw", "identitytoken": "TOKEN"}}})");
  EXPECT_EQ(Shown(), "token TOKEN");
}

TEST_F(CredentialsTest, AHelperIsAskedForTheHostAndPortOnce) {
  Helper("test",
         absl::StrCat("echo \"$1 $(cat)\" >> ", folder_.path(), R"(/asked; echo '{"Username": "u", "Secret": "s"}')"));
  Config(R"({"credHelpers": {"127.0.0.1:5000": "test"}, "auths": {"127.0.0.1:5000": {}}})");
  EXPECT_EQ(Shown(), "u:s");
  EXPECT_EQ(Log(), "get 127.0.0.1:5000\n");
  EXPECT_EQ(Shown("other:5000"), "");
  EXPECT_EQ(Log(), "get 127.0.0.1:5000\n");
}

TEST_F(CredentialsTest, AStoreIsAskedForEveryRegistry) {
  Helper("store", absl::StrCat("echo \"$1 $(cat)\" >> ", folder_.path(),
                               R"(/asked; echo '{"Username": "<token>", "Secret": "T"}')"));
  Config(R"({"credsStore": "store"})");
  EXPECT_EQ(Shown("docker.io"), "token T");
  EXPECT_EQ(Log(), "get https://index.docker.io/v1/\n");
}

TEST_F(CredentialsTest, AHelperThatIsMissingOrFailsIsAWarningAndAnAnonymousTry) {
  Config(R"({"credsStore": "missing"})");
  EXPECT_EQ(Shown(), "");
  Helper("fails", "echo SECRET; exit 3");
  Config(R"({"credsStore": "fails"})");
  EXPECT_EQ(Shown(), "");
  Helper("babbles", "echo SECRET");
  Config(R"({"credsStore": "babbles"})");
  EXPECT_EQ(Shown(), "");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("docker-credential-missing"), HasSubstr("127.0.0.1:5000")),
                                     HasSubstr("exit code 3"), HasSubstr("its answer has none")));
  for (const std::string& warning : warnings_) EXPECT_THAT(warning, ::testing::Not(HasSubstr("SECRET")));
}

// For a registry that its keeper knows nothing of nobody needs to be warned.
TEST_F(CredentialsTest, AStoreThatHasNoneForARegistryIsNoWarning) {
  Helper("store", "echo credentials not found in native keychain; exit 1");
  Config(R"({"credsStore": "store"})");
  EXPECT_EQ(Shown(), "");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CredentialsTest, AHelperThatDoesNotEndIsGivenItsTime) {
  Helper("hangs", "exec >/dev/null; exec sleep 1000");
  Config(R"({"credsStore": "hangs"})");
  EXPECT_EQ(Shown("127.0.0.1:5000", absl::Milliseconds(50)), "");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("did not answer within 50ms")));
}

// One helper for all who ask of a registry, and those of several registries side by side.
TEST_F(CredentialsTest, HelpersAreAskedAtOnceAndEachRegistrysOnce) {
  // Answers when three have been asked.
  Helper("store", absl::StrCat("cd ", folder_.path(), R"(; echo x >> asked; cat > key
while [ $(wc -l < asked) -lt 3 ]; do sleep 0.01; done; echo '{"Username": "u", "Secret": "s"}')"));
  Config(R"({"credsStore": "store"})");
  RegistryCredentials credentials = Credentials();
  int told = 0;
  std::vector<std::shared_ptr<void>> asking;
  for (const char* registry : {"a:1", "b:1", "a:1", "c:1", "c:1"}) {
    asking.push_back(credentials.Find(registry, [&](const RegistryCredentials::Found& found) {
      EXPECT_TRUE(found.login.has_value());
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
  std::shared_ptr<void> one = credentials.Find("a:1", untold), other = credentials.Find("a:1", untold);
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
  EXPECT_EQ(Shown(), "");
  EXPECT_EQ(warnings_.size(), 1u);
}

TEST_F(CredentialsTest, AFileThatIsNoJsonIsTold) {
  Config("{");
  EXPECT_EQ(Shown(), "");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr(folder_ / "config.json")));
}

}  // namespace
}  // namespace flow
