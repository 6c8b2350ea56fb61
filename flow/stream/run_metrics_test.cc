#include "flow/stream/run_metrics.h"

#include <gtest/gtest.h>

#include <string>

namespace flow::stream {
namespace {

TEST(RunMetrics, WhatSeveralReadCountsOnceAndProcessedIsWhatCameFromSources) {
  PipelineFigures figures;
  const auto edge = [&](const std::string& from, const std::string& to, int64_t events, int64_t skipped) {
    PipelineFigures::Edge& edge = *figures.add_edges();
    edge.set_from(from);
    edge.set_to(to);
    edge.set_events(events);
    edge.set_skipped(skipped);
    edge.set_bytes(events * 10);
    edge.set_events_per_second(static_cast<double>(events) / 10);
  };
  edge("s1", "p", 100, 0);
  edge("s1", "k1", 40, 60);
  edge("s2", "p", 50, 0);
  edge("p", "k2", 7, 0);
  const flowctl::RunMetrics metrics = MetricsOf(figures);
  EXPECT_EQ(metrics.events_processed(), 150);
  EXPECT_EQ(metrics.bytes_processed(), 1500);
  EXPECT_EQ(metrics.events_per_second(), 15);
  EXPECT_EQ(metrics.component_metrics().at("s1").events_out(), 100);
  EXPECT_EQ(metrics.component_metrics().at("p").events_in(), 150);
  EXPECT_EQ(metrics.component_metrics().at("p").events_out(), 7);
  EXPECT_EQ(metrics.component_metrics().at("k2").events_in(), 7);
}

}  // namespace
}  // namespace flow::stream
