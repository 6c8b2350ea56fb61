#include "flow/docker/pull_refusal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/docker/platform.h"

namespace flow::docker {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// What engines and registries say, and what it means.
TEST(ExplainPull, TellsWhoDidNotGiveTheImageAndWhy) {
  const std::string image = "r.example:5000/team/my:1";
  const std::pair<const char*, const char*> cases[] = {
      {"manifest for r.example:5000/team/my:1 not found: manifest unknown: manifest unknown", "not the tag 1"},
      {"pull access denied for team/my, repository does not exist or may require 'docker login': denied: requested "
       "access",
       "has no repository team/my"},
      {"Head \"https://r.example:5000/v2/team/my/manifests/1\": no basic auth credentials", "there are none for it"},
      {"unauthorized: authentication required", "refused the credentials, or wants some"},
      {"Head \"https://r.example:5000/v2/team/my/manifests/1\": denied", "has no repository team/my, or shows it only"},
      {"error parsing HTTP 403 response body: denied: denied", "(`docker login r.example:5000`)"},
      {"received unexpected HTTP status: 403 Forbidden", "has no repository team/my, or shows it only"},
      {"toomanyrequests: You have reached your pull rate limit", "rate limit"},
      {"Get \"https://r.example:5000/v2/\": dial tcp: lookup r.example on 127.0.0.1:53: no such host",
       "does not know the host"},
      {"Get \"http://r.example:5000/v2/\": dial tcp 10.0.0.1:5000: connect: connection refused",
       "cannot reach registry"},
      {"Get \"https://r.example:5000/v2/\": http: server gave HTTP response to HTTPS client", "speaks no TLS"},
      {"Get \"https://r.example:5000/v2/\": x509: certificate signed by unknown authority",
       "does not trust the certificate"},
      {"no matching manifest for linux/arm64/v8 in the manifest list entries", "for other platforms only"},
  };
  for (const auto& [said, means] : cases) {
    EXPECT_THAT(ExplainPull(image, said), AllOf(HasSubstr("r.example:5000"), HasSubstr(means), HasSubstr(said)));
  }
}

TEST(ExplainPull, NamesTheDigestWhereThatIsNotFound) {
  EXPECT_THAT(ExplainPull("a/b@sha256:12", "manifest unknown"),
              StartsWith("docker.io has the repository a/b, but not the digest sha256:12"));
}

TEST(ExplainPull, WhatItDoesNotKnowStaysAsItIs) { EXPECT_EQ(ExplainPull("my:1", "disk full"), "disk full"); }

// An image for another processor.
TEST(PlatformMismatch, TellsBothPlatforms) {
  engine::ImageInspect image;
  image.set_os("linux");
  image.set_architecture("arm64");
  engine::Info info;
  info.set_os_type("linux");
  info.set_architecture("x86_64");
  EXPECT_EQ(PlatformMismatch("my:1", image, info),
            "its image my:1 is for linux/arm64, and the engine's machine is linux/amd64");
  info.set_architecture("aarch64");
  EXPECT_EQ(PlatformMismatch("my:1", image, info), "");
  image.set_architecture("arm");
  EXPECT_EQ(PlatformMismatch("my:1", image, info), "");
  image.clear_architecture();
  EXPECT_EQ(PlatformMismatch("my:1", image, info), "");
}

}  // namespace
}  // namespace flow::docker
