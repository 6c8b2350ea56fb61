#include "flow/engine/image_reference.h"

#include <gtest/gtest.h>

namespace flow::engine {
namespace {

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

}  // namespace
}  // namespace flow::engine
