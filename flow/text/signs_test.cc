#include "flow/text/signs.h"

#include <gtest/gtest.h>

namespace flow::text {
namespace {

TEST(WithSigns, WritesOurOwnInAsciiAndLeavesTheRest) {
  EXPECT_EQ(WithSigns(Signs::kAscii, "ä → \"ö…\" \uFFFD"), "ä -> \"ö...\" ?");
  EXPECT_EQ(WithSigns(Signs::kUnicode, "a → b …"), "a → b …");
}

}  // namespace
}  // namespace flow::text
