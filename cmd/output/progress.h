// What a command tells on standard error while it works.
#ifndef CMD_OUTPUT_PROGRESS_H_
#define CMD_OUTPUT_PROGRESS_H_

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/cli/options.h"
#include "cmd/cli/terminal_events.h"
#include "flow/deploy/contract.h"
#include "flow/deploy/live_block.h"
#include "flow/project/project.pb.h"

namespace flow {

class Progress {
 public:
  enum class Mode {
    kTty,    // a block of lines that is drawn over; what is worth keeping stands above it. kPlain in the background
    kPlain,  // one line an event, with the time since the start
    kJson,   // the same as JSON objects, for programs
    kNone,   // warnings alone
  };

  // What --progress means here: auto tty plain json none. Auto is kTty on a terminal that can be drawn over, unless
  // `verbose` or the environment's CI ask for what can be read later. Where it cannot be drawn over, kTty is kPlain.
  static Mode ModeOf(absl::string_view word, bool verbose, const Environment& environment);

  // `title`: what goes on, in a word or two. `now`: when the command began.
  Progress(Mode mode, const Environment& environment, std::string title, absl::Time now)
      : mode_(mode), environment_(environment), start_(now), block_(std::move(title), now) {
    if (mode == Mode::kTty) events_.emplace();
  }

  // Of a command that begins now, as its flags have it.
  Progress(const Options& options, const Environment& environment, std::string title);

  // What is deployed, for the block.
  void Expect(const project::Project& project) { block_.Expect(project); }

  void Tell(const deploy::Report& report, absl::Time now);

  // Lines that are no progress, to stand with it.
  void Write(const std::string& lines, absl::Time now);

  // Draws what time has changed. When it wants to be called again.
  absl::Duration Tick(absl::Time now);

  // Takes the block away: something else is written to standard error now.
  void Clear();

 private:
  // Whether the block may be drawn now.
  bool IsOnTerminal();
  void Draw(const std::string& above, absl::Time now);
  // What takes the cursor to the block's beginning and all behind it away.
  std::string Erase(int width);

  const Mode mode_;
  const Environment& environment_;
  const absl::Time start_;
  std::optional<TerminalEvents> events_;  // of kTty
  deploy::LiveBlock block_;
  std::vector<size_t> drawn_;  // the lines that stand there, in columns
  absl::Time when_ = absl::InfinitePast();
};

}  // namespace flow

#endif  // CMD_OUTPUT_PROGRESS_H_
