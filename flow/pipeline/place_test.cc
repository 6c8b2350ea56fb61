#include "flow/pipeline/place.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::pipeline {
namespace {

TEST(Places, CountFromOneInCharacters) {
  const std::string text = "a: 1\nß€😀: x\n";
  const Places places(text);
  EXPECT_EQ(places.At(0), (Place{1, 1}));
  EXPECT_EQ(places.At(5), (Place{2, 1}));
  EXPECT_EQ(places.At(text.find('x')), (Place{2, 6}));
  EXPECT_EQ(places.At(text.size()), (Place{3, 1}));
  EXPECT_EQ(places.At(text.size() + 100), (Place{3, 1}));
}

TEST(Places, AreRightOnBothSidesOfEveryCheckpoint) {
  std::string text;
  for (int i = 0; i < 900; ++i) text += i % 7 == 0 ? "ü\n" : "xyzü";
  const Places places(text);
  Place expected;
  for (size_t i = 0; i < text.size(); ++i) {
    ASSERT_EQ(places.At(i), expected) << i;
    if (text[i] == '\n') {
      expected = Place{expected.line + 1, 1};
    } else if (text::BeginsCharacter(text[i])) {
      ++expected.column;
    }
  }
}

TEST(Places, OfAnEmptyTextIsItsBeginning) { EXPECT_EQ(Places("").At(0), (Place{1, 1})); }

}  // namespace
}  // namespace flow::pipeline
