#include "flow/http/query.h"

#include <gtest/gtest.h>

namespace flow::http {
namespace {

TEST(PercentEncode, EscapesAllButTheUnreservedCharacters) {
  EXPECT_EQ(PercentEncode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(PercentEncode("a/b c=ü"), "a%2Fb%20c%3D%C3%BC");
}

TEST(Query, LeavesOutWhatHasNoValue) {
  EXPECT_EQ(Query({{"a", "1"}, {"b", ""}, {"c", "x=y,z"}}), "?a=1&c=x%3Dy%2Cz");
  EXPECT_EQ(Query({{"a", ""}}), "");
}

}  // namespace
}  // namespace flow::http
