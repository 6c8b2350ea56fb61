#include "flow/project/labels.h"

#include <gtest/gtest.h>

namespace flow::project {
namespace {

TEST(LabelsTest, EveryKeyOfOursAndOfComposeIsReserved) {
  for (const char* key :
       {kNamespaceLabel, kPipelineLabel, kComponentLabel, kTypeLabel, kDigestLabel, "com.docker.compose.project"}) {
    EXPECT_TRUE(IsReservedLabel(key)) << key;
  }
}

TEST(LabelsTest, OtherKeysAreTheUsers) {
  for (const char* key : {"team", "com.obsrvr.flowers", "com.docker.composer", "com.obsrvr", ""}) {
    EXPECT_FALSE(IsReservedLabel(key)) << key;
  }
}

}  // namespace
}  // namespace flow::project
