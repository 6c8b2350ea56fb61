#include "flow/pipeline/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::pipeline {
namespace {

TEST(EditDistance, CountsEdits) {
  EXPECT_EQ(EditDistance("sorce", "source"), 1u);
  EXPECT_EQ(EditDistance("imgae", "image"), 1u);  // neighbours swapped
  EXPECT_EQ(EditDistance("Image", "image"), 0u);
  EXPECT_EQ(EditDistance("", "abc"), 3u);
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3u);
}

TEST(Nearest, TakesTheNearestWithinAThird) {
  const std::vector<std::string> words = {"image", "inputs", "id", "env"};
  EXPECT_EQ(Nearest("imge", words), "image");
  EXPECT_EQ(Nearest("input", words), "inputs");
  EXPECT_EQ(Nearest("Id", words), "id");
  EXPECT_EQ(Nearest("completely", words), "");
  EXPECT_EQ(Nearest("x", words), "");
}

TEST(Nearest, DoesNotCompareTextsWithoutEnd) {
  const std::vector<std::string> words = {std::string(1000000, 'a')};
  EXPECT_EQ(Nearest(std::string(1000000, 'b'), words), "");
}

}  // namespace
}  // namespace flow::pipeline
