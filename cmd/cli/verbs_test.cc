#include "cmd/cli/verbs.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace flow {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(VerbsTest, AnUnknownVerbIsNamedWithTheNearest) {
  EXPECT_EQ(UnknownVerb({"frob"}), "there is no verb \"frob\"");
  EXPECT_EQ(UnknownVerb({"aply", "p.yaml"}), "there is no verb \"aply\"; did you mean \"apply\"?");
  EXPECT_EQ(UnknownVerb({"valdiate"}), "there is no verb \"valdiate\"; did you mean \"validate\"?");
  EXPECT_EQ(UnknownVerb({"\x1b[2J"}), "there is no verb \"\\x1b[2J\"");
}

TEST(VerbsTest, OfAVerbOfTwoWordsTheSecondIsTold) {
  EXPECT_EQ(UnknownVerb({"get"}), "there is no verb \"get\"; there is \"get pipelines\" and \"get pipeline\"");
  EXPECT_EQ(UnknownVerb({"delete", "orders"}),
            "there is no verb \"delete orders\"; there is \"delete pipeline\" and \"delete pipelines\"");
}

TEST(VerbsTest, WhatTheOtherFlowctlSaysIsToldAsItIsCalledHere) {
  for (const char* verb : {"init", "list", "pipelines", "server", "dashboard", "processors", "sandbox"}) {
    EXPECT_THAT(UnknownVerb({verb, "x"}), StartsWith(std::string("there is no verb \"") + verb + "\"; ")) << verb;
  }
  EXPECT_THAT(UnknownVerb({"list"}), HasSubstr("here it is `flowctl get pipelines`"));
}

}  // namespace
}  // namespace flow
