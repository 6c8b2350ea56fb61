#include "flow/compose/health.h"

#include <gtest/gtest.h>

namespace flow::compose {
namespace {

project::HealthCheck Check() {
  project::HealthCheck check;
  check.set_url("http://127.0.0.1:8080/health");
  return check;
}

TEST(HealthTest, AnEngineWithAStartIntervalProbesOftenWhileStarting) {
  for (const ApiVersion version : {ApiVersion{1, 44}, ApiVersion{1, 51}, ApiVersion{2, 0}}) {
    const EngineHealthCheck fitted = ForApiVersion(Check(), version);
    EXPECT_EQ(fitted.shell_test, ProbeShellTest("http://127.0.0.1:8080/health"));
    EXPECT_EQ(fitted.interval, absl::Seconds(10));
    EXPECT_EQ(fitted.timeout, absl::Seconds(5));
    EXPECT_EQ(fitted.retries, 3);
    EXPECT_EQ(fitted.start_period, absl::Seconds(30));
    EXPECT_EQ(fitted.start_interval, absl::Milliseconds(250));
  }
}

TEST(HealthTest, AnOlderEngineProbesOftenAllTheTimeAndToleratesAsLong) {
  for (const ApiVersion version : {ApiVersion{1, 41}, ApiVersion{1, 43}}) {
    const EngineHealthCheck fitted = ForApiVersion(Check(), version);
    EXPECT_EQ(fitted.interval, absl::Seconds(2));
    EXPECT_EQ(fitted.timeout, absl::Seconds(5));
    EXPECT_EQ(fitted.retries, 15);
    EXPECT_EQ(fitted.start_period, absl::Seconds(30));
    EXPECT_EQ(fitted.start_interval, absl::ZeroDuration());
    const EngineHealthCheck newer = ForApiVersion(Check(), {1, 44});
    EXPECT_EQ(fitted.interval * fitted.retries, newer.interval * newer.retries);
  }
}

}  // namespace
}  // namespace flow::compose
