// A whole terminal for one text that changes: `flow-status --watch`. Off a terminal the text is written anew each time
// that it has changed, after an empty line.
#ifndef CMD_OUTPUT_SCREEN_H_
#define CMD_OUTPUT_SCREEN_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "cmd/base/environment.h"
#include "cmd/cli/terminal_events.h"

namespace flow {

class Screen {
 public:
  // Of standard output. On a terminal that can be drawn over it takes the alternate screen, but not in the background.
  // Ctrl-Z gives it back until the program goes on.
  explicit Screen(const Environment& environment);
  // Leaves the terminal as it was found, with the last text on it.
  ~Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;

  // The text, of which on a terminal as much is shown as there is place. The error of writing it.
  absl::Status Show(absl::string_view text);

  // Readable when something has happened to the terminal; -1 where nothing can.
  int fd() const { return events_.has_value() ? events_->fd() : -1; }
  // Draws the last text again where the terminal has another size, or the program goes on after it was stopped.
  absl::Status Attend();

 private:
  // Takes the alternate screen where the program is in the foreground.
  void Enter();
  absl::Status Draw();

  const Environment& environment_;
  std::optional<TerminalEvents> events_;  // of a terminal that can be drawn over
  bool whole_ = false;                    // the alternate screen is taken
  bool any_ = false;
  std::string text_;
};

}  // namespace flow

#endif  // CMD_OUTPUT_SCREEN_H_
