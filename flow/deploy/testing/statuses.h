// Statuses for tests.
#ifndef FLOW_DEPLOY_TESTING_STATUSES_H_
#define FLOW_DEPLOY_TESTING_STATUSES_H_

#include "flow/deploy/status.pb.h"

namespace flow::deploy::testing {

// Of a pipeline "x" whose one component "a" runs in one container.
inline PipelineStatus OneContainer() {
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
  ReplicaStatus& container = *component.add_containers();
  container.set_name("flow-x-a-1");
  container.set_up("5 minutes");
  container.set_restart_count(2);
  container.set_started_at("2026-11-26T08:00:00.123456789Z");
  return status;
}

}  // namespace flow::deploy::testing

#endif  // FLOW_DEPLOY_TESTING_STATUSES_H_
