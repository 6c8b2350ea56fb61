#include "flow/kubernetes/usage.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "flow/text/json_reader.h"

namespace flow::kubernetes {
namespace {

api::Object Read(api::Kind kind, const std::string& json) {
  const absl::StatusOr<text::Value> document = text::ReadJson(json);
  EXPECT_TRUE(document.ok()) << document.status() << json;
  return {kind, *document};
}

// The pod "sink-1" of the component "sink", beside which something else runs.
api::Object Pod(const std::string& resources = "{}") {
  return Read(api::Kind::kPod, R"({"metadata":{"name":"sink-1","labels":{"app.kubernetes.io/name":"sink"}},
    "spec":{"containers":[{"name":"proxy"},{"name":"sink","resources":)" +
                                   resources + "}]}}");
}
api::Object Metrics(const std::string& usage, const std::string& pod = "sink-1") {
  return Read(api::Kind::kPodMetrics, R"({"metadata":{"name":")" + pod + R"("},"containers":[
    {"name":"proxy","usage":{"cpu":"3","memory":"3Gi"}},{"name":"sink","usage":)" +
                                          usage + "}]}");
}

// Of "sink-1", which runs.
deploy::ReplicaStatus Described(const std::vector<api::Object>& metrics, const std::vector<api::Object>& objects) {
  deploy::PipelineStatus status;
  deploy::ReplicaStatus& replica = *status.add_components()->add_containers();
  replica.set_name("sink-1");
  AddUsage(metrics, objects, &status);
  return replica;
}

TEST(AddUsage, IsOfTheComponentsOwnContainer) {
  const deploy::ReplicaStatus replica = Described({Metrics(R"({"cpu":"156340537n","memory":"1024Ki"})")}, {Pod()});
  ASSERT_TRUE(replica.has_usage());
  EXPECT_DOUBLE_EQ(replica.usage().cpu_percent(), 15.6340537);
  EXPECT_EQ(replica.usage().memory_bytes(), 1 << 20);
}

TEST(AddUsage, TheLimitIsTheContainersOwn) {
  const api::Object metrics = Metrics(R"({"cpu":"1","memory":"1"})");
  EXPECT_FALSE(Described({metrics}, {Pod()}).usage().has_memory_limit_bytes());
  EXPECT_EQ(Described({metrics}, {Pod(R"({"limits":{"memory":"64Mi"}})")}).usage().memory_limit_bytes(), 64 << 20);
}

TEST(AddUsage, OfNetworksAndDevicesNothingIsTold) {
  const deploy::Usage usage = Described({Metrics(R"({"cpu":"1","memory":"1"})")}, {Pod()}).usage();
  EXPECT_FALSE(usage.has_network_received_bytes() || usage.has_network_sent_bytes() || usage.has_block_read_bytes() ||
               usage.has_block_written_bytes());
}

TEST(AddUsage, APodWithoutMetricsGetsNone) {
  EXPECT_FALSE(Described({}, {Pod()}).has_usage());
  EXPECT_FALSE(Described({Metrics(R"({"cpu":"1","memory":"1"})", "sink-2")}, {Pod()}).has_usage());
  EXPECT_FALSE(Described({Metrics("{}")}, {Pod()}).has_usage());
}

}  // namespace
}  // namespace flow::kubernetes
