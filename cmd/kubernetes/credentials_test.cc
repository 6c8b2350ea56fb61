#include "cmd/kubernetes/credentials.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "testkit/file.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kVersion[] = "client.authentication.k8s.io/v1";

class CredentialsTest : public ::testing::Test {
 protected:
  // A plugin that counts how often it is asked, in the file "count".
  void Plugin(const std::string& script) {
    const std::string path =
        folder_.Write("plugin", absl::StrCat("#!/bin/sh\necho x >>", folder_ / "count", "\n", script));
    chmod(path.c_str(), 0700);
    access_.plugin = kubernetes::ExecPlugin{.api_version = kVersion, .command = "plugin", .install_hint = "get it"};
  }
  void Answers(const std::string& status) {
    Plugin(absl::StrCat("echo '{\"apiVersion\":\"", kVersion, "\",\"status\":", status, "}'"));
  }
  size_t TimesAsked() const { return testkit::ReadFile(folder_ / "count").size() / 2; }

  Credentials Make(absl::Duration plugin_time = absl::Seconds(60)) {
    access_.user = "user \"u\"";
    return {loop_, access_, {{"PATH", folder_.path() + ":/usr/bin:/bin"}}, plugin_time};
  }

  Credentials::Found Find(Credentials& credentials) {
    std::optional<Credentials::Found> found;
    const auto asking = credentials.Find([&](const Credentials::Found& got) { found = got; });
    while (!found.has_value()) EXPECT_TRUE(loop_->Poll(absl::Seconds(60), {}).ok());
    return *found;
  }
  std::string Problem(absl::Duration plugin_time = absl::Seconds(60)) {
    Credentials credentials = Make(plugin_time);
    const absl::Status status = Find(credentials).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  }

  testkit::TemporaryFolder folder_;
  const std::shared_ptr<Loop> loop_ = *Loop::Create();
  kubernetes::ClusterAccess access_;
};

TEST_F(CredentialsTest, ATokenOfTheConfigurationIsThereAtOnce) {
  access_.token = "t";
  Credentials credentials = Make();
  EXPECT_EQ(Find(credentials)->token, "t");
  EXPECT_FALSE(credentials.Refused({.token = "t"}));
}

TEST_F(CredentialsTest, ATokensFileIsReadEachTime) {
  access_.token_file = folder_.Write("token", "one\n");
  Credentials credentials = Make();
  EXPECT_EQ(Find(credentials)->token, "one");
  folder_.Write("token", "two\n");
  EXPECT_TRUE(credentials.Refused({.token = "one"}));
  EXPECT_EQ(Find(credentials)->token, "two");
}

TEST_F(CredentialsTest, ATokensFileThatIsNotThereIsTold) {
  access_.token_file = folder_ / "missing";
  EXPECT_THAT(Problem(), AllOf(HasSubstr("the token of user \"u\""), HasSubstr("missing")));
}

TEST_F(CredentialsTest, APluginIsAskedOnceUntilItsAnswerExpiresOrIsRefused) {
  Answers(R"({"token":"t","expirationTimestamp":"2999-01-01T00:00:00Z"})");
  Credentials credentials = Make();
  EXPECT_EQ(Find(credentials)->token, "t");
  EXPECT_EQ(Find(credentials)->token, "t");
  EXPECT_EQ(TimesAsked(), 1u);
  EXPECT_TRUE(credentials.Refused({.token = "an older one"}));
  EXPECT_TRUE(Find(credentials).ok());
  EXPECT_EQ(TimesAsked(), 1u);
  EXPECT_TRUE(credentials.Refused({.token = "t"}));
  EXPECT_TRUE(Find(credentials).ok());
  EXPECT_EQ(TimesAsked(), 2u);
}

TEST_F(CredentialsTest, WhatHasExpiredIsAskedForAgain) {
  Answers(R"({"token":"t","expirationTimestamp":"2000-01-01T00:00:00Z"})");
  Credentials credentials = Make();
  EXPECT_EQ(Find(credentials)->token, "t");
  EXPECT_EQ(Find(credentials)->token, "t");
  EXPECT_EQ(TimesAsked(), 2u);
}

TEST_F(CredentialsTest, AllWhoWaitAreToldOfOneAnswer) {
  Answers(R"({"token":"t"})");
  Credentials credentials = Make();
  int told = 0;
  const auto one = credentials.Find([&](const Credentials::Found&) { ++told; });
  const auto other = credentials.Find([&](const Credentials::Found&) { ++told; });
  auto gone = credentials.Find([&](const Credentials::Found&) { ADD_FAILURE() << "told"; });
  gone.reset();
  while (told < 2) ASSERT_TRUE(loop_->Poll(absl::Seconds(60), {}).ok());
  EXPECT_EQ(TimesAsked(), 1u);
}

// No shell is between: an argument is what the program gets.
TEST_F(CredentialsTest, APluginGetsItsArgumentsVariablesAndTheCluster) {
  Plugin(absl::StrCat("echo \"{\\\"apiVersion\\\":\\\"", kVersion,
                      "\\\",\\\"status\\\":{\\\"token\\\":\\\"$1-$NAME-${#KUBERNETES_EXEC_INFO}\\\"}}\""));
  access_.plugin->arguments = {"$(echo x)"};
  access_.plugin->environment = {{"NAME", "value"}};
  const std::string info = kubernetes::ExecInfo(*access_.plugin, access_, "");
  Credentials credentials = Make();
  EXPECT_EQ(Find(credentials)->token, absl::StrCat("$(echo x)-value-", info.size()));
}

TEST_F(CredentialsTest, APluginThatTellsNoneIsTold) {
  Plugin("echo secret; exit 3");
  EXPECT_THAT(Problem(), AllOf(HasSubstr("the program plugin"), HasSubstr("user \"u\""), HasSubstr("exit code 3"),
                               HasSubstr("get it"), Not(HasSubstr("secret"))));
  Plugin("echo secret");
  EXPECT_THAT(Problem(), AllOf(HasSubstr("no JSON"), Not(HasSubstr("secret"))));
  access_.plugin->command = "no-such-plugin";
  EXPECT_THAT(Problem(), AllOf(HasSubstr("no such program in PATH"), HasSubstr("get it")));
  Plugin("exec sleep 60");
  EXPECT_THAT(Problem(absl::Milliseconds(50)), HasSubstr("tells none"));
}

}  // namespace
}  // namespace flow
