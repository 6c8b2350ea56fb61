#include "flow/compose/health.h"

#include <gtest/gtest.h>

namespace flow::compose {
namespace {

project::Service Checked() {
  project::Service service;
  service.mutable_health_check()->set_url("http://127.0.0.1:8080/health");
  return service;
}

TEST(HealthTest, AnEngineWithAStartIntervalProbesOftenWhileStarting) {
  for (const ApiVersion version : {ApiVersion{1, 44}, ApiVersion{1, 51}, ApiVersion{2, 0}}) {
    const EngineHealthCheck fitted = ForApiVersion(Checked(), version);
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
    const EngineHealthCheck fitted = ForApiVersion(Checked(), version);
    EXPECT_EQ(fitted.interval, absl::Seconds(2));
    EXPECT_EQ(fitted.timeout, absl::Seconds(5));
    EXPECT_EQ(fitted.retries, 15);
    EXPECT_EQ(fitted.start_period, absl::Seconds(30));
    EXPECT_EQ(fitted.start_interval, absl::ZeroDuration());
    const EngineHealthCheck newer = ForApiVersion(Checked(), {1, 44});
    EXPECT_EQ(fitted.interval * fitted.retries, newer.interval * newer.retries);
  }
}

TEST(HealthTest, WhatTheFileSaysIsWhatAnyEngineGets) {
  project::Service service = Checked();
  service.mutable_health_timing()->set_start_period_seconds(120);
  service.mutable_health_timing()->set_interval_seconds(0.5);
  service.mutable_health_timing()->set_timeout_seconds(20);
  service.mutable_health_timing()->set_retries(7);
  for (const ApiVersion version : {ApiVersion{1, 41}, ApiVersion{1, 44}}) {
    const EngineHealthCheck fitted = ForApiVersion(service, version);
    EXPECT_EQ(fitted.start_period, absl::Minutes(2));
    EXPECT_EQ(fitted.interval, absl::Milliseconds(500));
    EXPECT_EQ(fitted.timeout, absl::Seconds(20));
    EXPECT_EQ(fitted.retries, 7);
  }
}

TEST(HealthTest, AnOlderEngineToleratesAsLongAsTheFileSaysInRetries) {
  project::Service service = Checked();
  service.mutable_health_timing()->set_retries(6);
  const EngineHealthCheck older = ForApiVersion(service, {1, 41}), newer = ForApiVersion(service, {1, 44});
  EXPECT_EQ(newer.interval * newer.retries, absl::Minutes(1));
  EXPECT_EQ(older.interval * older.retries, absl::Minutes(1));
}

TEST(HealthTest, NoStartPeriodIsNotTheDefault) {
  project::Service service = Checked();
  service.mutable_health_timing()->set_start_period_seconds(0);
  EXPECT_EQ(ForApiVersion(service, {1, 44}).start_period, absl::ZeroDuration());
}

TEST(HealthTest, OfAnImagesOwnCheckOnlyWhatTheFileSaysIsAnother) {
  project::Service service;
  EXPECT_FALSE(SaysHealthCheck(service));
  service.mutable_health_timing()->set_start_period_seconds(90);
  EXPECT_TRUE(SaysHealthCheck(service));
  for (const ApiVersion version : {ApiVersion{1, 41}, ApiVersion{1, 44}}) {
    const EngineHealthCheck fitted = ForApiVersion(service, version);
    EXPECT_EQ(fitted.shell_test, "");
    EXPECT_EQ(fitted.start_period, absl::Seconds(90));
    EXPECT_EQ(fitted.interval, absl::ZeroDuration());
    EXPECT_EQ(fitted.timeout, absl::ZeroDuration());
    EXPECT_EQ(fitted.start_interval, absl::ZeroDuration());
    EXPECT_EQ(fitted.retries, 0);
  }
}

}  // namespace
}  // namespace flow::compose
