#include "flow/kubernetes/quantity.h"

#include <gtest/gtest.h>

namespace flow::kubernetes {
namespace {

TEST(QuantityTest, CoresAreWholeOrThousandthsAndNeverLessThanAsked) {
  EXPECT_EQ(CpuQuantity(2), "2");
  EXPECT_EQ(CpuQuantity(0.25), "250m");
  EXPECT_EQ(CpuQuantity(1.5), "1500m");
  EXPECT_EQ(CpuQuantity(0.07), "70m");
  EXPECT_EQ(CpuQuantity(0.0701), "71m");
  EXPECT_EQ(CpuQuantity(0.0001), "1m");
}

TEST(QuantityTest, BytesStandInTheLargestUnitThatLosesNone) {
  EXPECT_EQ(MemoryQuantity(64 * 1024 * 1024), "64Mi");
  EXPECT_EQ(MemoryQuantity(500e6), "500M");
  EXPECT_EQ(MemoryQuantity(1500e3), "1500k");
  EXPECT_EQ(MemoryQuantity(1048577), "1048577");
  EXPECT_EQ(MemoryQuantity(1024e9), "1000000000Ki");  // of 1024 before of 1000
  EXPECT_EQ(MemoryQuantity(8.0 * (uint64_t{1} << 60)), "8Ei");
}

TEST(QuantityTest, WhatAClusterWritesIsRead) {
  EXPECT_DOUBLE_EQ(*ReadQuantity("156340537n"), 0.156340537);
  EXPECT_DOUBLE_EQ(*ReadQuantity("250m"), 0.25);
  EXPECT_DOUBLE_EQ(*ReadQuantity("2"), 2);
  EXPECT_DOUBLE_EQ(*ReadQuantity("0"), 0);
  EXPECT_DOUBLE_EQ(*ReadQuantity("1.5Gi"), 1.5 * (1 << 30));
  EXPECT_DOUBLE_EQ(*ReadQuantity("12k"), 12000);
  EXPECT_DOUBLE_EQ(*ReadQuantity("1e3"), 1000);
  EXPECT_DOUBLE_EQ(*ReadQuantity("3E"), 3e18);
  for (const char* none : {"", "m", "Ki", "nan", "much"}) EXPECT_FALSE(ReadQuantity(none).has_value()) << none;
}

TEST(QuantityTest, ATimeIsNeverCutShort) {
  EXPECT_EQ(WholeSeconds(0), 0);
  EXPECT_EQ(WholeSeconds(0.5), 1);
  EXPECT_EQ(WholeSeconds(90), 90);
  EXPECT_EQ(WholeSeconds(1e12), 2147483647);
}

}  // namespace
}  // namespace flow::kubernetes
