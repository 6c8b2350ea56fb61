#include "flow/http/backoff.h"

#include <gtest/gtest.h>

namespace flow::http {
namespace {

TEST(Backoff, PausesGrowToABound) {
  Backoff backoff;
  for (const int milliseconds : {100, 200, 400, 800, 1600, 2000, 2000}) {
    EXPECT_EQ(backoff.Next(), absl::Milliseconds(milliseconds));
  }
  EXPECT_EQ(Backoff::After(1000000), absl::Seconds(2));
}

TEST(Backoff, BeginsAnewOnceItCameOff) {
  Backoff backoff;
  EXPECT_EQ(backoff.tries, 0);
  backoff.Next();
  backoff.Next();
  EXPECT_EQ(backoff.tries, 2);
  backoff.Reset();
  EXPECT_EQ(backoff.tries, 0);
  EXPECT_EQ(backoff.Next(), absl::Milliseconds(100));
}

}  // namespace
}  // namespace flow::http
