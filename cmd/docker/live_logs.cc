#include "cmd/docker/live_logs.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "cmd/cli/print.h"
#include "cmd/cli/terminal.h"
#include "flow/text/harmless.h"

namespace flow {

// A line is shown at most 80 ms after it has come, so that older ones of others come before it (log_follow.h).
static constexpr absl::Duration kMoment = absl::Milliseconds(200);

static docker::LogInput InputOf(const project::Project& project, compose::ApiVersion version) {
  docker::LogInput input;
  input.namespace_ = project.namespace_();
  input.pipeline = project.pipeline();
  input.follow = input.endless = true;
  input.since = absl::Now();
  input.version = version;
  return input;
}

LiveLogs::LiveLogs(Session& session, Progress& progress, const Environment& environment,
                   const project::Project& project, compose::ApiVersion version)
    : session_(session),
      progress_(progress),
      text_({.colour = InspectTerminal(STDERR_FILENO, environment).colour}),
      driver_(session.client(), InputOf(project, version),
              {.print =
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
               .request = [this](const http::Request& request) { session_.Trace(request); }}) {
  for (const project::Service& service : project.services()) {
    text_.Expect(service.name(), static_cast<int>(service.replicas()));
  }
  driver_.Begin();
}

absl::Duration LiveLogs::Tick() {
  driver_.Tick();
  return std::max(absl::ZeroDuration(), driver_.due() - absl::Now());
}

void LiveLogs::Finish() {
  for (const absl::Time until = absl::Now() + kMoment; absl::Now() < until; driver_.Tick()) {
    if (!session_.client().Poll(std::min(until, driver_.due()) - absl::Now(), {}).ok()) return;
  }
}

}  // namespace flow
