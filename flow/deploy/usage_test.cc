#include "flow/deploy/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/compose/message_yaml.h"
#include "flow/deploy/status_text.h"
#include "flow/engine/json.h"

namespace flow::deploy {
namespace {

using ::testing::HasSubstr;

Usage Of(const char* json) { return UsageOf(*engine::ReadJson<engine::ContainerStats>(json)).value(); }

TEST(UsageOf, CountsCpuBetweenTheTwoSamples) {
  const Usage usage = Of(R"({
    "cpu_stats": {"cpu_usage": {"total_usage": 1500000000}, "system_cpu_usage": 12000000000, "online_cpus": 2},
    "precpu_stats": {"cpu_usage": {"total_usage": 1000000000}, "system_cpu_usage": 10000000000}})");
  EXPECT_DOUBLE_EQ(usage.cpu_percent(), 50);
}

TEST(UsageOf, LeavesOutPagesThatNobodyUses) {
  EXPECT_EQ(Of(R"({"memory_stats": {"usage": 1000, "limit": 5000, "stats": {"inactive_file": 300}}})").memory_bytes(),
            700);
  EXPECT_EQ(Of(R"({"memory_stats": {"usage": 1000, "stats": {"inactive_file": 1, "total_inactive_file": 400}}})")
                .memory_bytes(),
            600);
  EXPECT_EQ(Of(R"({"memory_stats": {"usage": 1000, "limit": 5000}})").memory_limit_bytes(), 5000);
}

TEST(UsageOf, AddsNetworksAndDevices) {
  const Usage usage = Of(R"({
    "networks": {"eth0": {"rx_bytes": 1, "tx_bytes": 2}, "eth1": {"rx_bytes": 10, "tx_bytes": 20}},
    "blkio_stats": {"io_service_bytes_recursive": [{"op": "Read", "value": 5}, {"op": "write", "value": 6},
                                                   {"op": "Read", "value": 50}, {"op": "Total", "value": 100}]}})");
  EXPECT_EQ(usage.network_received_bytes(), 11);
  EXPECT_EQ(usage.network_sent_bytes(), 22);
  EXPECT_EQ(usage.block_read_bytes(), 55);
  EXPECT_EQ(usage.block_written_bytes(), 6);
}

TEST(UsageOf, OfAContainerThatDoesNotRunThereIsNothing) {
  const Usage usage = Of(
      R"({"cpu_stats": {}, "memory_stats": {}, "networks": null, "blkio_stats": {"io_service_bytes_recursive": null}})");
  EXPECT_EQ(usage.cpu_percent(), 0);
  EXPECT_EQ(usage.memory_bytes(), 0);
}

// An engine whose containers' cgroups it cannot find answers so.
TEST(UsageOf, WhatIsNoSampleIsNoUsage) {
  const auto stats = engine::ReadJson<engine::ContainerStats>(
      R"({"read": "0001-01-01T00:00:00Z", "cpu_stats": {"cpu_usage": {"total_usage": 0}}, "memory_stats": {}})");
  EXPECT_FALSE(UsageOf(*stats).has_value());
}

TEST(BytesText, IsShort) {
  EXPECT_EQ(BytesText(0), "0B");
  EXPECT_EQ(BytesText(1023), "1023B");
  EXPECT_EQ(BytesText(1536), "1.5KiB");
  EXPECT_EQ(BytesText(3.0 * 1024 * 1024 * 1024), "3.0GiB");
}

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

TEST(PipelineTable, WideShowsWhatOnlyAnInspectionTells) {
  EXPECT_EQ(
      PipelineTable(OneContainer(), /*wide=*/true),
      "COMPONENT  TYPE    STATE    HEALTH  READY  UP         RESTARTS  STARTED               IMAGE         PORTS\n"
      "a          source  running  none    1/1    5 minutes  2         2026-11-26T08:00:00Z  busybox:1.36  -\n");
}

TEST(UsageTable, HasALineForEachContainerThatRuns) {
  PipelineStatus status = OneContainer();
  status.mutable_components(0)->mutable_containers(0)->set_state("exited");
  EXPECT_THAT(UsageTable(status), ::testing::Not(HasSubstr("flow-x-a-1")));
  status.mutable_components(0)->mutable_containers(0)->set_state("running");
  EXPECT_THAT(UsageTable(status), HasSubstr("flow-x-a-1  -    -       -"));  // of which there is no sample
  Usage& usage = *status.mutable_components(0)->mutable_containers(0)->mutable_usage();
  usage.set_cpu_percent(12.34);
  usage.set_memory_bytes(1024 * 1024);
  EXPECT_THAT(UsageTable(status), HasSubstr("flow-x-a-1  12.3%  1.0MiB  0B"));
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
}  // namespace flow::deploy
