#include "cmd/target/live_logs.h"

#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "cmd/cli/print.h"
#include "cmd/cli/terminal.h"
#include "flow/deploy/contract.h"
#include "flow/text/harmless.h"

namespace flow {

LiveLines::LiveLines(const CommandSession& session, Progress& progress, const Environment& environment,
                     const project::Project& project)
    : session_(session), progress_(progress), text_({.colour = InspectTerminal(STDERR_FILENO, environment).colour}) {
  for (const project::Service& service : project.services()) {
    text_.Expect(service.name(), static_cast<int>(service.replicas()));
  }
}

LogHooks LiveLines::Hooks() {
  return {.print =
              [this](deploy::ComponentLine line) {
                if (SpeaksJson()) return TellEvent("log", line.component, line.line.text);
                // Above a block that is drawn anew, and among our own messages.
                line.line.text = text::Harmless(line.line.text);
                absl::StrAppend(&waiting_, text_.Line(line));
              },
          .printed = [this] { progress_.Write(std::exchange(waiting_, ""), absl::Now()); },
          .warn =
              [this](const std::string& text) {
                progress_.Tell({deploy::Report::Kind::kWarning, "", text}, absl::Now());
              },
          .request = [this](const http::Request& request) { session_.Trace(request); }};
}

}  // namespace flow
