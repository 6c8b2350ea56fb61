#include "flow/text/listed.h"

#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"

namespace flow::text {
namespace {

std::vector<std::string> Numbers(int count) {
  std::vector<std::string> numbers;
  for (int number = 1; number <= count; ++number) numbers.push_back(absl::StrCat(number));
  return numbers;
}

TEST(ListedTest, TellsAllOfAFew) {
  EXPECT_EQ(Listed(std::vector<std::string>()), "");
  EXPECT_EQ(Listed(std::set<std::string>{"b", "a"}), "a, b");
  EXPECT_EQ(Listed(Numbers(8)), "1, 2, 3, 4, 5, 6, 7, 8");
  EXPECT_EQ(ListedLines(Numbers(2)), "1\n2");
}

TEST(ListedTest, CountsTheRestOfMany) {
  EXPECT_EQ(Listed(Numbers(9)), "1, 2, 3, 4, 5, 6, 7, 8 and 1 more");
  EXPECT_EQ(Listed(Numbers(1000), 3), "1, 2, 3 and 997 more");
  EXPECT_EQ(ListedLines(Numbers(1000), 2), "1\n2\nand 998 more");
}

}  // namespace
}  // namespace flow::text
