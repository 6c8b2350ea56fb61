#include "bench/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/environment.h"
#include "cmd/base/process.h"

namespace bench {
namespace {

double Ms(const timeval& time) {
  return static_cast<double>(time.tv_sec) * 1e3 + static_cast<double>(time.tv_usec) / 1e3;
}

}  // namespace

Usage Run(const std::vector<std::string>& command, const std::string& output, flow::Signals* signals) {
  const auto start = std::chrono::steady_clock::now();
  const flow::Descriptor file(open(output.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  absl::StatusOr<flow::Process> process = flow::Process::Start({.path = command[0],
                                                                .arguments = {command.begin() + 1, command.end()},
                                                                .environment = flow::ProcessEnvironment(),
                                                                .out = file.get(),
                                                                .err = file.get(),
                                                                .own_group = true});
  if (!process.ok()) {
    std::cerr << "bench: " << process.status().message() << "\n";
    std::exit(1);
  }
  while (!process->Ended().has_value()) {
    pollfd wanted[] = {{process->fd(), POLLIN, 0}, {signals == nullptr ? -1 : signals->fd(), POLLIN, 0}};
    poll(wanted, std::size(wanted), -1);
    if (signals != nullptr && signals->Next().has_value()) process->Signal(SIGTERM);
  }
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  const flow::Process::End& end = *process->Ended();
  return {.exit_code = end.exit_code,
          .wall_ms = took.count(),
          .cpu_ms = Ms(end.used.ru_utime) + Ms(end.used.ru_stime),
          .memory_mb = static_cast<double>(end.used.ru_maxrss) / 1024};
}

}  // namespace bench
