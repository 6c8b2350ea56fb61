#include "flow/pipeline/graph.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(FindCycles, SpellsThemOut) {
  EXPECT_THAT(FindCycles({{1}, {0}}), ElementsAre(ElementsAre(0, 1, 0)));
  EXPECT_THAT(FindCycles({{0}}), ElementsAre(ElementsAre(0, 0)));
  EXPECT_THAT(FindCycles({{1, 2}, {2}, {3}, {}}), IsEmpty());
}

TEST(FindCycles, TellsTheShortestOfOneKnot) {
  EXPECT_THAT(FindCycles({{1}, {2, 0}, {0}}), ElementsAre(ElementsAre(0, 1, 0)));
}

TEST(FindCycles, TellsEachKnotOnce) {
  EXPECT_THAT(FindCycles({{1}, {0}, {3}, {2}}), ElementsAre(ElementsAre(0, 1, 0), ElementsAre(2, 3, 2)));
}

TEST(FindCycles, NeitherOverflowsNorCrawlsOnLongChains) {
  constexpr int kLength = 200000;
  Graph chain(kLength);
  for (int i = 0; i + 1 < kLength; ++i) chain[i].push_back(i + 1);
  EXPECT_THAT(FindCycles(chain), IsEmpty());
  chain[kLength - 1].push_back(0);
  EXPECT_EQ(FindCycles(chain).at(0).size(), kLength + 1u);
}

}  // namespace
}  // namespace flow::pipeline
