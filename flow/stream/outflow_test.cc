#include "flow/stream/outflow.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "flow/stream/frame.h"

namespace flow::stream {
namespace {

constexpr size_t kSources = 1;
const Ledgers kNone(kSources, kNoLedger);

Outflow::Limits Window(int64_t events, size_t bytes = 0, int64_t doubt = 16384) {
  return {.events = events, .bytes = bytes, .doubt = doubt};
}

// Pushes an event of each of the ledgers, "0", "1" and so on.
void Push(Outflow& out, const std::vector<uint64_t>& ledgers) {
  for (size_t i = 0; i < ledgers.size(); ++i) out.Push(Framed(absl::StrCat(i)), {ledgers[i]}, true);
}

std::string Take(Outflow& out, size_t size = 1 << 20) {
  std::string bytes(size, '\0');
  bytes.resize(out.Take(bytes.data(), size));
  return bytes;
}

TEST(Outflow, FramesGoOutInTheirOrderWhateverTheSizesOfThePieces) {
  for (size_t size = 1; size < 40; ++size) {
    Outflow out(kSources, Window(0));
    std::string expected, taken;
    for (int i = 0; i < 50; ++i) {
      const std::string frame = Framed(std::string(static_cast<size_t>(i % 7), 'a' + i % 26));
      out.Push(frame, kNone, false);
      expected += frame;
    }
    for (std::string piece; !(piece = Take(out, size)).empty();) taken += piece;
    ASSERT_EQ(taken, expected) << size;
    EXPECT_TRUE(out.empty());
    EXPECT_EQ(out.waiting_bytes(), 0u);
  }
}

TEST(Outflow, NoMoreIsSentAtOnceThanTheWindow) {
  Outflow out(kSources, Window(2));
  Push(out, {1, 1, 1, 1});
  EXPECT_EQ(Take(out), Framed("0") + Framed("1"));
  EXPECT_TRUE(out.blocked());
  EXPECT_EQ(Take(out), "");
  out.Answered();
  EXPECT_EQ(Take(out), Framed("2"));
  out.Handled(3);  // one that was filtered out, too
  EXPECT_EQ(Take(out), Framed("3"));
  EXPECT_FALSE(out.blocked()) << "nothing waits any more";
}

TEST(Outflow, NoMoreBytesAreSentAtOnceThanTheWindow) {
  Outflow out(kSources, Window(100, 40));
  out.Push(Framed(std::string(100, 'a')), kNone, false);
  for (int i = 0; i < 4; ++i) out.Push(Framed(std::string(10, 'b')), kNone, false);
  EXPECT_EQ(Take(out), Framed(std::string(100, 'a'))) << "one is sent, however large";
  out.Answered();
  EXPECT_EQ(Take(out), Framed(std::string(10, 'b')) + Framed(std::string(10, 'b')));
  out.Answered();
  EXPECT_EQ(Take(out), Framed(std::string(10, 'b')));
}

TEST(Outflow, WhatDiesLosesWhatWasSentSinceTheLastSafePoint) {
  Outflow out(kSources, Window(0));
  Push(out, {10, 11, 12});
  (void)Take(out);
  out.Handled(3);
  EXPECT_EQ(out.in_doubt(), 0);
  Push(out, {13, 12});
  (void)Take(out);
  out.Handled(4);
  EXPECT_EQ(out.From(), (Ledgers{12}));
  const Doubt doubt = out.Restart();
  EXPECT_EQ(doubt.from, (Ledgers{12}));
  EXPECT_EQ(doubt.unknown, 0);
  EXPECT_EQ(out.Restart().from, kNone) << "it is told once";
}

TEST(Outflow, OfWhatAnswersOnlyWhatHasComeOutIsSafe) {
  Outflow out(kSources, {.events = 10, .answers = true});
  Push(out, {10, 11, 12});
  (void)Take(out);
  out.Answered();
  out.Handled(3);
  EXPECT_EQ(out.unsettled(), 0) << "it is done with them";
  EXPECT_EQ(out.in_doubt(), 3) << "two may still come";
  EXPECT_EQ(out.From(), (Ledgers{10}));
  out.Answered();
  out.Answered();
  EXPECT_EQ(out.in_doubt(), 0);

  Push(out, {13});
  (void)Take(out);
  out.Hold();
  out.PresumeHandled();
  EXPECT_EQ(out.unsettled(), 0);
  EXPECT_FALSE(out.held());
  EXPECT_EQ(out.Restart().from, (Ledgers{13}));
}

TEST(Outflow, WhatWasNotSentIsNotLost) {
  Outflow out(kSources, Window(1));
  Push(out, {10});
  (void)Take(out);
  Push(out, {11, 12});
  EXPECT_EQ(out.Restart().from, (Ledgers{10}));
  EXPECT_EQ(Take(out), Framed("0")) << "the first that waited";
  EXPECT_EQ(out.From(), (Ledgers{11}));
  EXPECT_EQ(out.FromOfAll(), (Ledgers{11}));
}

TEST(Outflow, AFrameThatWasSentInPartIsSentAgainWhole) {
  Outflow out(kSources, Window(0));
  out.Push(Framed("abc"), {7}, true);
  EXPECT_EQ(Take(out, 6), Framed("abc").substr(0, 6));
  EXPECT_EQ(out.Restart().from, kNone);
  EXPECT_EQ(Take(out), Framed("abc"));
}

TEST(Outflow, EventsWithoutACursorAreCounted) {
  Outflow out(kSources, Window(0));
  for (int i = 0; i < 5; ++i) out.Push(Framed("x"), kNone, false);
  (void)Take(out, 3 * Framed("x").size());
  EXPECT_FALSE(out.certain());
  EXPECT_EQ(out.Restart().unknown, 3);
  Outflow processor(kSources, Window(10));
  for (int i = 0; i < 5; ++i) processor.Push(Framed("x"), kNone, false);
  (void)Take(processor);
  processor.Answered();
  EXPECT_EQ(processor.Restart().unknown, 4) << "one came out";
}

TEST(Outflow, WithoutASafePointForLongItWaitsForOne) {
  Outflow out(kSources, Window(100, 0, 4));
  Push(out, {1, 2, 3, 4, 5, 6});
  EXPECT_EQ(Take(out), Framed("0") + Framed("1") + Framed("2") + Framed("3"));
  EXPECT_TRUE(out.held());
  for (int i = 0; i < 3; ++i) out.Answered();
  EXPECT_EQ(Take(out), "") << "which of the four is still at work is not known";
  out.Answered();
  EXPECT_FALSE(out.held());
  EXPECT_EQ(Take(out), Framed("4") + Framed("5"));
}

TEST(Outflow, OfOneThatNeverTellsOldEventsCountAsDoneWith) {
  Outflow out(kSources, Window(0, 0, 1024));
  for (uint64_t i = 0; i < 1024; ++i) out.Push(Framed("x"), {i}, true);
  (void)Take(out);
  ASSERT_TRUE(out.held());
  out.ForgetOld();
  EXPECT_FALSE(out.held());
  const uint64_t from = out.From()[0];
  EXPECT_GE(from, 256u);
  EXPECT_LE(from, 512u) << "half of them are in doubt still";
}

TEST(Outflow, WhatIsLargerThanItTakesIsDroppedAndCounted) {
  Outflow out(kSources, Window(0));
  out.Push(Framed("ab"), {1}, true);
  out.Push(Framed(std::string(100, 'x')), {2}, true);
  out.Push(Framed("cd"), {3}, true);
  out.RefuseLargerThan(50);
  EXPECT_EQ(Take(out), Framed("ab") + Framed("cd"));
  EXPECT_EQ(out.refused(), 1);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(out.sent(), 2);
}

TEST(Outflow, ItsMemoryIsThatOfWhatWaits) {
  Outflow out(kSources, Window(0));
  const std::string frame = Framed(std::string(1000, 'x'));
  for (int i = 0; i < 100000; ++i) {
    out.Push(frame, kNone, false);
    if (i >= 10) (void)Take(out, frame.size());
    out.Presume();
    ASSERT_LE(out.waiting_bytes(), 11 * frame.size());
  }
}

TEST(Outflow, WhatWaitsOfOtherTypesIsPassedOverAndInNoDoubt) {
  Outflow out(1, {});
  const auto frame = [](const std::string& type) { return Framed(absl::StrCat("\x12\x01", type)); };
  for (const char* type : {"a", "b", "a", "b"}) out.Push(frame(type), {7}, false);
  out.PassOnly({"b"});
  out.Push(frame("a"), {8}, false);  // nobody would, by then
  char sent[100];
  EXPECT_EQ(out.Take(sent, sizeof sent), 3 * frame("b").size());
  EXPECT_EQ(out.sent(), 3);
  EXPECT_EQ(out.refused(), 0);
  out.Handled(3);
  EXPECT_EQ(out.in_doubt(), 0);

  Outflow none(1, {});
  none.Push(frame("a"), {7}, true);
  none.PassOnly({"b"});
  EXPECT_TRUE(none.empty());
  EXPECT_EQ(none.in_doubt(), 0);
  EXPECT_EQ(none.From()[0], kNoLedger);
}

}  // namespace
}  // namespace flow::stream
