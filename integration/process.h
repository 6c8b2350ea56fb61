// A program that runs beside the test: started without a shell, watched, signalled, awaited with a bound.
#ifndef INTEGRATION_PROCESS_H_
#define INTEGRATION_PROCESS_H_

#include <sys/types.h>

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"

namespace flow::integration {

// A file's text; empty where it cannot be read.
std::string ReadFile(const std::string& path);

// What a program left when it ended.
struct Finished {
  std::string command;  // as one would type it
  int exit_code = -1;   // as a shell counts: 128 + the signal's number where one ended it
  std::string out;
  std::string err;
  absl::Duration took;

  // All of it, for a failing test.
  std::string Describe() const;
};

class Process {
 public:
  // `program` is a path; `folder` an existing one, for the files that standard output and error go to (a pipe that
  // nobody reads would stop the program). Standard input is `input`. The environment is `environment` and nothing else.
  Process(const std::string& program, const std::vector<std::string>& arguments,
          const std::map<std::string, std::string>& environment, const std::string& folder,
          const std::string& input = "");

  // Kills what still runs.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  const std::string& command() const { return run_.command; }

  void Signal(int signal) const;

  // Whether it has ended, by now.
  bool Ended();

  // Waits for its end. One that takes longer than `at_most` is killed, which its exit code (137) tells.
  const Finished& Wait(absl::Duration at_most = absl::Seconds(100));

  // What it has written so far.
  std::string Out() const;
  std::string Err() const;

 private:
  pid_t pid_ = -1;
  bool ended_ = false;
  absl::Time started_;
  std::string out_path_, err_path_;
  Finished run_;
};

}  // namespace flow::integration

#endif  // INTEGRATION_PROCESS_H_
