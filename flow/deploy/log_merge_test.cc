#include "flow/deploy/log_merge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"

namespace flow::deploy {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kPatience = absl::Milliseconds(80);
const absl::Time kNow = absl::FromUnixSeconds(1000);

LogLine Line(int second, const std::string& text = "") { return {.time = absl::FromUnixSeconds(second), .text = text}; }

std::vector<std::string> Names(const std::vector<MergedLine>& lines) {
  std::vector<std::string> names;
  for (const MergedLine& line : lines) names.push_back(absl::StrCat(line.source, absl::ToUnixSeconds(line.line.time)));
  return names;
}

TEST(LogMerge, PutsLinesInTheOrderOfTheirTimes) {
  LogMerge merge(kPatience);
  merge.Open("a");
  merge.Open("b");
  for (const int second : {1, 4, 5}) merge.Add("a", Line(second), kNow);
  for (const int second : {2, 3, 6}) merge.Add("b", Line(second), kNow);
  // After a5 there may come one of a that is older than b6.
  EXPECT_THAT(Names(merge.Take(kNow)), ElementsAre("a1", "b2", "b3", "a4", "a5"));
  merge.Close("a");
  EXPECT_THAT(Names(merge.Take(kNow)), ElementsAre("b6"));
}

TEST(LogMerge, ASilentSourceIsWaitedForAMoment) {
  LogMerge merge(kPatience);
  merge.Open("a");
  merge.Open("b");
  merge.Add("a", Line(1), kNow);
  EXPECT_THAT(merge.Take(kNow), IsEmpty());
  EXPECT_EQ(merge.NextDue(), kNow + kPatience);
  EXPECT_THAT(Names(merge.Take(kNow + kPatience)), ElementsAre("a1"));
  EXPECT_TRUE(merge.Empty());
  EXPECT_EQ(merge.NextDue(), absl::InfiniteFuture());
}

// A line that came later and is older is the next, and is waited with for as long.
TEST(LogMerge, IsDueWhenTheNextLineIs) {
  LogMerge merge(kPatience);
  merge.Open("a");
  merge.Open("b");
  merge.Open("c");
  merge.Add("a", Line(2), kNow);
  const absl::Time later = kNow + absl::Milliseconds(30);
  merge.Add("b", Line(1), later);
  EXPECT_EQ(merge.NextDue(), later + kPatience);
  EXPECT_THAT(merge.Take(kNow + kPatience), IsEmpty());
  EXPECT_THAT(Names(merge.Take(later + kPatience)), ElementsAre("b1", "a2"));
}

// Where all sources come to an end, the order is complete.
TEST(LogMerge, WithoutAnEndToPatienceEachIsWaitedFor) {
  LogMerge merge(absl::InfiniteDuration());
  merge.Open("a");
  merge.Open("b");
  merge.Add("a", Line(2), kNow);
  EXPECT_THAT(merge.Take(kNow + absl::Hours(1)), IsEmpty());
  EXPECT_EQ(merge.NextDue(), absl::InfiniteFuture());
  merge.Add("b", Line(1), kNow);
  merge.Close("b");
  EXPECT_THAT(Names(merge.Take(kNow)), ElementsAre("b1", "a2"));
}

TEST(LogMerge, TellsWhatWaits) {
  LogMerge merge(kPatience);
  merge.Open("a");
  merge.Open("b");
  EXPECT_EQ(merge.Waiting("a"), 0u);
  merge.Add("a", Line(1, std::string(1000, 'x')), kNow);
  EXPECT_GE(merge.Waiting("a"), 1000u);
  (void)merge.Take(kNow + kPatience);
  EXPECT_EQ(merge.Waiting("a"), 0u);
}

}  // namespace
}  // namespace flow::deploy
