// What a measurement stands on: a folder of its own, programs that must succeed, and an end that leaves nothing behind.
#ifndef BENCH_SCRATCH_H_
#define BENCH_SCRATCH_H_

#include <optional>
#include <string>
#include <vector>

#include "bench/process.h"
#include "cmd/base/signals.h"
#include "testkit/file.h"
#include "testkit/temporary_folder.h"

namespace bench {

class Scratch {
 public:
  // Signals do not end this process from now on.
  Scratch();
  virtual ~Scratch() = default;
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  const std::string& folder() const { return folder_->path(); }
  // Of a file in the folder.
  std::string Path(const std::string& name) const { return *folder_ / name; }

  // Runs a command that must succeed: what it wrote is in the file. Where it does not, or this process is interrupted,
  // cleans up and ends the process.
  Usage Take(const std::vector<std::string>& command, const std::string& output);
  Usage Take(const std::vector<std::string>& command) { return Take(command, Path("output")); }

  // Of the last command.
  std::string Output() const { return flow::testkit::ReadFile(Path("output")); }

  // Cleans up, and ends the process with exit code 1.
  [[noreturn]] void Fail(const std::string& message);

  // Takes away what was made, and the folder; the second time there is nothing to do. No signal ends that.
  void CleanUp();

 protected:
  // Takes away what was made besides the folder, which is still there.
  virtual void TakeBack() {}

 private:
  absl::StatusOr<flow::Signals> signals_;
  std::optional<flow::testkit::TemporaryFolder> folder_;
};

}  // namespace bench

#endif  // BENCH_SCRATCH_H_
