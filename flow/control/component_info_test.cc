#include "flow/control/component_info.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace flow::control {
namespace {

using ::testing::ElementsAre;

TEST(ComponentInfo, SaysWhereItIsReachedAndWhatItReads) {
  project::Project project;
  project::Service service;
  service.set_name("proc");
  service.set_type("processor");
  service.add_ports()->set_target(9000);
  service.add_input_event_types("raw");
  service.add_output_event_types("clean");
  const flowctl::v1::RegisterRequest request = DescribeComponent(
      project, service, [](const std::string& component) { return component + ".flow-p"; }, {"a", "b"});
  EXPECT_EQ(request.component().endpoint(), "proc.flow-p:9000");
  EXPECT_EQ(request.component().type(), flowctl::v1::COMPONENT_TYPE_PROCESSOR);
  EXPECT_THAT(request.component().input_event_types(), ElementsAre("raw"));
  EXPECT_THAT(request.component().output_event_types(), ElementsAre("clean"));
  EXPECT_EQ(request.component().metadata().at("container_ids"), "a,b");
}

TEST(ComponentInfo, HealthIsThatOfTheStatus) {
  const auto health = [](const std::string& state, uint32_t ready, uint32_t replicas) {
    deploy::ComponentStatus status;
    status.set_state(state);
    status.set_ready(ready);
    status.set_replicas(replicas);
    return HealthOf(status, /*applying=*/false);
  };
  EXPECT_EQ(health("running", 1, 1), flowctl::v1::HEALTH_STATUS_HEALTHY);
  EXPECT_EQ(health("running", 0, 0), flowctl::v1::HEALTH_STATUS_HEALTHY);
  EXPECT_EQ(health("completed", 1, 1), flowctl::v1::HEALTH_STATUS_HEALTHY);
  EXPECT_EQ(health("running", 1, 2), flowctl::v1::HEALTH_STATUS_DEGRADED);
  EXPECT_EQ(health("restarting", 0, 1), flowctl::v1::HEALTH_STATUS_DEGRADED);
  EXPECT_EQ(health("paused", 0, 1), flowctl::v1::HEALTH_STATUS_DEGRADED);
  EXPECT_EQ(health("starting", 0, 1), flowctl::v1::HEALTH_STATUS_STARTING);
  EXPECT_EQ(health("pending", 0, 1), flowctl::v1::HEALTH_STATUS_STARTING);
  EXPECT_EQ(health("unhealthy", 0, 1), flowctl::v1::HEALTH_STATUS_UNHEALTHY);
  EXPECT_EQ(health("failed", 0, 1), flowctl::v1::HEALTH_STATUS_UNHEALTHY);
  EXPECT_EQ(health("missing", 0, 1), flowctl::v1::HEALTH_STATUS_UNHEALTHY);
  deploy::ComponentStatus replaced;
  replaced.set_state("missing");
  EXPECT_EQ(HealthOf(replaced, /*applying=*/true), flowctl::v1::HEALTH_STATUS_STARTING);
}

}  // namespace
}  // namespace flow::control
