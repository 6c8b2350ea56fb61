#include "bench/figures.h"

#include "gtest/gtest.h"

namespace bench {
namespace {

TEST(Figures, MedianIsTheMiddleOrBetweenTheTwoInTheMiddle) {
  EXPECT_EQ(SpreadOf({3, 1, 2}).median, 2);
  EXPECT_EQ(SpreadOf({4, 1, 2, 3}).median, 2.5);
  EXPECT_EQ(SpreadOf({}).median, 0);
}

TEST(Figures, RatiosArePairByPair) {
  // Medians alone would say 20/20.
  const Spread ratio = RatioOf({10, 20, 30}, {20, 40, 15});
  EXPECT_EQ(ratio.median, 0.5);
  EXPECT_EQ(ratio.min, 0.5);
  EXPECT_EQ(ratio.max, 2);
}

TEST(Figures, RatiosWithoutAPartnerDoNotCount) { EXPECT_EQ(RatioOf({1, 9}, {2}).max, 0.5); }

}  // namespace
}  // namespace bench
