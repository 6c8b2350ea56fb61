#include "flow/compose/api_version.h"

#include <gtest/gtest.h>

namespace flow::compose {
namespace {

TEST(ApiVersionTest, ComparesByNumberNotByText) {
  EXPECT_LT((ApiVersion{1, 9}), (ApiVersion{1, 41}));
  EXPECT_LT((ApiVersion{1, 60}), (ApiVersion{2, 0}));
  EXPECT_EQ((ApiVersion{1, 41}), kOldestApiVersion);
}

TEST(ApiVersionTest, ReadsWhatItWrites) {
  const absl::StatusOr<ApiVersion> version = ParseApiVersion("1.44");
  ASSERT_TRUE(version.ok());
  EXPECT_EQ(*version, (ApiVersion{1, 44}));
  EXPECT_EQ(version->ToString(), "1.44");
}

TEST(ApiVersionTest, RefusesWhatIsNoVersion) {
  for (const char* text : {"", "1", "v1.41", "1.41.0", "1.", ".41", "1.-4", "+1.41", " 1.41", "1.x", "1.99999999999"}) {
    EXPECT_FALSE(ParseApiVersion(text).ok()) << text;
  }
}

}  // namespace
}  // namespace flow::compose
