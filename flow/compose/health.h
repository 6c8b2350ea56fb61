// A component's health check as the engine takes it.
#ifndef FLOW_COMPOSE_HEALTH_H_
#define FLOW_COMPOSE_HEALTH_H_

#include <string>

#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/probe.h"
#include "flow/project/project.pb.h"

namespace flow::compose {

// Compose spec, "healthcheck"; Engine API, "HealthConfig". What is zero is left out: then the image's own counts, where
// it has a health check, else the engine's default.
struct EngineHealthCheck {
  std::string shell_test;  // CMD-SHELL's text; empty: the image's own check
  absl::Duration interval;
  absl::Duration timeout;
  absl::Duration start_period;
  absl::Duration start_interval;
  int retries = 0;
};

// Whether an engine is told anything of a service's health check.
inline bool SaysHealthCheck(const project::Service& service) {
  return service.has_health_check() || service.has_health_timing();
}

// The health check of such a service, for an engine of that API version. What the file says of its timing is what the
// engine gets. Where it has a check of its own the rest is flow's: from API 1.44 on the engine probes every 250 ms while
// a component starts, and every 10 s afterwards. Older engines have one interval for both: 2 s, so that a start is seen
// soon, with as many more retries as make a failure take as long to be told (30 s).
inline EngineHealthCheck ForApiVersion(const project::Service& service, ApiVersion api_version) {
  const project::HealthTiming& asked = service.health_timing();
  EngineHealthCheck fitted;
  if (service.has_health_check()) {
    fitted = {.shell_test = ProbeShellTest(service.health_check().url()),
              .interval = absl::Seconds(10),
              .timeout = absl::Seconds(5),
              .start_period = absl::Seconds(30),
              .start_interval = absl::Milliseconds(250),
              .retries = 3};
  }
  if (asked.has_start_period_seconds()) fitted.start_period = absl::Seconds(asked.start_period_seconds());
  if (asked.has_interval_seconds()) fitted.interval = absl::Seconds(asked.interval_seconds());
  if (asked.has_timeout_seconds()) fitted.timeout = absl::Seconds(asked.timeout_seconds());
  if (asked.has_retries()) fitted.retries = static_cast<int>(asked.retries());
  if (api_version >= kStartIntervalApiVersion) return fitted;

  fitted.start_interval = absl::ZeroDuration();
  if (service.has_health_check() && !asked.has_interval_seconds()) {
    constexpr int kOften = 5;
    fitted.interval /= kOften;
    fitted.retries *= kOften;
  }
  return fitted;
}

}  // namespace flow::compose

#endif  // FLOW_COMPOSE_HEALTH_H_
