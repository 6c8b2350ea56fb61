// A program that is asked one thing: it is given a text, and what it writes until it ends is its answer.
#ifndef CMD_BASE_INQUIRY_H_
#define CMD_BASE_INQUIRY_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cmd/base/descriptor.h"
#include "cmd/base/process.h"

namespace flow {

// Whoever asks waits for nothing but fd(), together with what else there is to wait for. One who does not want the
// answer any more destroys the object, which kills the program.
//
//   absl::StatusOr<Inquiry> inquiry = Inquiry::Start({.path = "/bin/cat"}, "x", 1024, absl::Seconds(10));
//   … inquiry->fd() is readable …
//   if (const auto answer = inquiry->Take()) …  // {0, "x"}
class Inquiry {
 public:
  struct Answer {
    int exit_code;     // Process::End's
    std::string text;  // on standard output
  };

  // Starts the program, whose standard input and output are the inquiry's. It is given `at_most` from now on, and
  // `most` bytes for its answer. An error is why it cannot be run.
  static absl::StatusOr<Inquiry> Start(Program program, absl::string_view question, size_t most,
                                       absl::Duration at_most);

  // Readable when there is something for Take().
  int fd() const { return any_.get(); }

  // The answer, once the program has ended; none: it goes on. Does not wait, not even for other programs that it has
  // left its output to. The errors end it, and say in a few words what went wrong: DeadlineExceeded, ResourceExhausted.
  std::optional<absl::StatusOr<Answer>> Take();

 private:
  Inquiry(Process process, Descriptor output, Descriptor timer, Descriptor any, size_t most, absl::Duration at_most);

  Process process_;
  Descriptor output_, timer_;
  Descriptor any_;  // of the three
  size_t most_;
  absl::Duration at_most_;
  std::string text_;
};

}  // namespace flow

#endif  // CMD_BASE_INQUIRY_H_
