#include "cmd/output/progress.h"

#include <string>
#include <utility>

#include "absl/time/time.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using Kind = deploy::Report::Kind;

// What is told of an operation in plain lines, at its begin or its end.
std::string Told(Kind kind, const std::string& action, const std::string& object) {
  const absl::Time now = absl::UnixEpoch();
  Progress progress(Progress::Mode::kPlain, {}, "x", now);
  testing::internal::CaptureStderr();
  progress.Tell({kind, "a", action + " " + object, action, object, "a"}, now + absl::Seconds(1));
  return testing::internal::GetCapturedStderr();
}

TEST(ProgressTest, AnOperationIsALineWhenItIsDone) {
  EXPECT_EQ(Told(Kind::kBegun, "create", "container"), "");
  EXPECT_EQ(Told(Kind::kDone, "create", "container"), "   1.0s  a: create container\n");
}

TEST(ProgressTest, WhatTakesItsTimeIsToldWhenItBegins) {
  for (const auto& [action, object] : {std::pair("pull", "image"), std::pair("stop", "container"),
                                       std::pair("remove", "deployment"), std::pair("remove", "job")}) {
    EXPECT_NE(Told(Kind::kBegun, action, object), "") << action << object;
  }
  EXPECT_EQ(Told(Kind::kBegun, "remove", "container"), "");
  EXPECT_EQ(Told(Kind::kDone, "stop", "container"), "");
}

}  // namespace
}  // namespace flow
