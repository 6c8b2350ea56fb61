#include "flow/http/authority.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow::http {
namespace {

using ::testing::HasSubstr;

TEST(ParseAuthority, TakesNamesAndAddressesWithAndWithoutPort) {
  const struct {
    const char* text;
    const char* host;
    int port;
  } cases[] = {
      {"build-7:2376", "build-7", 2376},
      {"127.0.0.1:1", "127.0.0.1", 1},
      {"[::1]:65535", "::1", 65535},
      {"[fe80::1%eth0]", "fe80::1%eth0", 0},
      {"build-7", "build-7", 0},
      {":2375", "", 2375},
      {"", "", 0},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Authority> authority = ParseAuthority(c.text);
    ASSERT_TRUE(authority.ok()) << c.text << ": " << authority.status();
    EXPECT_EQ(authority->host, c.host) << c.text;
    EXPECT_EQ(authority->port, c.port) << c.text;
  }
}

TEST(ParseAuthority, SaysWhatIsWrong) {
  const struct {
    const char* text;
    const char* what;
  } cases[] = {
      {"[::1:80", "bracket"}, {"[::1]80", "port"},   {"a:", "port"},     {"a:0", "port"},
      {"a:65536", "port"},    {"a:80x", "port"},     {"a: 80", "port"},  {"a:-1", "port"},
      {"::1:80", "port"},     {"user@a:80", "host"}, {"a b:80", "host"}, {"[a/b]:80", "host"},
  };
  for (const auto& c : cases) {
    const absl::StatusOr<Authority> authority = ParseAuthority(c.text);
    EXPECT_TRUE(absl::IsInvalidArgument(authority.status())) << c.text;
    EXPECT_THAT(authority.status().message(), HasSubstr(c.what)) << c.text;
  }
}

TEST(AuthorityText, IsWhatWasRead) {
  for (const char* text : {"[::1]:65535", "build-7:2376", "build-7", ":2375"}) {
    EXPECT_EQ(AuthorityText(*ParseAuthority(text)), text);
  }
}

TEST(UrlOf, PutsAnIpV6AddressInBrackets) {
  EXPECT_EQ(UrlOf({"::1", 2376}, /*tls=*/true), "https://[::1]:2376");
  EXPECT_EQ(UrlOf({"build-7", 2375}, /*tls=*/false), "http://build-7:2375");
}

TEST(IsLoopback, IsThisMachineUnderAnyOfItsNames) {
  for (const char* host : {"127.0.0.1", "localhost", "LocalHost", "a.localhost", "::1", "127.1.2.3", "0.0.0.0", "::"}) {
    EXPECT_TRUE(IsLoopback(host)) << host;
  }
  for (const char* host : {"10.0.0.7", "localhost.example", "fd00::1", "128.0.0.1", "host.docker.internal", ""}) {
    EXPECT_FALSE(IsLoopback(host)) << host;
  }
}

}  // namespace
}  // namespace flow::http
