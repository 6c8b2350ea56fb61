#include "flow/deploy/status_picture.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "flow/project/dot.h"
#include "flow/project/mermaid.h"

namespace flow::deploy {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

template <typename Message>
Message Of(const std::string& text) {
  Message message;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &message));
  return message;
}

PipelineStatus Degraded() {
  return Of<PipelineStatus>(R"pb(
    name: "orders"
    state: "degraded"
    components { id: "a" type: "source" state: "running" replicas: 1 ready: 1 endpoints: "127.0.0.1:49153->80/tcp" }
    components { id: "b" type: "processor" state: "restarting" replicas: 2 ready: 1 }
    components { id: "old" type: "sink" state: "starting" replicas: 1 })pb");
}

project::Project Asked() {
  return Of<project::Project>(R"pb(
    pipeline: "orders"
    services {
      name: "a"
      type: "source"
      replicas: 1
      ports { target: 80 host_ip: "127.0.0.1" protocol: "tcp" }
    }
    services {
      name: "b"
      type: "processor"
      replicas: 2
      inputs: "a"
      depends_on { service: "a" }
    })pb");
}

TEST(StatusPicture, HasEachComponentsStateAsWordAndColour) {
  EXPECT_EQ(project::MermaidText(PictureOf(Asked(), Degraded())),
            R"(flowchart LR
    c1(["a<br/>running<br/>127.0.0.1:49153-#62;80/tcp"]):::well
    c2["b<br/>restarting 1/2"]:::bad
    c3[("old<br/>starting")]:::waiting
    c1 --> c2
    classDef well fill:#d3f0d8,stroke:#2b8a3e,color:#000
    classDef waiting fill:#fff3bf,stroke:#e67700,color:#000
    classDef bad fill:#ffd8d8,stroke:#c92a2a,color:#000
)");
  EXPECT_THAT(project::DotText(PictureOf(Asked(), Degraded())),
              AllOf(HasSubstr("digraph \"orders is degraded\""),
                    HasSubstr("\"b\" [shape=box, label=\"b\\nrestarting 1/2\", fillcolor=\"#ffd8d8\"]")));
}

TEST(StatusPicture, WithoutTheStateItHasComponentsAndNoArrows) {
  EXPECT_THAT(project::MermaidText(PictureOf(project::Project(), Degraded())),
              AllOf(HasSubstr("c2[\"b<br/>restarting 1/2\"]:::bad"), Not(HasSubstr("-->"))));
}

}  // namespace
}  // namespace flow::deploy
