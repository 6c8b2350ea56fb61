#include "flow/deploy/inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Inputs, TheReadersOfAComponentAreAllThatReadItByWhateverWay) {
  const Inputs inputs = {{"a", {"z"}}, {"b", {"a", "other"}}, {"c", {"b"}}, {"d", {"other"}}};
  EXPECT_THAT(ReadersOf({"z"}, inputs), ElementsAre("a", "b", "c"));
  EXPECT_THAT(ReadersOf({"a", "other"}, inputs), ElementsAre("b", "c", "d"));
  EXPECT_THAT(ReadersOf({"c"}, inputs), IsEmpty());
}

TEST(Inputs, ACircleThatLabelsTellOfIsGoneAroundOnce) {
  const Inputs inputs = {{"a", {"b"}}, {"b", {"a"}}};
  EXPECT_THAT(ReadersOf({"a"}, inputs), ElementsAre("a", "b"));
  EXPECT_THAT(InDataFlowOrder({"a", "b", "c"}, inputs), ElementsAre("c", "a", "b"));
}

}  // namespace
}  // namespace flow::deploy
