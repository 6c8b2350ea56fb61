// What a container uses of its machine, from one sample of GET /containers/{id}/stats.
#ifndef FLOW_DOCKER_USAGE_H_
#define FLOW_DOCKER_USAGE_H_

#include <optional>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "flow/deploy/status.pb.h"
#include "flow/docker/engine/engine.pb.h"

namespace flow::docker {

// By the rules of `docker stats` (docker/cli, command/container/stats_helpers.go): a sample holds two readings of the CPU,
// a second apart. Nothing where there is no sample: the container does not run any more, or its cgroup cannot be read.
inline std::optional<deploy::Usage> UsageOf(const engine::ContainerStats& stats) {
  if (absl::StartsWith(stats.read(), "0001-")) return std::nullopt;  // Go's zero time
  deploy::Usage usage;
  const engine::CpuStats &now = stats.cpu_stats(), &before = stats.precpu_stats();
  const double used = now.cpu_usage().total_usage() - before.cpu_usage().total_usage();
  const double passed = now.system_cpu_usage() - before.system_cpu_usage();
  if (used > 0 && passed > 0) usage.set_cpu_percent(used / passed * now.online_cpus() * 100);
  // The kernel counts file pages that nobody has used lately as the container's too, which it does not need. They are
  // named differently under cgroup 1 (total_inactive_file) and 2.
  const auto& parts = stats.memory_stats().stats();
  const auto idle = parts.find(parts.contains("total_inactive_file") ? "total_inactive_file" : "inactive_file");
  const double cached = idle == parts.end() ? 0 : idle->second;
  usage.set_memory_bytes(stats.memory_stats().usage() > cached ? stats.memory_stats().usage() - cached
                                                               : stats.memory_stats().usage());
  usage.set_memory_limit_bytes(stats.memory_stats().limit());
  usage.set_network_received_bytes(0);
  usage.set_network_sent_bytes(0);
  for (const auto& [name, network] : stats.networks()) {
    usage.set_network_received_bytes(usage.network_received_bytes() + network.rx_bytes());
    usage.set_network_sent_bytes(usage.network_sent_bytes() + network.tx_bytes());
  }
  usage.set_block_read_bytes(0);
  usage.set_block_written_bytes(0);
  for (const engine::BlockBytes& bytes : stats.blkio_stats().io_service_bytes_recursive()) {
    const std::string operation = absl::AsciiStrToLower(bytes.op());
    if (operation == "read") usage.set_block_read_bytes(usage.block_read_bytes() + bytes.value());
    if (operation == "write") usage.set_block_written_bytes(usage.block_written_bytes() + bytes.value());
  }
  return usage;
}

}  // namespace flow::docker

#endif  // FLOW_DOCKER_USAGE_H_
