#include "cmd/cli/print.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/base/exit_status.h"
#include "cmd/base/file.h"
#include "cmd/base/signals.h"
#include "cmd/base/write_out.h"
#include "cmd/cli/terminal.h"
#include "flow/text/document.h"
#include "flow/text/harmless.h"
#include "flow/text/json.h"
#include "flow/text/signs.h"

namespace flow {
namespace {

constexpr absl::string_view kError = "error";

// Since when events are JSON; nothing: they are not.
std::optional<absl::Time> json_since;

text::Mapping EventOf(absl::string_view event, absl::string_view component, absl::string_view text) {
  return {{"event", std::string(event)},
          {"component", std::string(component)},
          {"text", std::string(text)},
          {"seconds", absl::ToDoubleSeconds(absl::Now() - json_since.value_or(absl::Now()))}};
}

void WriteLine(const text::Mapping& line) { WriteError(text::Json(line, text::JsonLayout::kCompact) + "\n"); }

// `event`: "error", or a word that stands before the message too.
void Say(const char* command, absl::string_view event, absl::string_view message) {
  if (SpeaksJson()) return TellEvent(event, "", message);
  const std::string text = text::WithSigns(SignsOf(ProcessEnvironment()), text::Harmless(message));
  WriteError(absl::StrCat(command, ": ", event == kError ? "" : absl::StrCat(event, ": "), text, "\n"));
}

}  // namespace

void SpeakJson() { json_since = absl::Now(); }

bool SpeaksJson() { return json_since.has_value(); }

void TellEvent(absl::string_view event, absl::string_view component, absl::string_view text) {
  WriteLine(EventOf(event, component, text));
}

void TellFigures(absl::string_view text, absl::string_view figures) {
  text::Mapping line = EventOf("figures", "", text);
  line.Add("figures", text::Literal(std::string(figures)));
  WriteLine(line);
}

absl::Status Print(absl::string_view text) {
  const absl::Status status = WriteOutput(text);
  return status.ok() ? status : Unwritten(status, ExitCode::kFailed);
}

absl::Status Unwritten(const absl::Status& status, ExitCode gone) {
  if (!IsClosedPipe(status)) return status;
  const int signal = Signals::Came();
  return signal == 0 ? ExitWith(gone) : EndedBy(signal);
}

void TellLines(absl::string_view event, absl::string_view lines) {
  SpeaksJson() ? TellEvent(event, "", absl::StripSuffix(lines, "\n")) : WriteError(lines);
}

void Tell(const char* command, const absl::Status& end) {
  if (!end.message().empty()) Say(command, kError, end.message());
}

void Warn(const char* command, absl::string_view message) { Say(command, "warning", message); }

void Note(const char* command, absl::string_view message) { Say(command, "note", message); }

}  // namespace flow
