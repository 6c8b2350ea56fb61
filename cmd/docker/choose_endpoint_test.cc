#include "cmd/docker/choose_endpoint.h"

#include <sys/stat.h>

#include <filesystem>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "testkit/temporary_folder.h"
#include "testkit/unprivileged.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

// echo -n NAME | sha256sum
constexpr char kDigestOfA[] = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb";

class EndpointTest : public ::testing::Test {
 protected:
  EndpointTest() { environment_["HOME"] = home_; }

  void Write(const std::string& path, const std::string& text) { folder_.Write(path, text); }

  // Context "a", with the current one set to `current`.
  void WriteContext(const std::string& host, const std::string& current) {
    Write(absl::StrCat(".docker/contexts/meta/", kDigestOfA, "/meta.json"),
          absl::StrCat(R"({"Name":"a","Metadata":{"Description":"x"},"Endpoints":{"docker":{"Host":")", host,
                       R"(","SkipTLSVerify":false}}})"));
    Write(".docker/config.json",
          absl::StrCat(R"({"auths":{},"currentContext":")", current, R"(","new":[1,{"a":null}]})"));
  }

  Endpoint Choose(absl::string_view flag = "") {
    const absl::StatusOr<Endpoint> endpoint = ChooseEndpoint(flag, environment_);
    EXPECT_TRUE(endpoint.ok()) << endpoint.status();
    return endpoint.ok() ? *endpoint : Endpoint();
  }

  std::string Error(absl::StatusCode code, absl::string_view flag = "") {
    const absl::StatusOr<Endpoint> endpoint = ChooseEndpoint(flag, environment_);
    EXPECT_EQ(endpoint.status().code(), code);
    return std::string(endpoint.status().message());
  }

  const testkit::TemporaryFolder folder_;
  const std::string& home_ = folder_.path();
  Environment environment_;
};

TEST_F(EndpointTest, DefaultIsTheSocketOfThisMachine) {
  for (const Environment& environment :
       {environment_, Environment(), Environment{{"DOCKER_HOST", ""}, {"DOCKER_TLS_VERIFY", "1"}},
        Environment{{"DOCKER_CONTEXT", "default"}}}) {
    environment_ = environment;
    const Endpoint endpoint = Choose();
    EXPECT_EQ(endpoint.kind, Endpoint::Kind::kUnix);
    EXPECT_EQ(endpoint.address, "unix:///var/run/docker.sock");
    EXPECT_EQ(endpoint.socket, "/var/run/docker.sock");
    EXPECT_EQ(endpoint.url, "http://localhost");
    EXPECT_EQ(endpoint.chosen_by, "the default");
    EXPECT_EQ(endpoint.note, "");
    EXPECT_FALSE(endpoint.tls);
  }
}

TEST_F(EndpointTest, FlagComesBeforeDockerHostBeforeDockerContextBeforeTheCurrentContext) {
  WriteContext("unix:///a.sock", "a");
  Endpoint endpoint = Choose();
  EXPECT_EQ(endpoint.socket, "/a.sock");
  EXPECT_EQ(endpoint.chosen_by, absl::StrCat("context \"a\" (current in ", home_, "/.docker/config.json)"));

  environment_["DOCKER_CONTEXT"] = "a";
  endpoint = Choose();
  EXPECT_EQ(endpoint.socket, "/a.sock");
  EXPECT_EQ(endpoint.chosen_by, "context \"a\" (DOCKER_CONTEXT)");

  environment_["DOCKER_HOST"] = "unix:///h.sock";
  endpoint = Choose();
  EXPECT_EQ(endpoint.socket, "/h.sock");
  EXPECT_EQ(endpoint.chosen_by, "DOCKER_HOST");

  endpoint = Choose("tcp://f:1");
  EXPECT_EQ(endpoint.url, "http://f:1");
  EXPECT_EQ(endpoint.chosen_by, "--host");
  EXPECT_EQ(endpoint.note,
            "DOCKER_HOST (unix:///h.sock) and context \"a\" (DOCKER_CONTEXT) were not used, because --host was given");
}

TEST_F(EndpointTest, P24ContextThatDockerHostOverridesIsNoted) {
  WriteContext("unix:///a.sock", "a");
  environment_["DOCKER_HOST"] = "tcp://127.0.0.1:1";
  EXPECT_EQ(Choose().note, absl::StrCat("context \"a\" (current in ", home_,
                                        "/.docker/config.json) was not used, because DOCKER_HOST is set"));
}

TEST_F(EndpointTest, DefaultContextAsksForNoContext) {
  WriteContext("unix:///a.sock", "a");
  environment_["DOCKER_CONTEXT"] = "default";
  EXPECT_EQ(Choose().chosen_by, "the default");
  environment_.erase("DOCKER_CONTEXT");
  WriteContext("unix:///a.sock", "default");
  EXPECT_EQ(Choose().chosen_by, "the default");
}

TEST_F(EndpointTest, DockerConfigNamesAnotherFolder) {
  Write("other/config.json", R"({"currentContext":"a"})");
  Write(absl::StrCat("other/contexts/meta/", kDigestOfA, "/meta.json"),
        R"({"Name":"a","Endpoints":{"docker":{"Host":"unix:///other.sock"}}})");
  environment_["DOCKER_CONFIG"] = home_ + "/other";
  EXPECT_EQ(Choose().socket, "/other.sock");
}

TEST_F(EndpointTest, ContextBringsItsCertificates) {
  WriteContext("tcp://build-7:2376", "a");
  for (const char* file : {"ca.pem", "cert.pem", "key.pem"}) {
    Write(absl::StrCat(".docker/contexts/tls/", kDigestOfA, "/docker/", file), "x");
  }
  const Endpoint endpoint = Choose();
  EXPECT_TRUE(endpoint.tls);
  EXPECT_EQ(endpoint.url, "https://build-7:2376");
  EXPECT_EQ(endpoint.ca, absl::StrCat(home_, "/.docker/contexts/tls/", kDigestOfA, "/docker/ca.pem"));
  EXPECT_THAT(endpoint.certificate, HasSubstr("cert.pem"));
  EXPECT_THAT(endpoint.key, HasSubstr("key.pem"));
  EXPECT_EQ(endpoint.tls_set_by, "context \"a\"");
}

TEST_F(EndpointTest, AnyDockerTlsVerifyTurnsTlsOnForTcp) {
  Write("certs/ca.pem", "x");
  environment_["DOCKER_TLS_VERIFY"] = "0";
  environment_["DOCKER_CERT_PATH"] = home_ + "/certs";
  environment_["DOCKER_HOST"] = "tcp://build-7";
  const Endpoint endpoint = Choose();
  EXPECT_TRUE(endpoint.tls);
  EXPECT_EQ(endpoint.url, "https://build-7:2376");
  EXPECT_EQ(endpoint.ca, home_ + "/certs/ca.pem");
  EXPECT_EQ(endpoint.certificate, "");
  EXPECT_EQ(endpoint.tls_set_by, absl::StrCat("DOCKER_TLS_VERIFY and DOCKER_CERT_PATH (", home_, "/certs)"));
  EXPECT_FALSE(Choose("unix:///x.sock").tls);
  environment_.erase("DOCKER_TLS_VERIFY");
  EXPECT_FALSE(Choose().tls);
  EXPECT_EQ(Choose().url, "http://build-7:2375");
}

TEST_F(EndpointTest, CertificatesAreThoseOfTheConfigFolderElse) {
  Write(".docker/ca.pem", "x");
  environment_["DOCKER_TLS_VERIFY"] = "1";
  EXPECT_EQ(Choose("tcp://build-7").ca, home_ + "/.docker/ca.pem");
}

TEST_F(EndpointTest, CertificateFolderThatIsEmptyOrHalfIsAnError) {
  environment_["DOCKER_TLS_VERIFY"] = "1";
  environment_["DOCKER_CERT_PATH"] = home_ + "/certs";
  EXPECT_THAT(Error(absl::StatusCode::kFailedPrecondition, "tcp://b"),
              HasSubstr(home_ + "/certs, and there is neither ca.pem"));
  Write("certs/cert.pem", "x");
  EXPECT_THAT(Error(absl::StatusCode::kFailedPrecondition, "tcp://b"), HasSubstr("it must have both or none"));
}

TEST_F(EndpointTest, AddressesOfTcp) {
  EXPECT_EQ(Choose("tcp://h:2375").url, "http://h:2375");
  EXPECT_EQ(Choose("tcp://:2375").url, "http://127.0.0.1:2375");
  EXPECT_EQ(Choose("tcp://[::1]:2375").url, "http://[::1]:2375");
  EXPECT_EQ(Choose("tcp://[::1]:2375").host, "::1");
  EXPECT_EQ(Choose("tcp://[::1]").url, "http://[::1]:2375");
  EXPECT_EQ(Choose("tcp://h:1/base/").url, "http://h:1/base");
  for (const char* slashes : {"tcp://h:2375/", "tcp://h:2375//"}) {
    EXPECT_EQ(Choose(slashes).url, "http://h:2375");
    EXPECT_EQ(Choose(slashes).address, "tcp://h:2375");
  }
  EXPECT_EQ(Choose("unix:///x.sock//").socket, "/x.sock");
  EXPECT_EQ(Choose("http://h:1").url, "http://h:1");
  EXPECT_EQ(Choose("https://h").url, "https://h:2376");
  EXPECT_EQ(Choose("127.0.0.1:2375").url, "http://127.0.0.1:2375");
  EXPECT_EQ(Choose("127.0.0.1:2375").address, "tcp://127.0.0.1:2375");
}

TEST_F(EndpointTest, WhatCannotBeUsedIsAnErrorThatNamesTheSettingAndTheWayOut) {
  for (const char* wrong : {"tcp://h:0", "tcp://h:x", "tcp://h:65536", "tcp://[::1", "tcp://h:1:2", "tcp://a b:1",
                            "tcp://u@h:1", "unix://var/run/docker.sock", "npipe:////./pipe/docker_engine", "fd://",
                            "/var/run/docker.sock", "tcp://h:2375\n"}) {
    EXPECT_THAT(Error(absl::StatusCode::kInvalidArgument, wrong),
                HasSubstr(absl::StrCat("--host is \"", wrong, "\": ")));
  }
  EXPECT_THAT(Error(absl::StatusCode::kInvalidArgument, "/var/run/docker.sock"),
              HasSubstr("unix:///var/run/docker.sock"));
  EXPECT_THAT(Error(absl::StatusCode::kInvalidArgument, "unix:///" + std::string(120, 'x')),
              HasSubstr("at most 107 bytes"));
  EXPECT_THAT(Error(absl::StatusCode::kInvalidArgument, "npipe:////./pipe/x"), HasSubstr("not to npipe://"));
  environment_["DOCKER_HOST"] = "fd://";
  EXPECT_THAT(Error(absl::StatusCode::kFailedPrecondition), HasSubstr("DOCKER_HOST is \"fd://\": "));
}

TEST_F(EndpointTest, SshIsRefusedWithTheCommandThatForwardsASocket) {
  EXPECT_THAT(Error(absl::StatusCode::kInvalidArgument, "ssh://me@build-7:2222"),
              HasSubstr("ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock -p 2222 me@build-7"));
  WriteContext("ssh://build-7", "a");
  const std::string error = Error(absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(error, HasSubstr("context \"a\""));
  EXPECT_THAT(error, HasSubstr("ssh -nNT -L /tmp/engine.sock:/var/run/docker.sock build-7"));
}

TEST_F(EndpointTest, ContextThatIsNotThereIsNamedWithThoseThatAre) {
  WriteContext("unix:///a.sock", "b");
  EXPECT_THAT(
      Error(absl::StatusCode::kFailedPrecondition),
      HasSubstr(absl::StrCat("context \"b\" (current in ", home_, "/.docker/config.json): there is no such context in ",
                             home_, "/.docker/contexts; there are: default, a")));
  environment_.erase("HOME");
  environment_["DOCKER_CONTEXT"] = "b";
  EXPECT_THAT(Error(absl::StatusCode::kFailedPrecondition), HasSubstr("context \"b\" (DOCKER_CONTEXT)"));
}

TEST_F(EndpointTest, BrokenConfigIsNamedUnlessAnAddressIsGiven) {
  Write(".docker/config.json", "{\"currentContext\":");
  EXPECT_THAT(Error(absl::StatusCode::kFailedPrecondition),
              HasSubstr(home_ + "/.docker/config.json is not valid JSON"));
  EXPECT_EQ(Choose("unix:///x.sock").socket, "/x.sock");
  WriteContext("unix:///a.sock", "a");
  Write(absl::StrCat(".docker/contexts/meta/", kDigestOfA, "/meta.json"),
        R"({"Name":"a","Endpoints":{"kubernetes":{}}})");
  EXPECT_THAT(Error(absl::StatusCode::kFailedPrecondition), HasSubstr("not for Docker"));
}

TEST_F(EndpointTest, AConfigThatIsThereAndCannotBeReadIsNamedUnlessAnAddressIsGiven) {
  WriteContext("unix:///a.sock", "a");
  chmod((home_ + "/.docker/config.json").c_str(), 0000);
  EXPECT_TRUE(testkit::Unprivileged([&] {
    const absl::Status status = ChooseEndpoint("", environment_).status();
    return absl::IsFailedPrecondition(status) &&
           absl::StrContains(status.message(), home_ + "/.docker/config.json: permission denied. Repair it, or") &&
           Choose("unix:///x.sock").socket == "/x.sock";
  }));
  chmod((home_ + "/.docker/config.json").c_str(), 0600);
}

TEST_F(EndpointTest, ConfigOfAnotherUserIsNotedAndNotUsed) {
  WriteContext("unix:///a.sock", "a");
  chmod((home_ + "/.docker").c_str(), 0000);
  EXPECT_TRUE(testkit::Unprivileged([&] {
    const Endpoint endpoint = Choose();
    return endpoint.chosen_by == "the default" && absl::StrContains(endpoint.note, "/config.json: permission denied");
  }));
  chmod((home_ + "/.docker").c_str(), 0700);
}

}  // namespace
}  // namespace flow
