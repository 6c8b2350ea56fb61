// Runs a program and tells what it took.
#ifndef BENCH_PROCESS_H_
#define BENCH_PROCESS_H_

#include <string>
#include <vector>

#include "cmd/base/signals.h"

namespace bench {

// Of the process and the children that it waited for.
struct Usage {
  int exit_code = 0;  // 128 and more: a signal
  double wall_ms = 0;
  double cpu_ms = 0;     // user and system
  double memory_mb = 0;  // the largest that one process was; at least what this process itself is (a new one counts
                         // what it was before exec)
};

// Runs `command` (a path and its arguments) to its end, with this process's environment, nothing on standard input, and
// standard output and error in the file `output`. Exits where it cannot be started. A signal that comes meanwhile is
// handed on as SIGTERM.
Usage Run(const std::vector<std::string>& command, const std::string& output, flow::Signals* signals = nullptr);

}  // namespace bench

#endif  // BENCH_PROCESS_H_
