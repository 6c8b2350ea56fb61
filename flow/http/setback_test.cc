#include "flow/http/setback.h"

#include <gtest/gtest.h>

#include <optional>

namespace flow::http {
namespace {

TEST(PauseAfter, GrowsAndIsNoShorterThanTheServerAsksFor) {
  EXPECT_EQ(PauseAfter({}, true, 1, absl::Minutes(1), 0), absl::Milliseconds(50));
  EXPECT_EQ(PauseAfter({}, true, 3, absl::Minutes(1), 0), absl::Milliseconds(200));
  EXPECT_EQ(PauseAfter({.retry_after = absl::Seconds(7)}, true, 1, absl::Minutes(1), 0.5), absl::Seconds(7));
}

TEST(PauseAfter, IsNoneWhereTheRequestIsNotToBeSentAgain) {
  EXPECT_EQ(PauseAfter({.may_be_done = true}, false, 1, absl::Minutes(1), 0), std::nullopt);
  EXPECT_NE(PauseAfter({.may_be_done = false}, false, 1, absl::Minutes(1), 0), std::nullopt);
  EXPECT_EQ(PauseAfter({.most_tries = 3}, true, 3, absl::Minutes(1), 0), std::nullopt);
  EXPECT_EQ(PauseAfter({.retry_after = absl::Seconds(7)}, true, 1, absl::Seconds(7), 0), std::nullopt);
}

TEST(RetryAfterHeader, IsReadInSeconds) {
  EXPECT_EQ(RetryAfterHeader({.headers = {{"retry-after", "3"}}}), absl::Seconds(3));
  EXPECT_EQ(RetryAfterHeader({.headers = {{"retry-after", "Wed, 1 Jan"}}}), std::nullopt);
  EXPECT_EQ(RetryAfterHeader({.headers = {{"retry-after", "-1"}}}), std::nullopt);
  EXPECT_EQ(RetryAfterHeader({}), std::nullopt);
}

}  // namespace
}  // namespace flow::http
