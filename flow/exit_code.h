// The exit codes of every command, in one place (docs/exit-codes.md has the same table for users).
#ifndef FLOW_EXIT_CODE_H_
#define FLOW_EXIT_CODE_H_

namespace flow {

enum class ExitCode : int {
  kDone = 0,
  // The engine or cluster refused, a component would not come up, time ran out, --check found trouble.
  kFailed = 1,
  kUsage = 2,
  // What the pipeline file's text alone shows.
  kInvalidFile = 3,
  // The engine or cluster cannot be reached, or speaks no API version that flow knows.
  kNoEngine = 4,
  // Another command holds this pipeline, or is at work on it from another state folder.
  kBusy = 5,
  kNoSuchPipeline = 6,
  // By a signal, after cleaning up (ExitCodeOf).
  kHungUp = 129,
  kInterrupted = 130,
  kTerminated = 143,
};

// A signal that ends a command, by its number: SIGHUP, SIGINT or SIGTERM.
enum class Signal : int {};

// What a command that ends by a signal exits with, as a shell has it.
constexpr ExitCode ExitCodeOf(Signal signal) { return static_cast<ExitCode>(128 + static_cast<int>(signal)); }
// What it does to a command, in a word.
constexpr const char* WordOf(Signal signal) {
  switch (ExitCodeOf(signal)) {
    case ExitCode::kHungUp:
      return "hung up";
    case ExitCode::kTerminated:
      return "terminated";
    default:
      return "interrupted";
  }
}
constexpr bool IsOfSignal(ExitCode code) { return static_cast<int>(code) > 128; }

}  // namespace flow

#endif  // FLOW_EXIT_CODE_H_
