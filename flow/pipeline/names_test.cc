#include "flow/pipeline/names.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

TEST(EnvironmentName, IsUpperCaseWithUnderscores) {
  EXPECT_EQ(EnvironmentName("batch-size"), "BATCH_SIZE");
  EXPECT_EQ(EnvironmentName("My.Source2"), "MY_SOURCE2");
  EXPECT_EQ(EnvironmentName("ü"), "_");  // one character
}

TEST(DnsAlias, HasDashesForAllElse) {
  EXPECT_EQ(DnsAlias("ttp_proc"), "ttp-proc");
  EXPECT_EQ(DnsAlias("My.Source"), "My-Source");
  EXPECT_EQ(DnsAlias("plain"), "plain");
}

TEST(IsVariableName, TakesWhatShellsTake) {
  EXPECT_TRUE(IsVariableName("_a1"));
  EXPECT_FALSE(IsVariableName("1a"));
  EXPECT_FALSE(IsVariableName("a-b"));
  EXPECT_FALSE(IsVariableName(""));
}

}  // namespace
}  // namespace flow::pipeline
