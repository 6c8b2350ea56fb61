// A status as a table.
#ifndef FLOW_DEPLOY_STATUS_TEXT_H_
#define FLOW_DEPLOY_STATUS_TEXT_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/status.pb.h"

namespace flow::deploy {

using Row = std::vector<std::string>;

// Rows as columns, two spaces apart, without spaces at the ends of lines. The first row is the heading.
inline std::string AlignColumns(const std::vector<Row>& rows) {
  std::vector<size_t> widths;
  for (const Row& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t column = 0; column < row.size(); ++column) {
      widths[column] = std::max(widths[column], row[column].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (size_t column = 0; column < row.size(); ++column) {
      line += row[column];
      line.append(widths[column] - row[column].size() + 2, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    absl::StrAppend(&text, line, "\n");
  }
  return text;
}

namespace internal {

inline std::string OrDash(absl::string_view text) { return text.empty() ? "-" : std::string(text); }

}  // namespace internal

// The components of a pipeline, a line each; below them what a person should know, where there is something.
inline std::string PipelineTable(const PipelineStatus& pipeline) {
  std::vector<Row> rows = {{"COMPONENT", "TYPE", "STATE", "HEALTH", "READY", "PORTS"}};
  for (const ComponentStatus& component : pipeline.components()) {
    rows.push_back({component.id(), component.type(), component.state(), component.health(),
                    absl::StrCat(component.ready(), "/", component.replicas()),
                    internal::OrDash(absl::StrJoin(component.endpoints(), ","))});
  }
  std::string text = AlignColumns(rows);
  if (!pipeline.message().empty()) {
    absl::StrAppend(&text, "\n", pipeline.name(), " is ", pipeline.state(), ": ", pipeline.message(), "\n");
  }
  return text;
}

// All pipelines, a line each.
inline std::string PipelinesTable(const StatusList& list) {
  std::vector<Row> rows = {{"NAMESPACE", "PIPELINE", "STATE", "READY", "MESSAGE"}};
  for (const PipelineStatus& pipeline : list.pipelines()) {
    size_t ready = 0;
    for (const ComponentStatus& component : pipeline.components()) {
      ready += component.state() == "running" || component.state() == "completed";
    }
    rows.push_back({pipeline.namespace_(), pipeline.name(), pipeline.state(),
                    absl::StrCat(ready, "/", pipeline.components_size()), internal::OrDash(pipeline.message())});
  }
  return AlignColumns(rows);
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_STATUS_TEXT_H_
