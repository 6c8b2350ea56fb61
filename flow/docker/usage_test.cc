#include "flow/docker/usage.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "flow/docker/engine/json.h"

namespace flow::docker {
namespace {

using deploy::Usage;

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
  EXPECT_TRUE(usage.has_network_received_bytes() &&
              usage.has_block_read_bytes());  // nothing is what an engine tells, too
}

// An engine whose containers' cgroups it cannot find answers so.
TEST(UsageOf, WhatIsNoSampleIsNoUsage) {
  const auto stats = engine::ReadJson<engine::ContainerStats>(
      R"({"read": "0001-01-01T00:00:00Z", "cpu_stats": {"cpu_usage": {"total_usage": 0}}, "memory_stats": {}})");
  EXPECT_FALSE(UsageOf(*stats).has_value());
}

}  // namespace
}  // namespace flow::docker
