#include "flow/kubernetes/pull_secrets.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "flow/text/json.h"

namespace flow::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

project::Project Of(const std::vector<std::string>& images) {
  project::Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(R"(pipeline: "p" namespace: "default")", &project));
  for (const std::string& image : images) project.add_services()->set_image(image);
  return project;
}

TEST(PullSecretsTest, OfficialImagesOfDockerHubComeFromNoRegistry) {
  EXPECT_THAT(Registries(Of({"busybox:1.36", "docker.io/library/redis", "127.0.0.1:5000/a:1", "127.0.0.1:5000/b:1"})),
              ElementsAre("127.0.0.1:5000"));
  EXPECT_THAT(Registries(Of({"team/app:1"})), ElementsAre("docker.io"));
}

TEST(PullSecretsTest, ARegistryOfTheFileHasASecretWhereSomeoneIsLoggedInToIt) {
  const project::Project project = Of({"ghcr.io/a:1", "quay.io/a:1", "team/app:1"});
  EXPECT_THAT(PullSecretNames(project, {}), IsEmpty());
  EXPECT_THAT(PullSecretNames(project, {.logins = {"docker.io", "ghcr.io", "gcr.io"}}),
              ElementsAre(Pair("docker.io", "flow-p-docker-io"), Pair("ghcr.io", "flow-p-ghcr-io")));
  EXPECT_THAT(PullSecretNames(project, {.pull_secret = "team", .logins = {"ghcr.io"}}), IsEmpty());
}

TEST(PullSecretsTest, TwoRegistriesNeverHaveOneSecret) {
  const auto names = PullSecretNames(Of({"a.b:1/x", "a-b:1/x"}), {.logins = {"a.b:1", "a-b:1"}});
  ASSERT_EQ(names.size(), 2);
  EXPECT_NE(names.at("a.b:1"), names.at("a-b:1"));
}

TEST(PullSecretsTest, AnImageIsPulledWithTheSecretOfItsRegistryOrWithTheOneThatIsNamed) {
  const ObjectOptions options = {.logins = {"ghcr.io"}};
  const auto names = PullSecretNames(Of({"ghcr.io/a:1"}), options);
  EXPECT_EQ(PullSecretOf("ghcr.io/a:1", options, names), "flow-p-ghcr-io");
  EXPECT_EQ(PullSecretOf("quay.io/a:1", options, names), "");
  EXPECT_EQ(PullSecretOf("busybox", options, names), "");
  EXPECT_EQ(PullSecretOf("busybox", {.pull_secret = "team"}, {}), "team");
}

// By registry, what its secret holds.
std::map<std::string, std::string> Configs(const project::Project& project,
                                           const std::map<std::string, registry::Login>& logins,
                                           const std::vector<text::Mapping>& there = {},
                                           const ObjectOptions& options = {}) {
  std::vector<std::shared_ptr<const api::Object>> objects;
  for (const text::Mapping& secret : there) {
    objects.push_back(std::make_shared<const api::Object>(api::Object{api::Kind::kSecret, secret}));
  }
  return PullConfigs(project, options, logins, objects);
}

// What a node takes from one: https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
TEST(PullSecretsTest, ASecretHoldsTheLoginOfItsRegistryAndNoOther) {
  const project::Project project = Of({"team/app:1", "ghcr.io/a:1"});
  const auto configs = Configs(project, {{"docker.io", {"user", "pa:ss\"\n"}}, {"quay.io", {"other", "x"}}});
  const std::vector<text::Mapping> secrets = PullSecrets(project, {}, configs);
  ASSERT_EQ(secrets.size(), 1);
  const std::string data = absl::Base64Escape(
      absl::StrCat(R"({"auths":{"https://index.docker.io/v1/":{"username":"user","password":"pa:ss\"\n","auth":")",
                   absl::Base64Escape("user:pa:ss\"\n"), "\"}}}"));
  EXPECT_EQ(
      text::Json(secrets[0], text::JsonLayout::kCompact),
      absl::StrCat(R"({"apiVersion":"v1","kind":"Secret","metadata":{"name":"flow-p-docker-io","namespace":"flow-p",)",
                   R"("labels":{"app.kubernetes.io/instance":"flow-p","app.kubernetes.io/managed-by":"flow",)",
                   R"("app.kubernetes.io/part-of":"p"}},"type":"kubernetes.io/dockerconfigjson",)",
                   R"("data":{".dockerconfigjson":")", data, R"("}})"));
}

TEST(PullSecretsTest, WhoIsNotLoggedInKeepsTheSecretThatIsThere) {
  const project::Project project = Of({"ghcr.io/a:1", "quay.io/a:1"});
  const std::vector<text::Mapping> made = PullSecrets(project, {}, Configs(project, {{"ghcr.io", {"user", "pass"}}}));
  ASSERT_EQ(made.size(), 1);
  const std::vector<text::Mapping> kept = PullSecrets(project, {}, Configs(project, {}, made));
  ASSERT_EQ(kept.size(), 1);
  EXPECT_EQ(text::Json(kept[0], text::JsonLayout::kCompact), text::Json(made[0], text::JsonLayout::kCompact));
  // One who is logged in puts the own login in its place.
  const auto others = Configs(project, {{"ghcr.io", {"other", "word"}}});
  EXPECT_EQ(Configs(project, {{"ghcr.io", {"other", "word"}}}, made), others);
  // Where the file names the registry no longer, or a secret is named, it is not wanted.
  EXPECT_THAT(Configs(Of({"quay.io/a:1"}), {}, made), IsEmpty());
  EXPECT_THAT(Configs(project, {{"ghcr.io", {"user", "pass"}}}, made, {.pull_secret = "team"}), IsEmpty());
}

// The name says nothing of whose secret it is: that of a component may have it.
TEST(PullSecretsTest, ASecretOfAnotherTypeIsNoLogin) {
  text::Mapping other = {{"apiVersion", "v1"}, {"kind", "Secret"}, {"type", "Opaque"}};
  other.Add("metadata", text::Mapping{{"name", "flow-p-ghcr-io"}});
  EXPECT_THAT(Configs(Of({"ghcr.io/a:1"}), {}, {other}), IsEmpty());
}

TEST(PullSecretsTest, AnIdentityTokenIsNoLoginForNodes) {
  EXPECT_THAT(Configs(Of({"ghcr.io/a:1"}), {{"ghcr.io", {"", "", "TOKEN"}}}), IsEmpty());
}

}  // namespace
}  // namespace flow::kubernetes
