// How a pipeline's events flow, as a control plane's run keeps it.
#ifndef FLOW_STREAM_RUN_METRICS_H_
#define FLOW_STREAM_RUN_METRICS_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>

#include "flow/control/run.pb.h"
#include "flow/stream/figures.pb.h"

namespace flow::stream {

// Processed is what has come from the sources. What a component gives to several readers is counted once.
flowctl::RunMetrics MetricsOf(const PipelineFigures& figures);

// How it is done

inline flowctl::RunMetrics MetricsOf(const PipelineFigures& figures) {
  flowctl::RunMetrics metrics;
  auto& components = *metrics.mutable_component_metrics();
  std::map<std::string, double> rates;
  std::set<std::string> readers;
  for (const PipelineFigures::Edge& edge : figures.edges()) {
    flowctl::ComponentMetrics& to = components[edge.to()];
    to.set_events_in(to.events_in() + edge.events());
    to.set_bytes_in(to.bytes_in() + edge.bytes());
    flowctl::ComponentMetrics& from = components[edge.from()];
    from.set_events_out(std::max<int64_t>(from.events_out(), edge.events() + edge.skipped()));
    from.set_bytes_out(std::max<int64_t>(from.bytes_out(), edge.bytes()));
    rates[edge.from()] = std::max(rates[edge.from()], edge.events_per_second());
    readers.insert(edge.to());
  }
  for (const auto& [id, component] : components) {
    if (readers.contains(id)) continue;
    metrics.set_events_processed(metrics.events_processed() + component.events_out());
    metrics.set_bytes_processed(metrics.bytes_processed() + component.bytes_out());
    metrics.set_events_per_second(metrics.events_per_second() + rates[id]);
  }
  return metrics;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_RUN_METRICS_H_
