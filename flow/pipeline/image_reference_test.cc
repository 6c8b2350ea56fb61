#include "flow/pipeline/image_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace flow::pipeline {
namespace {

TEST(ImageProblem, TakesWhatEnginesTake) {
  for (absl::string_view image :
       {"busybox", "busybox:1.36", "library/busybox", "docker.io/org/name:v1", "localhost:5000/a", "localhost/a",
        "registry.example.org:5000/deep/er/name:Tag_1.2-3", "a__b/c--d/e.f_g",
        "busybox@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "[::1]:5000/a",
        "127.0.0.1:5000/a:1"}) {
    EXPECT_EQ(ImageProblem(image), "") << image;
  }
}

TEST(ImageProblem, RefusesWhatEnginesRefuse) {
  for (absl::string_view image : {"", "Busybox", "busybox:", "busybox:a b", "/busybox", "a//b", "-a", "a-", "a..b",
                                  "a/b/", "busybox@sha256:123", "http://a/b", "a:b:c", "a___b"}) {
    EXPECT_NE(ImageProblem(image), "") << image;
  }
}

TEST(ParseImageReference, FillsInWhatIsLeftOut) {
  EXPECT_EQ(ParseImageReference("busybox").ToString(), "docker.io/library/busybox:latest");
  EXPECT_EQ(ParseImageReference("busybox:1.36").ToString(), "docker.io/library/busybox:1.36");
  EXPECT_EQ(ParseImageReference("withobsrvr/consumer:v1").ToString(), "docker.io/withobsrvr/consumer:v1");
  EXPECT_EQ(ParseImageReference("index.docker.io/library/busybox:1").ToString(), "docker.io/library/busybox:1");
}

TEST(ParseImageReference, TakesAFirstPartWithADotOrAPortAsARegistry) {
  EXPECT_EQ(ParseImageReference("ghcr.io/a/b:2").registry, "ghcr.io");
  EXPECT_EQ(ParseImageReference("127.0.0.1:5000/a/b:2").registry, "127.0.0.1:5000");
  EXPECT_EQ(ParseImageReference("127.0.0.1:5000/a/b").tag, "latest");
  EXPECT_EQ(ParseImageReference("localhost/a").registry, "localhost");
  EXPECT_EQ(ParseImageReference("user/a").registry, "docker.io");
}

TEST(ParseImageReference, KeepsADigest) {
  const ImageReference reference = ParseImageReference("busybox:1.36@sha256:abcd");
  EXPECT_EQ(reference.tag, "1.36");
  EXPECT_EQ(reference.digest, "sha256:abcd");
  EXPECT_EQ(ParseImageReference("busybox@sha256:abcd").tag, "");
}

TEST(ImageProblem, ShowsTheTextAsItStands) {
  EXPECT_EQ(ImageProblem("ghcr.io/YOUR_ORG/YOUR_REPO:v1"),
            "\"ghcr.io/YOUR_ORG/YOUR_REPO:v1\" has upper-case letters, and an image's name is in lower case");
  for (absl::string_view image : {"Busybox", "busybox:", "a//b", "busy box", "docker://a", "a.b:c/d", "a@sha256:1"}) {
    EXPECT_TRUE(absl::StartsWith(ImageProblem(image), absl::StrCat("\"", image, "\" "))) << ImageProblem(image);
  }
}

TEST(MendedImage, IsTheWholeReferenceThatWasMeant) {
  EXPECT_EQ(MendedImage("ghcr.io/YOUR_ORG/YOUR_REPO:V1"), "ghcr.io/your_org/your_repo:V1");
  EXPECT_EQ(MendedImage("docker://Busybox"), "busybox");
  EXPECT_EQ(MendedImage(" https://docker.io/library/redis:7\n"), "docker.io/library/redis:7");
  for (absl::string_view image : {"", "://", "busy box", "a//b", "a:b:c", "_A_"}) EXPECT_EQ(MendedImage(image), "");
}

}  // namespace
}  // namespace flow::pipeline
