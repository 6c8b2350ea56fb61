// A program that this one runs, without a shell. When it has ended a descriptor tells: it is waited for together with
// whatever else goes on.
#ifndef CMD_BASE_PROCESS_H_
#define CMD_BASE_PROCESS_H_

#include <sys/resource.h>
#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/environment.h"

namespace flow {

// What is run, and what it finds.
struct Program {
  std::string path;
  std::vector<std::string> arguments = {};
  Environment environment = {};  // these variables and no others
  // This process's descriptors that are its standard input, output and error; -1: /dev/null.
  int in = -1, out = -1, err = -1;
  // In a process group of its own, so that a terminal's Ctrl-C is not for it.
  bool own_group = false;
  // It is terminated when this process is gone, however that ended.
  bool ends_with_this = false;
};

class Process {
 public:
  // How it ended.
  struct End {
    int exit_code;  // as a shell counts: 128 + the signal's number where one ended it
    rusage used;    // by it and the children that it waited for
  };

  // It has no other descriptors of this process than those that lack FD_CLOEXEC, and all signals are as a program
  // expects them, whatever this one ignores or has blocked. NotFound, PermissionDenied, …: it cannot be run.
  static absl::StatusOr<Process> Start(const Program& program);

  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) = delete;
  // Kills what still runs.
  ~Process();

  pid_t pid() const { return pid_; }

  // Readable once it has ended.
  int fd() const { return fd_.get(); }

  // How it ended; none: it still runs. Does not wait.
  const std::optional<End>& Ended();

  // Nothing happens where it has ended.
  void Signal(int signal) const;

 private:
  Process(pid_t pid, Descriptor fd) : pid_(pid), fd_(std::move(fd)) {}

  void Reap(int options);

  pid_t pid_;
  Descriptor fd_;
  std::optional<End> end_;
};

}  // namespace flow

#endif  // CMD_BASE_PROCESS_H_
