// A component's health check as the engine takes it.
#ifndef FLOW_COMPOSE_HEALTH_H_
#define FLOW_COMPOSE_HEALTH_H_

#include <string>

#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/probe.h"
#include "flow/project/project.pb.h"

namespace flow::compose {

// Compose spec, "healthcheck"; Engine API, "HealthConfig".
struct EngineHealthCheck {
  std::string shell_test;  // CMD-SHELL's text
  absl::Duration interval;
  absl::Duration timeout;
  absl::Duration start_period;
  absl::Duration start_interval;  // zero: left out
  int retries = 0;
};

// The health check for an engine of that API version. From 1.44 on the engine probes every 250 ms while a component
// starts, and every 10 s afterwards. Older engines have one interval for both: 2 s, so that a start is seen soon, with
// as many more retries as make a failure take as long to be told (30 s).
inline EngineHealthCheck ForApiVersion(const project::HealthCheck& check, ApiVersion api_version) {
  EngineHealthCheck fitted{.shell_test = ProbeShellTest(check.url()),
                           .interval = absl::Seconds(10),
                           .timeout = absl::Seconds(5),
                           .start_period = absl::Seconds(30),
                           .start_interval = absl::Milliseconds(250),
                           .retries = 3};
  if (api_version < kStartIntervalApiVersion) {
    fitted.interval = absl::Seconds(2);
    fitted.start_interval = absl::ZeroDuration();
    fitted.retries = 15;
  }
  return fitted;
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_HEALTH_H_
