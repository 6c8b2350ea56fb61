#include "flow/project/labels.h"

#include <gtest/gtest.h>

#include "flow/pipeline/names.h"

namespace flow::project {
namespace {

TEST(LabelsTest, NoPipelineCanSetOneOfOurs) {
  for (const char* key : {kNamespaceLabel, kPipelineLabel, kComponentLabel, kTypeLabel, kDigestLabel}) {
    EXPECT_TRUE(pipeline::IsReservedLabel(key)) << key;
  }
}

TEST(IsOwned, AsksForBothNamespaceAndPipeline) {
  google::protobuf::Map<std::string, std::string> labels;
  labels[kPipelineLabel] = "payments";
  EXPECT_FALSE(IsOwned(labels, "default", "payments"));
  labels[kNamespaceLabel] = "default";
  EXPECT_TRUE(IsOwned(labels, "default", "payments"));
  EXPECT_FALSE(IsOwned(labels, "test", "payments"));
}

}  // namespace
}  // namespace flow::project
