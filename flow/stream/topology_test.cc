#include "flow/stream/topology.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

namespace flow::stream {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Pair;

Topology Of(const std::string& text, const std::map<std::string, int>& health_ports = {}) {
  project::Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(text, &project));
  return TopologyOf(project, health_ports);
}

TEST(Topology, EventsGoAsInputsSay) {
  const Topology topology = Of(R"(
      services { name: "k" type: "sink" inputs: "p" inputs: "s" }
      services { name: "p" type: "processor" inputs: "s" replicas: 3 }
      services { name: "s" type: "source" })");
  ASSERT_EQ(topology.components.size(), 3u);
  const int s = topology.Find("s"), p = topology.Find("p"), k = topology.Find("k");
  EXPECT_TRUE(s < p && p < k) << "what a component reads comes before it";
  EXPECT_EQ(topology.Find("x"), -1);
  EXPECT_THAT(topology.components[s].readers, ElementsAre(p, k));
  EXPECT_THAT(topology.components[k].inputs, ElementsAre(p, s));
  EXPECT_EQ(topology.components[p].replicas, 3);
  EXPECT_EQ(topology.components[k].kind, Kind::kSink);
}

TEST(Topology, AProgramThatRunsAWholePipelineStandsInNone) {
  const Topology topology = Of(R"(
      services { name: "all" type: "pipeline" }
      services { name: "k" type: "sink" inputs: "all" })");
  ASSERT_EQ(topology.components.size(), 1u);
  EXPECT_THAT(topology.components[0].inputs, IsEmpty());
}

TEST(Topology, TheServingPortIsTheFirstThatIsKnown) {
  const auto port = [](const std::string& rest) {
    return Of("services { name: 's' type: 'source' " + rest + " }").components[0].port;
  };
  EXPECT_EQ(port("serving_port: 5000 environment { key: 'PORT' value: '6000' }"), 5000) << "the project's";
  EXPECT_EQ(port("environment { key: 'PORT' value: ':6000' }"), 6000);
  EXPECT_EQ(port("environment { key: 'PORT' value: '6001' }"), 6001);
  EXPECT_EQ(port("environment { key: 'PORT' value: 'none' }"), 50051);
}

TEST(Topology, TheHealthPortIsTheVariablesOrTheMetadatas) {
  const auto port = [](const std::string& rest) {
    return Of("services { name: 's' type: 'source' image: 'i' " + rest + " }", {{"i", 9}}).components[0].health_port;
  };
  EXPECT_EQ(port("environment { key: 'HEALTH_PORT' value: '8089' }"), 8089);
  EXPECT_EQ(port(""), 9);
  EXPECT_EQ(Of("services { name: 's' type: 'source' }").components[0].health_port, 8088);
}

TEST(Topology, OnlyASinkIsGivenItsTypesAlone) {
  const Topology topology = Of(R"(
      services { name: "s" type: "source" }
      services { name: "p" type: "processor" inputs: "s" input_event_types: "a" }
      services { name: "k" type: "sink" inputs: "p" input_event_types: "b" }
      services { name: "l" type: "sink" inputs: "p" })");
  EXPECT_THAT(topology.components[1].types, IsEmpty());
  EXPECT_THAT(topology.components[2].types, ElementsAre("b"));
  EXPECT_THAT(topology.components[3].types, IsEmpty());
}

TEST(Topology, ASourceIsAskedForTheLedgersOfItsVariables) {
  const Topology topology = Of(R"(services {
      name: "s" type: "source"
      environment { key: "START_LEDGER" value: "10" }
      environment { key: "END_LEDGER" value: "20" }
      environment { key: "OTHER" value: "30" } })");
  EXPECT_THAT(topology.components[0].params, ElementsAre(Pair("end_ledger", "20"), Pair("start_ledger", "10")));
}

}  // namespace
}  // namespace flow::stream
