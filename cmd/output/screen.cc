#include "cmd/output/screen.h"

#include <unistd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/terminal.h"
#include "flow/text/columns.h"

namespace flow {
namespace {

// xterm's control sequences, which all terminals know: the other buffer and back; the cursor to the first place; what
// is right of it away; what is below it away.
constexpr char kEnter[] = "\x1b[?1049h", kLeave[] = "\x1b[?1049l", kHome[] = "\x1b[H", kClearLine[] = "\x1b[K",
               kClearBelow[] = "\x1b[J";

}  // namespace

Screen::Screen(const Environment& environment) : environment_(environment) {
  if (!InspectTerminal(STDOUT_FILENO, environment).redraw) return;
  events_.emplace();
  Enter();
}

Screen::~Screen() {
  if (!whole_) return;
  events_->WriteBeforeStop(nullptr);
  (void)WriteOutput(absl::StrCat(kLeave, text_));
}

void Screen::Enter() {
  whole_ = InspectTerminal(STDOUT_FILENO, environment_).foreground;
  events_->WriteBeforeStop(whole_ ? kLeave : nullptr);
  whole_ = whole_ && WriteOutput(kEnter).ok();
}

absl::Status Screen::Show(absl::string_view text) {
  if (any_ && text == text_) return absl::OkStatus();
  const bool first = !std::exchange(any_, true);
  text_ = std::string(text);
  if (events_.has_value() && !whole_) Enter();  // no signal tells that a running job came to the foreground
  return whole_ ? Draw() : WriteOutput(absl::StrCat(first ? "" : "\n", text_));
}

absl::Status Screen::Attend() {
  if (!events_.has_value()) return absl::OkStatus();
  const TerminalEvents::Happened happened = events_->Take();
  if (happened.goes_on) Enter();
  return whole_ && (happened.goes_on || happened.resized) ? Draw() : absl::OkStatus();
}

absl::Status Screen::Draw() {
  const Terminal terminal = InspectTerminal(STDOUT_FILENO, environment_);
  std::vector<absl::string_view> lines = absl::StrSplit(absl::StripSuffix(text_, "\n"), '\n');
  const size_t height = static_cast<size_t>(std::max(1, terminal.height));
  const size_t hidden = lines.size() > height ? lines.size() - height + 1 : 0;
  lines.resize(lines.size() - hidden);
  std::string drawn = kHome;
  for (size_t i = 0; i < lines.size(); ++i) {
    absl::StrAppend(&drawn, i == 0 ? "" : "\r\n", text::Fitted(lines[i], static_cast<size_t>(terminal.width)),
                    kClearLine);
  }
  if (hidden > 0) absl::StrAppend(&drawn, "\r\nand ", hidden, " more lines", kClearLine);
  return WriteOutput(absl::StrCat(drawn, kClearBelow));
}

}  // namespace flow
