#include "flow/pipeline/image_reference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

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

TEST(ReferencedImage, FollowsFlowctl) {
  EXPECT_EQ(ReferencedImage("duckdb-consumer@v1.0.0"), "docker.io/withobsrvr/duckdb-consumer:v1.0.0");
  EXPECT_EQ(ReferencedImage("org/name@2"), "docker.io/org/name:2");
  EXPECT_EQ(ReferencedImage("org/a/b@2"), "docker.io/org/a/b:2");
}

TEST(ReferencedImage, TakesFullReferences) {
  EXPECT_EQ(ReferencedImage("ghcr.io/org/name:1"), "ghcr.io/org/name:1");
  EXPECT_EQ(ReferencedImage("ghcr.io/org/name@1"), "ghcr.io/org/name:1");
  EXPECT_EQ(ReferencedImage("redis:7"), "redis:7");
  EXPECT_EQ(ReferencedImage("a@sha256:00"), "a@sha256:00");
}

TEST(ReferencedImage, IsNothingForFreeText) {
  EXPECT_EQ(ReferencedImage("stellar-source"), std::nullopt);
  EXPECT_EQ(ReferencedImage(""), std::nullopt);
}

}  // namespace
}  // namespace flow::pipeline
