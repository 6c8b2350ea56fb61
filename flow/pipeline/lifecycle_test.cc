#include "flow/pipeline/lifecycle.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

TEST(UrlProblem, TakesPathsAndUrls) {
  for (absl::string_view url : {"/", "/health?full=1&x=%20", "http://localhost", "https://a:1/b", "http://[::1]:80/"}) {
    EXPECT_EQ(UrlProblem(url), "") << url;
  }
}

TEST(UrlProblem, RefusesWhatAShellWouldRead) {
  for (absl::string_view url : {"/$(reboot)", "/`id`", "/a'b", "/a\"b", "/a\\b", "/a b", "/a|b", "/a\nb", "/ü", "/;(",
                                "health", "", "ftp://a", "http://", "http://:80", "http:///x"}) {
    EXPECT_NE(UrlProblem(url), "") << url;
  }
}

TEST(WithoutLocalhost, AsksTheAddressThatServersListenOn) {
  EXPECT_EQ(WithoutLocalhost("http://localhost:80/x"), "http://127.0.0.1:80/x");
  EXPECT_EQ(WithoutLocalhost("https://LocalHost"), "https://127.0.0.1");
  EXPECT_EQ(WithoutLocalhost("https://localhost/x?y=localhost"), "https://127.0.0.1/x?y=localhost");
  EXPECT_EQ(WithoutLocalhost("http://localhost.example.org/"), "http://localhost.example.org/");
  EXPECT_EQ(WithoutLocalhost("http://other/localhost"), "http://other/localhost");
}

TEST(IsSignal, TakesNamesAndNumbers) {
  for (absl::string_view text : {"SIGTERM", "term", "15", "64", "SIGRTMIN+3", "RTMAX-1", "SIGWINCH"})
    EXPECT_TRUE(IsSignal(text)) << text;
  for (absl::string_view text : {"", "0", "65", "SIGFOO", "SIG", "RTMIN+16", "RTMIN-1", "-9"})
    EXPECT_FALSE(IsSignal(text)) << text;
}

}  // namespace
}  // namespace flow::pipeline
