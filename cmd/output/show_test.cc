#include "cmd/output/show.h"

#include <gtest/gtest.h>

#include "flow/compose/message_yaml.h"

namespace flow {
namespace {

using deploy::ComponentStatus;
using deploy::ContainerStatus;
using deploy::PipelineStatus;

PipelineStatus OneContainer() {
  PipelineStatus status;
  status.set_name("x");
  status.set_state("running");
  ComponentStatus& component = *status.add_components();
  component.set_id("a");
  component.set_image("busybox:1.36");
  component.set_type("source");
  component.set_state("running");
  component.set_health("none");
  component.set_replicas(1);
  component.set_ready(1);
  ContainerStatus& container = *component.add_containers();
  container.set_name("flow-x-a-1");
  container.set_up("5 minutes");
  container.set_restart_count(2);
  container.set_started_at("2026-11-26T08:00:00.123456789Z");
  return status;
}

TEST(MessageYaml, WritesEveryFieldUnderItsNameInJson) {
  EXPECT_EQ(compose::MessageYaml(OneContainer()),
            R"(name: x
namespace: ""
state: running
message: ""
components:
  - id: a
    type: source
    state: running
    health: "none"
    image: busybox:1.36
    replicas: 1
    ready: 1
    message: ""
    endpoints: []
    containers:
      - id: ""
        name: flow-x-a-1
        state: ""
        health: ""
        exitCode: 0
        up: "5 minutes"
        startedAt: "2026-11-26T08:00:00.123456789Z"
        restartCount: 2
)");
}

}  // namespace
}  // namespace flow
