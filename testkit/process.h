// A program that runs beside the test: watched, signalled, awaited with a bound.
#ifndef TESTKIT_PROCESS_H_
#define TESTKIT_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/environment.h"
#include "cmd/base/process.h"

namespace flow::testkit {

// What a program left when it ended.
struct Finished {
  std::string command;  // as one would type it
  int exit_code = 127;  // as a shell counts: 128 + the signal's number where one ended it
  std::string out;
  std::string err;
  absl::Duration took;
  rusage used = {};

  // All of it, for a failing test.
  std::string Describe() const;
};

class Process {
 public:
  // `program` is a path. Standard input is `input`. The environment is `environment` and nothing else. What cannot be
  // run has ended with exit code 127, and says why on standard error.
  Process(const std::string& program, const std::vector<std::string>& arguments, const Environment& environment = {},
          const std::string& input = "");

  pid_t pid() const { return process_->pid(); }
  const std::string& command() const { return run_.command; }

  void Signal(int signal) const {
    if (process_.has_value()) process_->Signal(signal);
  }

  // Whether it has ended, by now.
  bool Ended();

  // Waits for its end. One that takes longer than `at_most` is killed, which its exit code (137) tells.
  const Finished& Wait(absl::Duration at_most = absl::Seconds(100));

  // What it has written so far.
  std::string Out() const;
  std::string Err() const;

  // Waits until it has written a whole line on standard output that begins so; the rest of the line. Empty where it
  // ends without, or does not within 30 s.
  std::string AwaitLine(const std::string& beginning);

 private:
  // For its end; whether it came.
  bool Await(absl::Duration at_most);

  absl::Time started_;
  Descriptor out_, err_;  // files in memory: a pipe that nobody reads would stop the program
  std::optional<flow::Process> process_;
  bool ended_ = false;
  Finished run_;
};

}  // namespace flow::testkit

#endif  // TESTKIT_PROCESS_H_
