#include "cmd/kubernetes/find_cluster.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string Config(const std::string& server, const std::string& more = "") {
  return absl::StrCat("clusters: [{name: c, cluster: {server: \"", server, "\"", more,
                      "}}]\nusers: [{name: u, user: {token: t}}]\n"
                      "contexts: [{name: c, context: {cluster: c, user: u}}]\ncurrent-context: c\n");
}

class FindClusterTest : public ::testing::Test {
 protected:
  void SetUp() override { environment_["HOME"] = folder_.path(); }

  std::string Server(const ClusterOptions& options = {}) {
    const auto access = FindCluster(options, environment_, folder_.path());
    EXPECT_TRUE(access.ok()) << access.status();
    return access.ok() ? access->server : "";
  }
  std::string Problem(const ClusterOptions& options = {}) {
    const absl::Status status = FindCluster(options, environment_, folder_.path()).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  }

  testkit::TemporaryFolder folder_;
  Environment environment_;
};

TEST_F(FindClusterTest, TheFlagGoesBeforeTheVariableBeforeTheFileOfTheHome) {
  environment_["KUBERNETES_SERVICE_HOST"] = "10.96.0.1";
  environment_["KUBERNETES_SERVICE_PORT"] = "443";
  EXPECT_EQ(Server(), "https://10.96.0.1:443");
  folder_.Write(".kube/config", Config("https://home"));
  EXPECT_EQ(Server(), "https://home");
  const std::string missing = folder_ / "missing";
  environment_["KUBECONFIG"] = absl::StrCat(missing, "::", folder_.Write("variable", Config("https://variable")));
  EXPECT_EQ(Server(), "https://variable");
  EXPECT_EQ(Server({.kubeconfig = folder_.Write("flag", Config("https://flag"))}), "https://flag");
}

TEST_F(FindClusterTest, NothingFoundSaysWhatWasLookedFor) {
  EXPECT_THAT(Problem(), AllOf(HasSubstr(absl::StrCat(folder_.path(), "/.kube/config")), HasSubstr("this is no pod"),
                               HasSubstr("--kubeconfig"), Not(HasSubstr("localhost"))));
  environment_["KUBECONFIG"] = folder_ / "missing";
  EXPECT_THAT(Problem(), HasSubstr("missing (KUBECONFIG)"));
}

TEST_F(FindClusterTest, AFileThatTheFlagNamesMustBeThereAndHaveACluster) {
  EXPECT_THAT(Problem({.kubeconfig = folder_ / "missing"}), HasSubstr("(--kubeconfig)"));
  const std::string empty = folder_.Write("empty", "");
  EXPECT_THAT(Problem({.kubeconfig = empty}), HasSubstr(absl::StrCat("no context is configured in ", empty)));
}

TEST_F(FindClusterTest, AFileThatCannotBeReadIsAnError) {
  environment_["KUBECONFIG"] = folder_.path();
  EXPECT_THAT(Problem(), AllOf(HasSubstr(folder_.path()), HasSubstr("(KUBECONFIG)")));
}

Endpoint Of(const kubernetes::ClusterAccess& access) {
  const absl::StatusOr<Endpoint> endpoint = EndpointOf(access);
  EXPECT_TRUE(endpoint.ok()) << endpoint.status();
  return endpoint.value_or(Endpoint());
}

TEST(EndpointOf, TheServerIsSpokenToInHttp2OverTls) {
  const Endpoint endpoint = Of({.server = "https://10.0.0.1:6443/base", .chosen_by = "context \"c\""});
  EXPECT_EQ(endpoint.url, "https://10.0.0.1:6443/base");
  EXPECT_EQ(endpoint.host, "10.0.0.1");
  EXPECT_TRUE(endpoint.tls);
  EXPECT_TRUE(endpoint.http2);
  EXPECT_TRUE(endpoint.verify);
  EXPECT_EQ(endpoint.chosen_by, "context \"c\"");
  EXPECT_EQ(Of({.server = "https://cluster.example"}).url, "https://cluster.example:443");
  EXPECT_FALSE(Of({.server = "http://127.0.0.1:8001"}).http2);
}

TEST(EndpointOf, TheCertificateMayHaveAnotherName) {
  const Endpoint endpoint = Of({.server = "https://[::1]:6443", .tls_server_name = "kubernetes"});
  EXPECT_EQ(endpoint.url, "https://kubernetes:6443");
  EXPECT_EQ(endpoint.connect_to, "[::1]:6443");
  EXPECT_EQ(endpoint.address, "https://[::1]:6443");
}

TEST(EndpointOf, AProxyResolvesNames) {
  EXPECT_EQ(Of({.server = "https://a", .proxy_url = "socks5://p:1080"}).proxy, "socks5h://p:1080");
  EXPECT_EQ(Of({.server = "https://a", .proxy_url = "http://p:3128"}).proxy, "http://p:3128");
}

TEST(EndpointOf, FilesAreReadAndToldWithTheirSetting) {
  testkit::TemporaryFolder folder;
  const std::string pem = folder.Write("ca.crt", "-----BEGIN CERTIFICATE-----\n");
  EXPECT_EQ(Of({.server = "https://a", .authorities = {"", pem, "x"}}).ca_pem, "-----BEGIN CERTIFICATE-----\n");
  const auto problem = [](const std::string& file) {
    return std::string(
        EndpointOf({.server = "https://a", .chosen_by = "context \"c\"", .key = {"", file, "client-key of user \"u\""}})
            .status()
            .message());
  };
  EXPECT_EQ(problem(folder / "missing"),
            absl::StrCat("cannot reach the cluster at https://a (from context \"c\")\ncannot read ", folder / "missing",
                         ": No such file or directory (client-key of user \"u\")"));
  EXPECT_THAT(problem(folder.Write("key", "secret")), AllOf(HasSubstr("is not PEM"), Not(HasSubstr("secret"))));
}

TEST(EndpointOf, AServerThatIsNoAddressIsTold) {
  for (const char* server : {"https://", "https://:6443", "https://a:b", "https://a b"}) {
    EXPECT_THAT(std::string(EndpointOf({.server = server}).status().message()), HasSubstr(server));
  }
}

}  // namespace
}  // namespace flow
