#include "flow/compose/probe.h"

#include <gtest/gtest.h>

namespace flow::compose {
namespace {

TEST(ProbeTest, AsksWithWgetElseCurlElseSaysThatItCannot) {
  EXPECT_EQ(ProbeShellTest("http://127.0.0.1:8080/health"),
            "unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY\n"
            "if command -v wget >/dev/null; then\n"
            "  exec wget -nv -t 1 -O /dev/null 'http://127.0.0.1:8080/health'\n"
            "elif command -v curl >/dev/null; then\n"
            "  exec curl -fsS -o /dev/null 'http://127.0.0.1:8080/health'\n"
            "else\n"
            "  echo 'flow: no wget or curl in this image'\n"
            "  exit 127\n"
            "fi");
}

TEST(ProbeTest, DoesNotVerifyACertificateForLoopback) {
  const std::string test = ProbeShellTest("https://127.0.0.1/health");
  EXPECT_TRUE(absl::StrContains(test, "wget -nv -t 1 --no-check-certificate -O /dev/null 'https:")) << test;
  EXPECT_TRUE(absl::StrContains(test, "curl -fsS -k -o /dev/null 'https:")) << test;
}

TEST(ProbeTest, TheUrlIsOneWordOfTheShell) {
  EXPECT_EQ(ShellQuote("a'b $(c) \"d\"; e"), R"('a'\''b $(c) "d"; e')");
  const std::string test = ProbeShellTest("http://127.0.0.1/'; reboot '");
  EXPECT_TRUE(absl::StrContains(test, R"('http://127.0.0.1/'\''; reboot '\''')")) << test;
}

// The outputs below are those of Docker 20.10 with runc 1.1, BusyBox 1.35, GNU wget 1.21 and curl 7.88.
TEST(ProbeTest, AnImageWithoutShellOrProgramsIsNoVerdict) {
  EXPECT_TRUE(ProbeCannotRun(127, "flow: no wget or curl in this image\n"));
  EXPECT_TRUE(ProbeCannotRun(-1,
                             "OCI runtime exec failed: exec failed: unable to start container process: exec: "
                             "\"/bin/sh\": stat /bin/sh: no such file or directory: unknown"));
}

TEST(ProbeTest, AnAnswerIsAVerdict) {
  EXPECT_FALSE(ProbeCannotRun(1, "wget: server returned error: HTTP/1.1 404 Not Found\n"));
  EXPECT_FALSE(ProbeCannotRun(-1, "Health check exceeded timeout (5s)"));
  EXPECT_FALSE(ProbeCannotRun(-1, "OCI runtime exec failed: cannot exec in a stopped state: unknown"));
  EXPECT_FALSE(ProbeCannotRun(0, "flow: no wget or curl in this image"));
}

TEST(ProbeTest, TheAnswerIsTheLastLineThatSaysSomething) {
  EXPECT_EQ(ProbeAnswer("Connecting to 127.0.0.1:8080 (127.0.0.1:8080)\nwget: server returned error: HTTP/1.0 500 "
                        "Internal Server Error\n"),
            "wget: server returned error: HTTP/1.0 500 Internal Server Error");
  EXPECT_EQ(ProbeAnswer("http://127.0.0.1:8080/bad:\n2026-11-25 06:45:52 ERROR 500: Internal Server Error.\n"),
            "2026-11-25 06:45:52 ERROR 500: Internal Server Error.");
  EXPECT_EQ(ProbeAnswer("Read error (Connection timed out) in headers.\r\nGiving up.\r\n\r\n"),
            "Read error (Connection timed out) in headers.");
  EXPECT_EQ(ProbeAnswer(" \n"), "");
}

}  // namespace
}  // namespace flow::compose
