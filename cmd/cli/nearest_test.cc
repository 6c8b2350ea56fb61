#include "cmd/cli/nearest.h"

#include "gtest/gtest.h"

namespace flow {
namespace {

TEST(NearestTest, DistanceCountsLettersAndSwaps) {
  EXPECT_EQ(EditDistance("", ""), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("timeout", "timeout"), 0u);
  EXPECT_EQ(EditDistance("tiemout", "timeout"), 1u);
  EXPECT_EQ(EditDistance("timout", "timeout"), 1u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(NearestTest, WhatIsTooFarIsNotSuggested) {
  EXPECT_EQ(Nearest("tiemout", {"tail", "timeout", "wait"}), "timeout");
  EXPECT_EQ(Nearest("x", {"tail", "timeout"}), "");
  EXPECT_EQ(Nearest("replicas", {"tail", "timeout"}), "");
  EXPECT_EQ(Nearest("tail", {}), "");
}

}  // namespace
}  // namespace flow
