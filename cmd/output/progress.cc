#include "cmd/output/progress.h"

#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/print.h"
#include "cmd/cli/terminal.h"
#include "flow/text/harmless.h"
#include "flow/text/signs.h"

namespace flow {
namespace {

using Kind = deploy::Report::Kind;

// How often what only time changes is drawn.
constexpr absl::Duration kTickEvery = absl::Seconds(1);

constexpr const char* kKinds[] = {"begun", "done", "failed", "up", "note", "warning", "progress"};

std::string PlainLine(const deploy::Report& report, absl::Duration since, const Environment& environment) {
  const char* mark = report.kind == Kind::kWarning ? "warning: " : report.kind == Kind::kFailed ? "failed: " : "";
  const std::string component = report.component.empty() ? "" : absl::StrCat(report.component, ": ");
  const std::string text = text::Harmless(absl::StrCat(component, mark, report.text));
  return absl::StrFormat("%6.1fs  %s\n", absl::ToDoubleSeconds(since), text::WithSigns(SignsOf(environment), text));
}

// So that one who waits sees for what. On a cluster what is removed stops first: a workload's pods, and all in a namespace.
bool TakesItsTime(const deploy::Report& report) {
  const std::string& object = report.object;
  if (report.action == "remove") return object == "deployment" || object == "job" || object == "namespace";
  return report.action == "stop" || report.action == "pull";
}

}  // namespace

Progress::Mode Progress::ModeOf(absl::string_view word, bool verbose, const Environment& environment) {
  if (word == "plain") return Mode::kPlain;
  if (word == "json") return Mode::kJson;
  if (word == "none") return Mode::kNone;
  const Terminal terminal = InspectTerminal(STDERR_FILENO, environment);
  const bool kept = verbose || !Variable(environment, "CI").empty();
  return terminal.redraw && (word == "tty" || !kept) ? Mode::kTty : Mode::kPlain;
}

Progress::Progress(const Options& options, const Environment& environment, std::string title)
    : Progress(ModeOf(options.progress, options.verbose, environment), environment, std::move(title), absl::Now()) {}

void Progress::Tell(const deploy::Report& report, absl::Time now) {
  if (mode_ == Mode::kTty) block_.Take(report, now);
  if (IsOnTerminal()) {
    const bool keep = report.kind == Kind::kWarning || report.kind == Kind::kNote || report.kind == Kind::kFailed;
    return Draw(keep ? PlainLine(report, now - start_, environment_) : "", now);
  }
  if (mode_ == Mode::kNone && report.kind != Kind::kWarning) return;
  // A line an operation, when it is done, and where that takes its time when it begins; of a stop that alone.
  const bool worth_it = report.kind == Kind::kBegun  ? TakesItsTime(report)
                        : report.kind == Kind::kDone ? report.action != "stop"
                                                     : true;
  if (mode_ != Mode::kJson && !worth_it) return;
  if (mode_ == Mode::kJson) return TellEvent(kKinds[static_cast<int>(report.kind)], report.component, report.text);
  WriteError(PlainLine(report, now - start_, environment_));
}

void Progress::Write(const std::string& lines, absl::Time now) {
  if (IsOnTerminal()) return Draw(lines, now);
  WriteError(lines);
}

absl::Duration Progress::Tick(absl::Time now) {
  if (mode_ != Mode::kTty) return absl::InfiniteDuration();
  if (now - when_ < kTickEvery) return when_ + kTickEvery - now;
  if (IsOnTerminal()) Draw("", now);
  when_ = now;
  return kTickEvery;
}

bool Progress::IsOnTerminal() {
  if (mode_ != Mode::kTty) return false;
  // A block that was drawn before the program was stopped stays: others have written below it.
  if (events_->Take().goes_on) drawn_.clear();
  return InspectTerminal(STDERR_FILENO, environment_).foreground;
}

void Progress::Clear() {
  if (!IsOnTerminal() || drawn_.empty()) return;
  WriteError(Erase(InspectTerminal(STDERR_FILENO, environment_).width));
}

// In one piece, so that nobody sees half of it.
void Progress::Draw(const std::string& above, absl::Time now) {
  const Terminal terminal = InspectTerminal(STDERR_FILENO, environment_);
  std::string text = absl::StrCat(Erase(terminal.width), above);
  for (const deploy::BlockLine& line :
       block_.Lines(now, {.width = terminal.width, .height = terminal.height, .colour = terminal.colour})) {
    drawn_.push_back(line.columns);
    absl::StrAppend(&text, line.text, "\n");
  }
  WriteError(text);
  when_ = now;
}

// A terminal that has become narrower since shows a line of before in several.
std::string Progress::Erase(int width) {
  size_t lines = 0;
  for (const size_t columns : drawn_) {
    lines += columns == 0 ? 1 : (columns + static_cast<size_t>(width) - 1) / static_cast<size_t>(width);
  }
  drawn_.clear();
  // Cursor Preceding Line and Erase in Page to its end (ECMA-48, 8.3.13 and 8.3.39).
  return lines == 0 ? "" : absl::StrCat("\x1b[", lines, "F\x1b[J");
}

}  // namespace flow
