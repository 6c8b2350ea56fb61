#include "flow/stream/progress.h"

#include <gtest/gtest.h>

#include <string>

#include "flow/stream/frame.h"

namespace flow::stream {
namespace {

using Need = Progress::Need;
using Step = Progress::Step;

class ProgressTest : public ::testing::Test {
 protected:
  void Send(int events) {
    for (int i = 0; i < events; ++i) out_.Push(Framed("x"), {kNoLedger}, false);
    std::string bytes(4096, '\0');
    (void)out_.Take(bytes.data(), bytes.size());
  }

  Outflow out_{1, {.events = 4, .bytes = 0, .doubt = 100}};
  absl::Time now_ = absl::UnixEpoch() + absl::Hours(1);
};

TEST_F(ProgressTest, AProcessorThatCountsIsAskedOnceItIsSilent) {
  Progress progress(/*answers=*/true);
  progress.Begin(now_, 100);
  Send(4);
  progress.Moved(now_);
  EXPECT_EQ(progress.Look(now_, Need::kRoom, out_), Step::kNothing);
  now_ = progress.due();
  EXPECT_EQ(progress.Look(now_, Need::kRoom, out_), Step::kAsk);
  EXPECT_EQ(progress.due(), absl::InfiniteFuture()) << "its answer is waited for";
  progress.Told(now_, 103, out_);
  EXPECT_EQ(out_.unsettled(), 1) << "it counts from when it was started";
}

TEST_F(ProgressTest, QuestionsThatBringNothingBecomeRare) {
  Progress progress(true);
  progress.Begin(now_, 0);
  Send(4);
  int asked = 0;
  for (const absl::Time end = now_ + absl::Seconds(9); now_ < end;) {
    if (progress.Look(now_, Need::kRoom, out_) == Step::kAsk) {
      ++asked;
      progress.Told(now_, 0, out_);
    }
    now_ = std::max(now_ + absl::Milliseconds(1), progress.due());
  }
  EXPECT_GT(asked, 5);
  EXPECT_LT(asked, 25);
  EXPECT_EQ(out_.unsettled(), 4) << "it may be at work still";
}

TEST_F(ProgressTest, NothingIsAskedWhileNothingWaitsForIt) {
  Progress progress(true);
  progress.Begin(now_, 0);
  Send(4);
  EXPECT_EQ(progress.Look(now_ + absl::Hours(1), Need::kNone, out_), Step::kNothing);
  out_.Presume();
  EXPECT_EQ(progress.Look(now_ + absl::Hours(1), Need::kRoom, out_), Step::kNothing) << "all is done";
}

TEST_F(ProgressTest, OfAProcessorThatDoesNotCountSilenceSaysIt) {
  Progress progress(true);
  progress.Begin(now_, Handled());
  Send(4);
  progress.Moved(now_);
  EXPECT_EQ(progress.Look(now_, Need::kRoom, out_), Step::kNothing);
  EXPECT_EQ(progress.due(), now_ + absl::Milliseconds(20));
  EXPECT_EQ(progress.Look(progress.due(), Need::kRoom, out_), Step::kPresumed);
  EXPECT_EQ(out_.unsettled(), 0);
  Send(4);
  progress.Moved(now_);
  EXPECT_EQ(progress.Look(now_, Need::kEnd, out_), Step::kNothing);
  EXPECT_EQ(progress.due(), now_ + absl::Seconds(1)) << "what is lost then is lost for good";
}

TEST_F(ProgressTest, ASinkThatPassesEventsOverUncountedIsNotWaitedForForEver) {
  Progress progress(/*answers=*/false);
  progress.Begin(now_, 0);
  Send(4);
  absl::Time end = now_ + absl::Seconds(10);
  for (; now_ < end; now_ = std::max(now_ + absl::Milliseconds(1), progress.due())) {
    const Step step = progress.Look(now_, Need::kEnd, out_);
    if (step == Step::kGivenUp) break;
    if (step == Step::kAsk) progress.Told(now_, 3, out_);
  }
  EXPECT_EQ(out_.unsettled(), 0);
  EXPECT_FALSE(progress.counts()) << "its counts are not to be gone by";
  EXPECT_LT(now_, end);
}

TEST_F(ProgressTest, AProcessorThatTellsNoMoreIsGivenUpAfterTenSecondsAndYetInDoubt) {
  Progress progress(/*answers=*/true);
  progress.Begin(now_, 0);
  Send(4);
  const absl::Time begin = now_;
  for (Step step = Step::kNothing; step != Step::kGivenUp && now_ < begin + absl::Minutes(1);) {
    step = progress.Look(now_, Need::kRoom, out_);
    if (step == Step::kAsk) progress.Told(now_, 3, out_);
    if (step != Step::kGivenUp) now_ = std::max(now_ + absl::Milliseconds(1), progress.due());
  }
  EXPECT_GE(now_, begin + absl::Seconds(10));
  EXPECT_LT(now_, begin + absl::Seconds(13));
  EXPECT_EQ(out_.unsettled(), 0) << "it is given more";
  EXPECT_EQ(out_.in_doubt(), 4) << "if its stream is dead they are to be read again";
}

TEST_F(ProgressTest, ASinkThatCountsIsAskedNowAndThenSoThatLittleIsInDoubt) {
  Progress progress(false);
  progress.Begin(now_, 0);
  Send(4);
  EXPECT_EQ(progress.Look(now_, Need::kSafety, out_), Step::kNothing);
  EXPECT_EQ(progress.due(), now_ + absl::Milliseconds(250));
  EXPECT_EQ(progress.Look(progress.due(), Need::kSafety, out_), Step::kAsk);
  progress.Told(now_, 4, out_);
  EXPECT_EQ(out_.in_doubt(), 0);
}

TEST_F(ProgressTest, WithoutASafePointForASecondItIsGivenNothingUntilThereIsOne) {
  Progress progress(false);
  progress.Begin(now_, 0);
  Send(2);
  (void)progress.Look(now_ + absl::Milliseconds(900), Need::kSafety, out_);
  EXPECT_FALSE(out_.held());
  now_ += absl::Seconds(1);
  (void)progress.Look(now_, Need::kSafety, out_);
  EXPECT_TRUE(out_.held());
  progress.Told(now_, 2, out_);
  EXPECT_FALSE(out_.held());
}

}  // namespace
}  // namespace flow::stream
