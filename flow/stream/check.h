// What flow-stream --check finds out: whether each replica of a pipeline serves, as figures in which nothing was moved.
#ifndef FLOW_STREAM_CHECK_H_
#define FLOW_STREAM_CHECK_H_

#include <algorithm>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "flow/stream/contract.h"
#include "flow/stream/figures.h"
#include "flow/stream/figures.pb.h"
#include "flow/stream/topology.h"
#include "flow/text/columns.h"

namespace flow::stream {

// By component and number: OK where it serves, else why it does not. One that is not in here has no container that runs
// and can be reached.
using Serving = std::map<std::pair<int, int>, absl::Status>;

PipelineFigures DescribeServing(const Topology& topology, const Serving& serving);

// Whether both ends of every edge serve.
bool AllServe(const PipelineFigures& figures);

// FROM → TO, a line each, and below what does not serve, and why.
std::string ServingTable(const PipelineFigures& figures);

// How it is done

inline PipelineFigures DescribeServing(const Topology& topology, const Serving& serving) {
  Figures figures{.edges = EdgesOf(topology), .ledgers = std::vector<uint64_t>(topology.components.size())};
  for (size_t i = 0; i < topology.components.size(); ++i) {
    for (int number = 1; number <= topology.components[i].replicas; ++number) {
      const auto found = serving.find({static_cast<int>(i), number});
      const absl::Status status =
          found == serving.end() ? absl::NotFoundError("no container of it runs that can be reached") : found->second;
      figures.replicas.push_back({.component = static_cast<int>(i),
                                  .number = number,
                                  .connected = status.ok(),
                                  .why = std::string(status.message())});
    }
  }
  return Describe(topology, figures, nullptr, absl::ZeroDuration());
}

inline bool AllServe(const PipelineFigures& figures) {
  return std::all_of(figures.edges().begin(), figures.edges().end(),
                     [](const PipelineFigures::Edge& edge) { return edge.connected(); });
}

inline std::string ServingTable(const PipelineFigures& figures) {
  std::vector<text::Row> rows = {{"FROM", "TO", "STATE"}};
  for (const PipelineFigures::Edge& edge : figures.edges()) {
    rows.push_back({edge.from(), edge.to(), edge.connected() ? "serves" : "away"});
  }
  std::string table = text::Table(rows);
  for (const PipelineFigures::Replica& replica : figures.replicas()) {
    if (replica.message().empty()) continue;
    absl::StrAppend(&table, replica.component(), " ", replica.number(), " is away: ", replica.message(), "\n");
  }
  return table;
}

}  // namespace flow::stream

#endif  // FLOW_STREAM_CHECK_H_
