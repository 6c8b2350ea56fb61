#include "flow/project/picture.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <string>

#include "flow/project/dot.h"
#include "flow/project/mermaid.h"

namespace flow::project {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Project Of(const std::string& text) {
  Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &project));
  return project;
}

Project Orders() {
  return Of(R"pb(
    pipeline: "orders"
    services {
      name: "end"
      type: "source"
      replicas: 1
      output_event_types: [ "order", "audit" ]
    }
    services {
      name: "parse"
      type: "processor"
      replicas: 2
      inputs: "end"
      depends_on { service: "end" }
      depends_on { service: "job" condition: COMPLETED }
      input_event_types: "order"
      ports { target: 80 published: 8080 host_ip: "127.0.0.1" protocol: "tcp" }
      ports { target: 81 host_ip: "::1" protocol: "udp" }
    }
    services { name: "job" type: "pipeline" replicas: 1 }
    services {
      name: "store"
      type: "sink"
      replicas: 1
      inputs: "parse"
      depends_on { service: "parse" }
    })pb");
}

TEST(Picture, IsDrawnInMermaidsWords) {
  EXPECT_EQ(MermaidText(PictureOf(Orders())),
            R"(flowchart LR
    c1(["end"])
    c2["parse<br/>2 replicas<br/>127.0.0.1:8080-#62;80/tcp<br/>[::1]-#62;81/udp"]
    c3[["job"]]
    c4[("store")]
    c1 -->|"order"| c2
    c3 -.->|"when completed"| c2
    c2 --> c4
)");
}

TEST(Picture, IsDrawnInGraphvizsWords) {
  EXPECT_EQ(DotText(PictureOf(Orders())),
            R"(digraph "orders" {
  rankdir=LR;
  node [fontname="sans-serif", style=filled, fillcolor=white];
  edge [fontname="sans-serif", fontsize=10];
  "end" [shape=oval, label="end"];
  "parse" [shape=box, label="parse\n2 replicas\n127.0.0.1:8080->80/tcp\n[::1]->81/udp"];
  "job" [shape=component, label="job"];
  "store" [shape=cylinder, label="store"];
  "end" -> "parse" [label="order"];
  "job" -> "parse" [style=dashed, label="when completed"];
  "parse" -> "store";
}
)");
}

// Types that only one end tells are those; types of which the ends have none in common go nowhere.
TEST(Picture, HasTheTypesOfEventsWhereTheyAreKnown) {
  const auto label = [](const std::string& out, const std::string& in) {
    const Project project =
        Of("services { name: \"a\" " + out + " } services { name: \"b\" inputs: \"a\" " + in + " }");
    return PictureOf(project).edges.at(0).label;
  };
  const std::string out = "output_event_types: ['x', 'y']";
  EXPECT_EQ(label(out, ""), "x, y");
  EXPECT_EQ(label("", "input_event_types: 'z'"), "z");
  EXPECT_EQ(label(out, "input_event_types: ['y', 'z']"), "y");
  EXPECT_EQ(label(out, "input_event_types: 'z'"), "");
  EXPECT_EQ(label("", ""), "");
}

TEST(Picture, LeavesOutAnArrowFromWhatIsNotThere) {
  EXPECT_TRUE(
      PictureOf(Of("services { name: \"a\" inputs: \"gone\" depends_on { service: \"lost\" } }")).edges.empty());
}

TEST(Picture, TakesNamesAndLabelsForNothingButText) {
  const Picture hostile{.title = "a\"b\\",
                        .nodes = {{.id = "x\"]; click x \"javascript:1\"", .details = {"<b>`#1;\n\x1b[2J"}},
                                  {.id = "y\\", .details = {"- 1. a|b"}}},
                        .edges = {{0, 1, "e\"|\\\n"}}};
  const std::string mermaid = MermaidText(hostile);
  EXPECT_THAT(mermaid, AllOf(HasSubstr("c1[\"x#34;]#59; click x #34;javascript:1#34;<br/>#60;b#62;#96;#35;1#59;"),
                             HasSubstr("c2[\"y#92;<br/>#45; 1#46; a#124;b\"]"), HasSubstr("c1 -->|\"e#34;#124;#92;"),
                             Not(HasSubstr("\x1b"))));
  const std::string dot = DotText(hostile);
  EXPECT_THAT(dot, AllOf(HasSubstr("digraph \"a\\\"b\\\\\" {"), HasSubstr("\"x\\\"]; click x \\\"javascript:1\\\"\" ["),
                         HasSubstr("\"y\\\\\" [shape=box, label=\"y\\\\\\n- 1. a|b\"]"), Not(HasSubstr("\x1b"))));
}

}  // namespace
}  // namespace flow::project
