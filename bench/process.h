// Runs a program and tells what it took.
#ifndef BENCH_PROCESS_H_
#define BENCH_PROCESS_H_

#include <string>
#include <vector>

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
// standard output and error in the file `output`. Exits where it cannot be started. What interrupts this process is
// handed on as SIGTERM, and waited for; then Interrupted() is not 0.
Usage Run(const std::vector<std::string>& command, const std::string& output);

// From now on SIGINT, SIGTERM and SIGHUP do not end this process.
void HoldSignals();

// Nor any program that is run from now on: for what must be done in the end.
void IgnoreSignals();

// The first of them that came; 0: none.
int Interrupted();

// A file's text; empty where it cannot be read.
std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, const std::string& text);

}  // namespace bench

#endif  // BENCH_PROCESS_H_
