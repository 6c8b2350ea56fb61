#include "flow/pipeline/parse.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flow::pipeline {
namespace {

using testing::ElementsAre;

constexpr absl::string_view kMinimal = R"(apiVersion: flowctl/v1
kind: Pipeline
metadata: {name: minimal}
spec:
  sources:
    - {id: source, image: "busybox:1.36", command: [echo, hello]}
  sinks:
    - {id: sink, image: "busybox:1.36", inputs: [source]}
)";

TEST(ParsePipeline, TakesTheSmallestPipeline) {
  const ParseResult result = ParsePipeline(kMinimal, {});
  EXPECT_TRUE(result.diagnostics.empty()) << RenderDiagnostics("minimal.yaml", kMinimal, result.diagnostics, false);
  EXPECT_EQ(result.pipeline.name(), "minimal");
  EXPECT_EQ(result.pipeline.namespace_(), "default");
  ASSERT_EQ(result.pipeline.components_size(), 2);
  EXPECT_THAT(result.pipeline.components(0).command(), ElementsAre("echo", "hello"));
  EXPECT_THAT(result.pipeline.components(1).inputs(), ElementsAre("source"));
}

}  // namespace
}  // namespace flow::pipeline
