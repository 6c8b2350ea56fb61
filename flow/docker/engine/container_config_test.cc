#include "flow/docker/engine/container_config.h"

#include <gmock/gmock.h>
#include <google/protobuf/text_format.h>
#include <gtest/gtest.h>

#include "flow/docker/engine/json.h"

namespace flow::docker::engine {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;

project::Project TestProject() {
  project::Project project;
  EXPECT_TRUE(google::protobuf::TextFormat::ParseFromString(
      R"pb(
        name: "flow-x"
        pipeline: "x"
        namespace: "default"
        services {
          name: "my_sink"
          image: "busybox:1.36"
          command: "sh"
          command: "$HOME"
          environment { key: "A" value: "pa$word" }
          secret_environment { name: "TOKEN" compose_variable: "FLOW_SECRET_MY_SINK_TOKEN" }
          labels { key: "com.obsrvr.flow.digest" value: "d1" }
          aliases: "my-sink"
          ports { target: 80 published: 8080 host_ip: "127.0.0.1" protocol: "tcp" }
          ports { target: 81 host_ip: "127.0.0.1" protocol: "udp" }
          mounts { type: VOLUME source: "data" target: "/data" }
          mounts { type: BIND source: "/srv/c" target: "/c" read_only: true }
          health_check { url: "http://127.0.0.1:8080/health" }
          restart { mode: ON_FAILURE max_retries: 3 }
          resources { limit_cpus: 0.5 limit_memory_bytes: 1073741824 cpu_shares: 512 }
          init: true
          stop_grace_period_seconds: 10
          extra_hosts: "host.docker.internal:host-gateway"
        })pb",
      &project));
  return project;
}

ContainerConfig Make(const compose::ApiVersion& version) {
  const project::Project project = TestProject();
  const Placement placement{.number = 2,
                            .network_id = "net1",
                            .config_files = "/s/compose.yaml",
                            .secrets = {{"FLOW_SECRET_MY_SINK_TOKEN", "s3cret"}}};
  return MakeContainerConfig(project, project.services(0), placement, version);
}

TEST(MakeContainerConfig, WritesNumbersBareAsTheEngineWantsThem) {
  const std::string json = WriteJson(Make({1, 44}));
  EXPECT_THAT(json, HasSubstr(R"("Memory":1073741824)"));
  EXPECT_THAT(json, HasSubstr(R"("NanoCpus":500000000)"));
  EXPECT_THAT(json, HasSubstr(R"("Interval":10000000000)"));
  EXPECT_THAT(json, HasSubstr(R"("StopTimeout":10)"));
  EXPECT_THAT(json, HasSubstr(R"("RestartPolicy":{"Name":"on-failure","MaximumRetryCount":3})"));
}

TEST(MakeContainerConfig, SendsNothingNewerThanTheEngine) {
  EXPECT_THAT(WriteJson(Make({1, 44})), HasSubstr("StartInterval"));
  EXPECT_THAT(WriteJson(Make({1, 43})), Not(HasSubstr("StartInterval")));
}

TEST(MakeContainerConfig, OfAnImagesOwnCheckSetsWhatTheFileSaysAndLeavesTheProbe) {
  project::Project project = TestProject();
  project::Service& service = *project.mutable_services(0);
  service.clear_health_check();
  service.mutable_health_timing()->set_start_period_seconds(90);
  const std::string json = WriteJson(MakeContainerConfig(project, service, {}, {1, 44}));
  EXPECT_THAT(json, HasSubstr(R"("Healthcheck":{"StartPeriod":90000000000})"));
}

TEST(MakeContainerConfig, PassesTextOnAsItIs) {
  const ContainerConfig config = Make({1, 41});
  EXPECT_EQ(config.cmd(1), "$HOME");
  EXPECT_THAT(config.env(), Contains("A=pa$word"));
  EXPECT_THAT(config.env(), Contains("TOKEN=s3cret"));
}

TEST(MakeContainerConfig, HasTheVariablesOfThePlaceUnlessTheFileSetsThem) {
  const project::Project project = TestProject();
  const Placement placement{.variables = {{"A", "of the place"}, {"HTTP_PROXY", "http://p:3128"}}};
  const ContainerConfig config =
      MakeContainerConfig(project, project.services(0), placement, compose::ApiVersion{1, 41});
  EXPECT_THAT(config.env(), testing::ElementsAre("A=pa$word", "HTTP_PROXY=http://p:3128"));
}

TEST(MakeContainerConfig, TellsOfWhichRunOfAControlPlaneTheContainerIs) {
  const project::Project project = TestProject();
  const ContainerConfig config =
      MakeContainerConfig(project, project.services(0), {.run_id = "default.x.20261128T120000Z"}, {1, 41});
  EXPECT_THAT(config.env(), Contains("FLOWCTL_RUN_ID=default.x.20261128T120000Z"));
  EXPECT_THAT(Make({1, 41}).env(), Not(Contains(HasSubstr("FLOWCTL_RUN_ID"))));
}

TEST(MakeContainerConfig, LeavesTheHostOutWhereTheEngineDoesNotKnowIt) {
  const project::Project project = TestProject();
  const auto make = [&](bool knows_its_host) {
    return MakeContainerConfig(project, project.services(0), {.knows_its_host = knows_its_host}, {1, 41});
  };
  EXPECT_THAT(make(true).host_config().extra_hosts(), testing::ElementsAre("host.docker.internal:host-gateway"));
  EXPECT_THAT(make(false).host_config().extra_hosts(), testing::IsEmpty());
}

TEST(MakeContainerConfig, PublishesPortsWhereTheyAreAskedFor) {
  const ContainerConfig config = Make({1, 41});
  const auto& bindings = config.host_config().port_bindings();
  const auto& fixed = bindings.at("80/tcp").values(0).struct_value().fields();
  EXPECT_EQ(fixed.at("HostIp").string_value(), "127.0.0.1");
  EXPECT_EQ(fixed.at("HostPort").string_value(), "8080");
  // Empty: the engine picks a free one.
  EXPECT_EQ(bindings.at("81/udp").values(0).struct_value().fields().at("HostPort").string_value(), "");
  EXPECT_TRUE(config.exposed_ports().contains("80/tcp") && config.exposed_ports().contains("81/udp"));
}

TEST(MakeContainerConfig, MountsThePipelinesVolumesByTheirNameOnTheEngine) {
  const ContainerConfig config = Make({1, 41});
  EXPECT_EQ(config.host_config().mounts(0).source(), "flow-x_data");
  EXPECT_EQ(config.host_config().mounts(1).source(), "/srv/c");
  EXPECT_TRUE(config.host_config().mounts(1).read_only());
}

TEST(MakeContainerConfig, CarriesTheLabelsThatComposesToolsLookFor) {
  const ContainerConfig config = Make({1, 41});
  EXPECT_EQ(config.labels().at("com.docker.compose.project"), "flow-x");
  EXPECT_EQ(config.labels().at("com.docker.compose.service"), "my_sink");
  EXPECT_EQ(config.labels().at("com.docker.compose.container-number"), "2");
  EXPECT_EQ(config.labels().at("com.docker.compose.oneoff"), "False");
  EXPECT_EQ(config.labels().at("com.docker.compose.config-hash"), "d1");
}

TEST(MakeContainerConfig, IsReachableByIdAndByAlias) {
  const ContainerConfig config = Make({1, 41});
  EXPECT_THAT(config.networking_config().endpoints_config().at("net1").aliases(),
              testing::ElementsAre("my_sink", "my-sink"));
}

}  // namespace
}  // namespace flow::docker::engine
