#include "cmd/kubernetes/unreachable.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "cmd/http/trouble.h"
#include "testkit/temporary_folder.h"

namespace flow {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const kubernetes::ClusterAccess kAccess = {
    .server = "https://a:6443", .chosen_by = "context \"c\"", .user = "user \"u\""};

std::string Explained(Trouble trouble, const Environment& environment = {},
                      const kubernetes::ClusterAccess& access = kAccess) {
  return ExplainNoCluster(access, WithTrouble(absl::UnavailableError("words"), trouble), environment);
}

TEST(ExplainNoCluster, NamesTheServerAndWhatChoseIt) {
  EXPECT_THAT(
      Explained(Trouble::kRefused),
      StartsWith("cannot reach the cluster at https://a:6443 (from context \"c\")\nThe connection was refused"));
}

TEST(ExplainNoCluster, SaysWhoseCredentialsAreNotTaken) {
  EXPECT_THAT(ExplainNoCluster(kAccess, absl::UnauthenticatedError("not taken"), {}),
              AllOf(HasSubstr("cannot speak with the cluster"), HasSubstr("not taken.\nThey are of user \"u\".")));
}

TEST(ExplainNoCluster, SaysUntilWhenACertificateThatIsNotTakenWasValid) {
  // As much of one as has its validity, until 2020.
  const testkit::TemporaryFolder folder;
  const std::string file = folder.Write("u.crt",
                                        "-----BEGIN CERTIFICATE-----\n"
                                        "MC4wLKADAgECAgEBMAAwADAeFw0yMDAxMDEwMDAwMDBaFw0yMDAyMDEwMDAwMDBa\n"
                                        "-----END CERTIFICATE-----\n");
  kubernetes::ClusterAccess access = kAccess;
  access.certificate = {"", file, "client-certificate of user \"u\" in /k"};
  EXPECT_THAT(ExplainNoCluster(access, absl::UnauthenticatedError("not taken"), {}),
              HasSubstr(file + " (client-certificate of user \"u\" in /k) was valid until 2020-02-01 00:00 UTC."));
}

TEST(ExplainNoCluster, SaysWhomItTrusts) {
  EXPECT_THAT(Explained(Trouble::kCertificateUntrusted), HasSubstr("Trusted are those of this system"));
  kubernetes::ClusterAccess access = kAccess;
  access.authorities = {"pem", "", "certificate-authority-data of cluster \"c\""};
  EXPECT_THAT(Explained(Trouble::kCertificateUntrusted, {}, access),
              HasSubstr("Trusted is what the certificate-authority-data of cluster \"c\" has"));
}

TEST(ExplainNoCluster, NamesTheFieldOrTheFileThatHoldsNoCertificateOrKey) {
  kubernetes::ClusterAccess access = kAccess;
  access.authorities = {"pem", "", "certificate-authority-data of cluster \"c\" in /k"};
  access.certificate = {"", "/u.crt", "client-certificate of user \"u\" in /k"};
  access.key = {"pem", "", "client-key-data of user \"u\" in /k"};
  EXPECT_THAT(Explained(Trouble::kAuthoritiesUnusable, {}, access),
              AllOf(HasSubstr("in the certificate-authority-data of cluster \"c\" in /k."), Not(HasSubstr("user"))));
  EXPECT_THAT(Explained(Trouble::kOwnCertificateUnusable, {}, access),
              HasSubstr("in the file /u.crt (client-certificate of user \"u\" in /k)."));
  EXPECT_THAT(Explained(Trouble::kOwnKeyUnusable, {}, access),
              HasSubstr("no key of the user's certificate in the client-key-data of user \"u\" in /k:"));
  access.certificate = access.key = {};
  access.plugin.emplace().command = "login";
  EXPECT_THAT(Explained(Trouble::kOwnKeyUnusable, {}, access), HasSubstr("in what the program login tells:"));
}

TEST(ExplainNoCluster, NeverTellsTheProxysPassword) {
  kubernetes::ClusterAccess access = kAccess;
  access.proxy_url = "http://me:secret@p:1";
  EXPECT_THAT(Explained(Trouble::kRefused, {}, access),
              AllOf(HasSubstr("the proxy http://p:1 "), Not(HasSubstr("secret"))));
  EXPECT_THAT(Explained(Trouble::kRefused, {{"HTTPS_PROXY", "me:sec@ret@p:1"}}),
              AllOf(HasSubstr("HTTPS_PROXY is p:1:"), Not(HasSubstr("ret"))));
}

TEST(ExplainNoCluster, WhatWasRefusedByAProxyOfTheClusterIsNotSaidOfTheCluster) {
  kubernetes::ClusterAccess access = kAccess;
  access.proxy_url = "socks5://q";
  EXPECT_THAT(Explained(Trouble::kRefused, {}, access), HasSubstr("The connection to the proxy was refused"));
}

TEST(ExplainNoCluster, NamesTheProxyOnTheWay) {
  EXPECT_THAT(Explained(Trouble::kRefused, {{"HTTPS_PROXY", "http://p:1"}}), HasSubstr("HTTPS_PROXY is http://p:1"));
  EXPECT_THAT(Explained(Trouble::kRefused, {{"http_proxy", "http://p:1"}}), Not(HasSubstr("proxy")));
  kubernetes::ClusterAccess access = kAccess;
  access.proxy_url = "socks5://q";
  EXPECT_THAT(Explained(Trouble::kRefused, {{"HTTPS_PROXY", "http://p:1"}}, access),
              AllOf(HasSubstr("socks5://q"), HasSubstr("proxy-url"), Not(HasSubstr("http://p:1"))));
}

}  // namespace
}  // namespace flow
