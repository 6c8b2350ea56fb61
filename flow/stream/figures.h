// How the events of a pipeline flow, for people and for programs.
#ifndef FLOW_STREAM_FIGURES_H_
#define FLOW_STREAM_FIGURES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/time.h"
#include "flow/stream/contract.h"
#include "flow/stream/figures.pb.h"
#include "flow/stream/topology.h"
#include "flow/text/columns.h"
#include "flow/text/listed.h"

namespace flow::stream {

// The figures with their names. `before`: those of `since` ago, for rates; nullptr: from the beginning on.
PipelineFigures Describe(const Topology& topology, const Figures& figures, const Figures* before, absl::Duration since);

// FROM → TO, a line each, and below what has gone wrong.
std::string FiguresTable(const PipelineFigures& figures);

// "source → sink 1204 events (301/s), source → archive 1204 (301/s); waits for sink": one line.
std::string FiguresLine(const PipelineFigures& figures);

// The same of each pipeline of a report, time after time, for people: a line that would say what was said of the pipeline last is
// left out.
class FiguresLines {
 public:
  // "payments: source → sink 1204 events (301/s)"
  std::vector<std::string> News(const StreamReport& report);

 private:
  std::map<std::string, std::string> told_;  // by the pipeline's name
};

// How it is done

namespace internal {

inline const char* StateOf(const ReplicaFigures& replica) {
  if (replica.finished) return "finished";
  return replica.connected ? "connected" : "away";
}

inline bool IsThere(const Figures& figures, int component) {
  for (const ReplicaFigures& replica : figures.replicas) {
    if (replica.component == component && !replica.connected && !replica.finished) return false;
  }
  return true;
}

// "12.3 MB"
inline std::string Size(int64_t bytes) {
  if (bytes < 1000) return absl::StrCat(bytes, " B");
  double size = static_cast<double>(bytes);
  size_t unit = 0;
  for (; size >= 999.5 && unit < 4; ++unit) size /= 1000;
  constexpr const char* kUnits[] = {"B", "kB", "MB", "GB", "TB"};
  return absl::StrFormat(size < 10 ? "%.1f %s" : "%.0f %s", size, kUnits[unit]);
}

}  // namespace internal

inline PipelineFigures Describe(const Topology& topology, const Figures& figures, const Figures* before,
                                absl::Duration since) {
  PipelineFigures described;
  for (size_t i = 0; i < figures.edges.size(); ++i) {
    const EdgeFigures& edge = figures.edges[i];
    PipelineFigures::Edge& shown = *described.add_edges();
    shown.set_from(topology.components[edge.from].id);
    shown.set_to(topology.components[edge.to].id);
    shown.set_events(edge.events);
    shown.set_bytes(edge.bytes);
    shown.set_skipped(edge.skipped);
    shown.set_connected(internal::IsThere(figures, edge.from) && internal::IsThere(figures, edge.to));
    const int64_t earlier = before == nullptr ? 0 : before->edges[i].events;
    if (since > absl::ZeroDuration()) {
      shown.set_events_per_second(static_cast<double>(edge.events - earlier) / absl::ToDoubleSeconds(since));
    }
  }
  for (const ReplicaFigures& replica : figures.replicas) {
    PipelineFigures::Replica& shown = *described.add_replicas();
    shown.set_component(topology.components[replica.component].id);
    shown.set_number(replica.number);
    shown.set_state(internal::StateOf(replica));
    shown.set_waiting(replica.waiting);
    shown.set_under_way(replica.unsettled);
    shown.set_refused(replica.refused);
    shown.set_reconnects(replica.reconnects);
    shown.set_ledger(static_cast<int64_t>(figures.ledgers[replica.component]));
    shown.set_lag(static_cast<int64_t>(replica.lag));
    if (shown.state() == "away") shown.set_message(replica.why);
  }
  described.set_read_again(figures.again);
  described.set_lost(figures.lost);
  return described;
}

inline std::string FiguresTable(const PipelineFigures& figures) {
  std::map<std::string, int64_t> waiting, lag, reconnects;
  std::map<std::string, bool> at_work;
  std::string refused;
  for (const PipelineFigures::Replica& replica : figures.replicas()) {
    waiting[replica.component()] += replica.waiting();
    lag[replica.component()] = std::max(lag[replica.component()], replica.lag());
    reconnects[replica.component()] += replica.reconnects();
    at_work[replica.component()] |= replica.state() != "finished";
    if (replica.refused() == 0) continue;
    absl::StrAppend(&refused, replica.component(), " does not take events of more than 4 MiB: ", replica.refused(),
                    " were dropped\n");
  }
  std::vector<text::Row> rows = {
      {"FROM", "TO", "EVENTS", "RATE", "SIZE", "WAITING", "LAG", "SKIPPED", "RECONNECTS", "STATE"}};
  for (const PipelineFigures::Edge& edge : figures.edges()) {
    rows.push_back({edge.from(), edge.to(), absl::StrCat(edge.events()),
                    absl::StrFormat("%.0f/s", edge.events_per_second()), internal::Size(edge.bytes()),
                    absl::StrCat(waiting[edge.to()]), absl::StrCat(lag[edge.to()]), absl::StrCat(edge.skipped()),
                    absl::StrCat(reconnects[edge.from()] + reconnects[edge.to()]),
                    !at_work[edge.from()] && !at_work[edge.to()] ? "finished"
                    : edge.connected()                           ? "connected"
                                                                 : "away"});
  }
  std::string table = text::Table(rows);
  if (figures.read_again() > 0) absl::StrAppend(&table, figures.read_again(), " events were read a second time\n");
  if (figures.lost() > 0) absl::StrAppend(&table, "at most ", figures.lost(), " events were lost\n");
  return absl::StrCat(table, refused);
}

inline std::string FiguresLine(const PipelineFigures& figures) {
  std::vector<std::string> edges, away;
  for (const PipelineFigures::Edge& edge : figures.edges()) {
    edges.push_back(
        absl::StrFormat("%s → %s %d events (%.0f/s)", edge.from(), edge.to(), edge.events(), edge.events_per_second()));
  }
  for (const PipelineFigures::Replica& replica : figures.replicas()) {
    if (replica.state() == "away" && (away.empty() || away.back() != replica.component())) {
      away.push_back(replica.component());
    }
  }
  std::string line = text::Listed(edges);
  if (!away.empty()) absl::StrAppend(&line, "; waits for ", text::Listed(away));
  if (figures.lost() > 0) absl::StrAppend(&line, "; at most ", figures.lost(), " lost");
  return line;
}

inline std::vector<std::string> FiguresLines::News(const StreamReport& report) {
  std::vector<std::string> lines;
  for (const PipelineFigures& pipeline : report.pipelines()) {
    std::string line = absl::StrCat(pipeline.name(), ": ", FiguresLine(pipeline));
    if (std::exchange(told_[pipeline.name()], line) != line) lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_FIGURES_H_
