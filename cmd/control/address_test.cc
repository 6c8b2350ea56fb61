#include "cmd/control/address.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;

TEST(ControlPlaneEndpoint, IsHostAndPort) {
  for (const char* address : {"127.0.0.1:8080", "http://127.0.0.1:8080", "http://127.0.0.1:8080/"}) {
    const absl::StatusOr<Endpoint> endpoint = ControlPlaneEndpoint(address, {});
    ASSERT_TRUE(endpoint.ok()) << endpoint.status();
    EXPECT_EQ(endpoint->url, "http://127.0.0.1:8080");
    EXPECT_EQ(endpoint->host, "127.0.0.1");
    EXPECT_TRUE(endpoint->http2);
    EXPECT_FALSE(endpoint->tls);
    EXPECT_EQ(HostAndPort(address), "127.0.0.1:8080");
  }
  EXPECT_EQ(ControlPlaneEndpoint("[::1]:8080", {})->host, "::1");
}

TEST(ControlPlaneEndpoint, SpeaksTlsWhereAsked) {
  const absl::StatusOr<Endpoint> endpoint =
      ControlPlaneEndpoint("https://cp.example:443", {{"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH", "/ca.pem"}});
  ASSERT_TRUE(endpoint.ok());
  EXPECT_TRUE(endpoint->tls);
  EXPECT_EQ(endpoint->url, "https://cp.example:443");
  EXPECT_EQ(endpoint->ca, "/ca.pem");
}

TEST(ControlPlaneEndpoint, AnythingElseIsWrongUsage) {
  for (const char* address : {"", "8080", ":8080", "cp", "cp:", "cp:0", "cp:65536", "cp:80x", "cp:-1", "unix:///x",
                              "ftp://cp:80", "c p:80", "cp/x:80", "::1:80", "[::1]", "[::1:80", "user@cp:80"}) {
    const absl::StatusOr<Endpoint> endpoint = ControlPlaneEndpoint(address, {});
    EXPECT_TRUE(absl::IsInvalidArgument(endpoint.status())) << address;
    EXPECT_THAT(endpoint.status().message(), HasSubstr("it is HOST:PORT")) << address;
  }
}

}  // namespace
}  // namespace flow
