#include "flow/kubernetes/kubeconfig.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "flow/kubernetes/exec_credential.h"

namespace flow::kubernetes {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kPem[] = "LS0tLS1CRUdJTiBYLS0tLS0K";  // "-----BEGIN X-----\n"

// One of everything, under a name.
std::string Config(const std::string& name, const std::string& server, const std::string& user = "token: t",
                   const std::string& current = "") {
  return absl::StrCat("clusters: [{name: ", name, ", cluster: {server: \"", server, "\"}}]\nusers: [{name: ", name,
                      ", user: {", user, "}}]\ncontexts: [{name: ", name, ", context: {cluster: ", name,
                      ", user: ", name, "}}]\n",
                      current.empty() ? "" : absl::StrCat("current-context: ", current, "\n"));
}

ClusterAccess Chosen(const std::vector<KubeconfigFile>& files, const std::string& context = "") {
  const absl::StatusOr<ClusterAccess> access = ChooseCluster(files, context);
  EXPECT_TRUE(access.ok()) << access.status();
  return access.value_or(ClusterAccess());
}

std::string Problem(const std::vector<KubeconfigFile>& files, const std::string& context = "") {
  const absl::Status status = ChooseCluster(files, context).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  return std::string(status.message());
}

TEST(ChooseCluster, TakesTheCurrentContextAndSaysWhatChoseIt) {
  const ClusterAccess access = Chosen({{"/k/a", Config("a", "https://a:6443/", "token: secret", "a")}});
  EXPECT_EQ(access.server, "https://a:6443");
  EXPECT_EQ(access.token, "secret");
  EXPECT_EQ(access.chosen_by, "context \"a\" (current in /k/a)");
}

TEST(ChooseCluster, OfSeveralFilesTheFirstWins) {
  const KubeconfigFile a = {"/k/a", Config("same", "https://first", "token: one")};
  const KubeconfigFile b = {"/k/b", Config("same", "https://second", "token: two", "same")};
  const KubeconfigFile c = {"/k/c", Config("c", "https://third", "token: three", "c")};
  const ClusterAccess access = Chosen({a, b, c});
  EXPECT_EQ(access.server, "https://first");
  EXPECT_EQ(access.token, "one");
  EXPECT_EQ(access.chosen_by, "context \"same\" (current in /k/b)");
  EXPECT_EQ(Chosen({a, b, c}, "c").server, "https://third");
  EXPECT_EQ(Chosen({a, b, c}, "c").chosen_by, "context \"c\" (--kube_context)");
}

TEST(ChooseCluster, PathsAreFromTheFolderOfTheirFile) {
  const ClusterAccess access = Chosen(
      {{"/k/a",
        "clusters: [{name: c, cluster: {server: https://x, certificate-authority: pki/ca.crt}}]\n"
        "contexts: [{name: c, context: {cluster: c, user: u, namespace: n}}]\ncurrent-context: c\n"},
       {"/l/b", "users: [{name: u, user: {client-certificate: c.crt, client-key: /abs/c.key, tokenFile: ../t}}]\n"}});
  EXPECT_EQ(access.authorities.file, "/k/pki/ca.crt");
  EXPECT_EQ(access.certificate.file, "/l/c.crt");
  EXPECT_EQ(access.key.file, "/abs/c.key");
  EXPECT_EQ(access.token_file, "/l/../t");
  EXPECT_EQ(access.namespace_, "n");
  EXPECT_EQ(access.key.set_by, "client-key of user \"u\" in /l/b");
}

TEST(ChooseCluster, ReadsHowTheServerIsSpokenTo) {
  const ClusterAccess access = Chosen(
      {{"/k/a", absl::StrCat("clusters: [{name: c, cluster: {server: https://x, certificate-authority-data: ", kPem,
                             ", tls-server-name: y, proxy-url: socks5://p:1, insecure-skip-tls-verify: true}}]\n"
                             "contexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n")}});
  EXPECT_EQ(access.authorities.bytes, "-----BEGIN X-----\n");
  EXPECT_EQ(access.tls_server_name, "y");
  EXPECT_EQ(access.proxy_url, "socks5://p:1");
  EXPECT_TRUE(access.insecure);
  EXPECT_EQ(access.user, "");
}

TEST(ChooseCluster, ReadsAnExecPlugin) {
  const ClusterAccess access = Chosen({{"/k/a", Config("a", "https://a",
                                                       "exec: {apiVersion: client.authentication.k8s.io/v1, command: "
                                                       "./bin/get, args: [a, \"b c\", 1], env: [{name: N, value: v}], "
                                                       "provideClusterInfo: true, installHint: get it}",
                                                       "a")}});
  ASSERT_TRUE(access.plugin.has_value());
  EXPECT_EQ(access.plugin->command, "/k/./bin/get");
  EXPECT_THAT(access.plugin->arguments, ElementsAre("a", "b c", "1"));
  EXPECT_THAT(access.plugin->environment, ElementsAre(Pair("N", "v")));
  EXPECT_TRUE(access.plugin->wants_cluster);
}

TEST(ChooseCluster, NothingIsConfiguredWhereNoFileHasAnything) {
  for (const char* text : {"", "# nothing\n", "apiVersion: v1\nkind: Config\n", "null\n"}) {
    EXPECT_TRUE(absl::IsNotFound(ChooseCluster({{"/k/a", text}}, "").status())) << text;
  }
  EXPECT_TRUE(absl::IsNotFound(ChooseCluster({}, "").status()));
}

TEST(ChooseCluster, TellsWhichContextsThereAre) {
  const std::vector<KubeconfigFile> files = {{"/k/a", Config("a", "https://a")}, {"/k/b", Config("b", "https://b")}};
  EXPECT_EQ(Problem(files), "no context is current in /k/a, /k/b; --kube_context chooses one; there are: a, b");
  EXPECT_EQ(Problem(files, "x"), "there is no context \"x\" (--kube_context) in /k/a, /k/b; there are: a, b");
  EXPECT_EQ(Problem({}, "x"), "there is no context \"x\" (--kube_context); none is there");
}

TEST(ChooseCluster, TellsEveryProblemWithItsFile) {
  const std::string problem =
      Problem({{"/k/a",
                "clusters: [{name: c, cluster: {server: x, certificate-authority-data: '%'}}]\n"
                "users: [{name: u, user: {client-key: k, as: root, auth-provider: {name: p}}}]\n"
                "contexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n"}});
  EXPECT_THAT(problem, HasSubstr("the server of cluster \"c\" in /k/a is \"x\""));
  EXPECT_THAT(problem, HasSubstr("certificate-authority-data of cluster \"c\" in /k/a is not PEM in base64"));
  EXPECT_THAT(problem, HasSubstr("user \"u\" in /k/a has one of client-certificate and client-key"));
  EXPECT_THAT(problem, HasSubstr("has the field as,"));
  EXPECT_THAT(problem, HasSubstr("has the field auth-provider,"));
}

TEST(ChooseCluster, TellsWhatAContextNamesThatIsNotThere) {
  EXPECT_THAT(Problem({{"/k/a", "contexts: [{name: c, context: {cluster: d, user: u}}]\ncurrent-context: c\n"}}),
              AllOf(HasSubstr("names the cluster \"d\", which is not there"),
                    HasSubstr("names the user \"u\", which is not there")));
}

TEST(ChooseCluster, PemThatIsNoBase64AndBase64ThatIsNoPemAreExplainedEach) {
  const auto problem = [](const std::string& data) {
    return Problem(
        {{"/k/a", absl::StrCat("clusters: [{name: c, cluster: {server: https://x, certificate-authority-data: \"", data,
                               "\"}}]\nusers: [{name: u, user: {client-certificate-data: \"", data,
                               "\", client-key-data: LS0tLS1CRUdJTiBLRVktLS0tLQ==}}]\n"
                               "contexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n")}});
  };
  EXPECT_EQ(
      problem("-----BEGIN CERTIFICATE-----\\nx"),
      "the certificate-authority-data of cluster \"c\" in /k/a is PEM as it is, and not in base64: write it through "
      "`base64 -w0`, or name it with certificate-authority\n"
      "the client-certificate-data of user \"u\" in /k/a is PEM as it is, and not in base64: write it through "
      "`base64 -w0`, or name it with client-certificate");
  EXPECT_THAT(
      problem("aGVsbG8="),
      HasSubstr("the certificate-authority-data of cluster \"c\" in /k/a is not PEM in base64: write a PEM file "
                "through `base64 -w0`, or name it with certificate-authority"));
}

TEST(ChooseCluster, AProxyOfAnotherKindIsToldWithoutItsPassword) {
  EXPECT_EQ(Problem({{"/k/a",
                      "clusters: [{name: c, cluster: {server: https://x, proxy-url: \"ftp://me:secret@p\"}}]\n"
                      "contexts: [{name: c, context: {cluster: c}}]\ncurrent-context: c\n"}}),
            "the proxy-url of cluster \"c\" in /k/a begins with ftp://: it takes http://, https:// or socks5://");
}

TEST(ChooseCluster, AFileThatIsNoneIsToldWithItsPlace) {
  EXPECT_THAT(Problem({{"/k/a", "[1, 2]\n"}}), HasSubstr("/k/a:1:1: this is no kubeconfig"));
  EXPECT_THAT(Problem({{"/k/a", "a: [\n"}}), HasSubstr("/k/a:"));
  EXPECT_THAT(
      Problem({{"/k/a", Config("a", "https://a", "exec: {apiVersion: client.authentication.k8s.io/v1alpha1}", "a")}}),
      AllOf(HasSubstr("has no command"), HasSubstr("v1alpha1")));
}

const ExecPlugin kPlugin = {.api_version = "client.authentication.k8s.io/v1"};

TEST(ExecCredential, IsATokenOrACertificateWithItsEnd) {
  const absl::StatusOr<ClusterCredentials> read =
      ReadExecCredential(kPlugin, R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
                   "status":{"token":"t","expirationTimestamp":"2026-01-01T00:00:00Z"}})");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->token, "t");
  EXPECT_EQ(read->expires, absl::FromUnixSeconds(1767225600));
}

TEST(ExecCredential, WhatIsNoneIsToldWithoutItsSecrets) {
  for (const char* answer :
       {"secret", R"({"status":{"token":"secret"}})", R"({"apiVersion":"client.authentication.k8s.io/v1","status":{}})",
        R"({"apiVersion":"client.authentication.k8s.io/v1","status":{"clientKeyData":"secret"}})"}) {
    const absl::Status status = ReadExecCredential(kPlugin, answer).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << answer;
    EXPECT_THAT(std::string(status.message()), Not(HasSubstr("secret")));
  }
}

TEST(ExecInfo, HasTheClusterForAPluginThatWantsIt) {
  ExecPlugin plugin = kPlugin;
  ClusterAccess access;
  access.server = "https://a";
  EXPECT_EQ(ExecInfo(plugin, access, "pem"),
            R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false}})");
  plugin.wants_cluster = true;
  EXPECT_THAT(ExecInfo(plugin, access, "pem"),
              HasSubstr(R"("cluster":{"server":"https://a","certificate-authority-data":"cGVt"})"));
}

}  // namespace
}  // namespace flow::kubernetes
