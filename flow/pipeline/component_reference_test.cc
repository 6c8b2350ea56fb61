#include "flow/pipeline/component_reference.h"

#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

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
