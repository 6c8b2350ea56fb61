// A whole terminal for one text that changes: `flow-status --watch`. Off a terminal the text is written anew each time
// that it has changed, after an empty line.
#ifndef CMD_OUTPUT_SCREEN_H_
#define CMD_OUTPUT_SCREEN_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"

namespace flow {

class Screen {
 public:
  // Of standard output. On a terminal that can be drawn over it takes the alternate screen, and SIGWINCH is blocked and
  // arrives at resized_fd().
  explicit Screen(const Environment& environment);
  // Leaves the terminal as it was found, with the last text on it.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // The text, of which on a terminal as much is shown as there is place. The error of writing it.
  absl::Status Show(absl::string_view text);

  // Readable when the terminal has another size; -1 where there is none.
  int resized_fd() const { return resized_fd_; }
  // Draws the last text again where the size has changed.
  absl::Status Resize();

 private:
  absl::Status Draw();

  const Environment& environment_;
  bool whole_ = false;  // the alternate screen is taken
  int resized_fd_ = -1;
  bool any_ = false;
  std::string text_;
};

}  // namespace flow

#endif  // CMD_OUTPUT_SCREEN_H_
