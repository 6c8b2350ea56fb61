#ifndef FLOW_COMPOSE_HEALTH_H_
#define FLOW_COMPOSE_HEALTH_H_
#include <string>

#include "absl/time/time.h"
#include "flow/compose/api_version.h"
#include "flow/compose/project.pb.h"
namespace flow::compose {
struct FittedHealthCheck {
  std::string shell_test;
  absl::Duration interval, timeout, start_period, start_interval;
  int retries = 3;
};
inline FittedHealthCheck FitHealthCheck(const HealthCheck& check, const ApiVersion&) {
  return {check.url(), absl::Seconds(2), absl::Seconds(5), absl::Seconds(30), absl::ZeroDuration(), 15};
}
}  // namespace flow::compose
#endif
