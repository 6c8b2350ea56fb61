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

TEST(IsPipelineName, TakesSingleUnderscoresWhichANamespaceDoesNot) {
  for (const char* name : {"a", "8", "a-b", "a--b"}) {
    EXPECT_TRUE(IsPipelineName(name) && IsNamespaceName(name)) << name;
  }
  EXPECT_TRUE(IsPipelineName("a_b"));
  EXPECT_FALSE(IsNamespaceName("a_b"));
  for (const char* name : {"", "A", "a.b", "-a", "a-", "_a", "a__b", "../a", "a/b"}) {
    EXPECT_FALSE(IsPipelineName(name) || IsNamespaceName(name)) << name;
  }
}

TEST(IsPipelineName, Takes63Characters) {
  EXPECT_TRUE(IsPipelineName(std::string(63, 'a')) && IsNamespaceName(std::string(63, 'a')));
  EXPECT_FALSE(IsPipelineName(std::string(64, 'a')) || IsNamespaceName(std::string(64, 'a')));
}

TEST(IsReservedLabel, IsTrueOfFlowsAndComposes) {
  EXPECT_TRUE(IsReservedLabel("com.obsrvr.flow.pipeline"));
  EXPECT_TRUE(IsReservedLabel("com.docker.compose.project"));
  for (const char* key : {"team", "com.obsrvr.flowers", "com.docker.composer", "com.obsrvr", ""}) {
    EXPECT_FALSE(IsReservedLabel(key)) << key;
  }
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
