#include "cmd/base/inquiry.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

constexpr absl::Duration kLong = absl::Seconds(60);

Inquiry Ask(const std::string& script, absl::string_view question = "", absl::Duration at_most = kLong) {
  absl::StatusOr<Inquiry> inquiry =
      Inquiry::Start({.path = "/bin/sh", .arguments = {"-c", script}, .environment = {{"PATH", "/usr/bin:/bin"}}},
                     question, 1 << 20, at_most);
  EXPECT_TRUE(inquiry.ok()) << inquiry.status();
  return *std::move(inquiry);
}

// Waits as a loop does.
absl::StatusOr<Inquiry::Answer> AnswerOf(Inquiry inquiry) {
  for (;;) {
    pollfd wanted = {inquiry.fd(), POLLIN, 0};
    if (poll(&wanted, 1, static_cast<int>(absl::ToInt64Milliseconds(kLong))) != 1) return absl::AbortedError("stuck");
    if (auto answer = inquiry.Take()) return *std::move(answer);
  }
}

TEST(InquiryTest, IsAnsweredWithWhatTheProgramWritesOfWhatItIsGiven) {
  const auto answer = AnswerOf(Ask("cat; echo error >&2; exit 3", "a question"));
  ASSERT_TRUE(answer.ok()) << answer.status();
  EXPECT_EQ(answer->text, "a question");
  EXPECT_EQ(answer->exit_code, 3);
}

TEST(InquiryTest, AProgramThatDoesNotReadItsQuestionKeepsNobodyWaiting) {
  EXPECT_EQ(AnswerOf(Ask("echo x", std::string(1 << 20, 'q')))->text, "x\n");
}

TEST(InquiryTest, ALongAnswerComesWhole) {
  EXPECT_EQ(AnswerOf(Ask("head -c 1000000 /dev/zero"))->text, std::string(1000000, '\0'));
}

TEST(InquiryTest, AnAnswerThatIsTooLongIsAnError) {
  EXPECT_TRUE(absl::IsResourceExhausted(AnswerOf(Ask("cat /dev/zero")).status()));
}

TEST(InquiryTest, OneThatDoesNotEndInItsTimeIsAnErrorWhateverItHasClosed) {
  for (const char* script : {"sleep 1000", "exec >/dev/null; exec sleep 1000", "trap '' TERM INT; sleep 1000"}) {
    const absl::Status status = AnswerOf(Ask(script, "", absl::Milliseconds(50))).status();
    EXPECT_TRUE(absl::IsDeadlineExceeded(status)) << status;
    EXPECT_EQ(status.message(), "it did not answer within 50ms");
  }
}

// A daemon that a helper starts, say.
TEST(InquiryTest, WhatItLeavesBehindIsNotWaitedFor) { EXPECT_EQ(AnswerOf(Ask("sleep 5 & echo x"))->text, "x\n"); }

TEST(InquiryTest, NothingIsToldBeforeSomethingHasHappened) {
  Inquiry inquiry = Ask("sleep 1000");
  pollfd wanted = {inquiry.fd(), POLLIN, 0};
  EXPECT_EQ(poll(&wanted, 1, 20), 0);
  EXPECT_FALSE(inquiry.Take().has_value());
}

TEST(InquiryTest, WhatCannotBeRunIsAnError) {
  EXPECT_TRUE(absl::IsNotFound(Inquiry::Start({.path = "/no/such"}, "", 1, kLong).status()));
}

}  // namespace
}  // namespace flow
