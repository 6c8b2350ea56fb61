// A status as a table.
#ifndef FLOW_DEPLOY_STATUS_TEXT_H_
#define FLOW_DEPLOY_STATUS_TEXT_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "flow/deploy/status.pb.h"
#include "flow/text/columns.h"
#include "flow/text/harmless.h"

namespace flow::deploy {

namespace internal {

// "512B", "12.3MiB".
inline std::string BytesText(double bytes) {
  static constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  int unit = 0;
  for (; bytes >= 1024 && unit < 4; ++unit) bytes /= 1024;
  return unit == 0 ? absl::StrFormat("%.0fB", bytes) : absl::StrFormat("%.1f%s", bytes, kUnits[unit]);
}

// "-" of what was not told.
inline std::string BytesOrDash(bool told, double bytes) { return told ? BytesText(bytes) : "-"; }

inline std::string OrDash(absl::string_view text) { return text.empty() ? "-" : std::string(text); }

// Whether its replicas are on nodes, of which an engine knows nothing.
inline bool HasNodes(const PipelineStatus& pipeline) {
  for (const ComponentStatus& component : pipeline.components()) {
    for (const ReplicaStatus& replica : component.containers()) {
      if (!replica.node().empty()) return true;
    }
  }
  return false;
}

}  // namespace internal

// The components of a pipeline, a line each; below them what a person should know, where there is something. `wide`
// shows what only an inspection tells, too, and of pods where they are.
inline std::string PipelineTable(const PipelineStatus& pipeline, bool wide = false) {
  std::vector<text::Row> rows = {{"COMPONENT", "TYPE", "STATE", "HEALTH", "READY", "UP"}};
  const bool nodes = wide && internal::HasNodes(pipeline);
  if (wide) rows[0].insert(rows[0].end(), {"RESTARTS", "STARTED", "IMAGE"});
  if (nodes) rows[0].insert(rows[0].end(), {"POD", "NODE"});
  rows[0].push_back("PORTS");
  for (const ComponentStatus& component : pipeline.components()) {
    text::Row row = {component.id(),
                     component.type(),
                     component.state(),
                     component.health(),
                     absl::StrCat(component.ready(), "/", component.replicas()),
                     component.containers().empty() ? "-" : internal::OrDash(component.containers(0).up())};
    if (wide) {
      int restarts = 0;
      for (const ReplicaStatus& container : component.containers()) restarts += container.restart_count();
      // To the second: "2026-11-26T08:00:00Z".
      const std::string started = component.containers().empty() ? "" : component.containers(0).started_at();
      row.push_back(absl::StrCat(restarts));
      row.push_back(started.size() < 19 ? internal::OrDash(started) : absl::StrCat(started.substr(0, 19), "Z"));
      row.push_back(component.image());
    }
    if (nodes) {
      std::vector<std::string> pods, on;
      for (const ReplicaStatus& pod : component.containers()) {
        pods.push_back(pod.name());
        on.push_back(internal::OrDash(pod.node()));
      }
      row.push_back(internal::OrDash(absl::StrJoin(pods, ",")));
      row.push_back(internal::OrDash(absl::StrJoin(on, ",")));
    }
    row.push_back(internal::OrDash(absl::StrJoin(component.endpoints(), ",")));
    rows.push_back(std::move(row));
  }
  std::string text = text::Table(std::move(rows));
  if (!pipeline.message().empty()) {
    const std::string told = absl::StrCat(pipeline.name(), " is ", pipeline.state(), ": ", pipeline.message());
    absl::StrAppend(&text, "\n", text::Harmless(told), "\n");
  }
  return text;
}

// What the replicas of a pipeline use, a line each.
inline std::string UsageTable(const PipelineStatus& pipeline) {
  std::vector<text::Row> rows = {{"CONTAINER", "CPU", "MEMORY", "LIMIT", "NET IN", "NET OUT", "READ", "WRITTEN"}};
  for (const ComponentStatus& component : pipeline.components()) {
    for (const ReplicaStatus& container : component.containers()) {
      if (!container.has_usage()) {
        if (container.state() == "running") rows.push_back({container.name(), "-", "-", "-", "-", "-", "-", "-"});
        continue;
      }
      const Usage& usage = container.usage();
      rows.push_back({container.name(), absl::StrFormat("%.1f%%", usage.cpu_percent()),
                      internal::BytesText(usage.memory_bytes()),
                      internal::BytesOrDash(usage.has_memory_limit_bytes(), usage.memory_limit_bytes()),
                      internal::BytesOrDash(usage.has_network_received_bytes(), usage.network_received_bytes()),
                      internal::BytesOrDash(usage.has_network_sent_bytes(), usage.network_sent_bytes()),
                      internal::BytesOrDash(usage.has_block_read_bytes(), usage.block_read_bytes()),
                      internal::BytesOrDash(usage.has_block_written_bytes(), usage.block_written_bytes())});
    }
  }
  return text::Table(std::move(rows));
}

// All pipelines, a line each.
inline std::string PipelinesTable(const StatusList& list) {
  std::vector<text::Row> rows = {{"NAMESPACE", "PIPELINE", "STATE", "READY", "MESSAGE"}};
  for (const PipelineStatus& pipeline : list.pipelines()) {
    size_t ready = 0;
    for (const ComponentStatus& component : pipeline.components()) {
      ready += component.state() == "running" || component.state() == "completed";
    }
    rows.push_back({pipeline.namespace_(), pipeline.name(), pipeline.state(),
                    absl::StrCat(ready, "/", pipeline.components_size()), internal::OrDash(pipeline.message())});
  }
  return text::Table(std::move(rows));
}

}  // namespace flow::deploy

#endif  // FLOW_DEPLOY_STATUS_TEXT_H_
