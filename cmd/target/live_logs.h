// What the components write while they are deployed, beside the deployment: flow-apply --logs.
#ifndef CMD_TARGET_LIVE_LOGS_H_
#define CMD_TARGET_LIVE_LOGS_H_

#include <algorithm>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/output/progress.h"
#include "cmd/target/command_session.h"
#include "cmd/target/log_hooks.h"
#include "flow/deploy/log_text.h"
#include "flow/project/project.pb.h"

namespace flow {

// Where the lines go: to standard error, between what `progress` tells.
class LiveLines {
 public:
  LiveLines(const CommandSession& session, Progress& progress, const Environment& environment,
            const project::Project& project);

  // For the log driver of a target. This outlives it.
  LogHooks Hooks();

 private:
  const CommandSession& session_;
  Progress& progress_;
  deploy::LogText text_;
  std::string waiting_;
};

// `Driver`: a target's log driver; `Client`: what it reads over.
template <typename Driver, typename Client>
class LiveLogs {
 public:
  // Of what `input` names, which follows without an end. The session has the client.
  template <typename Input>
  LiveLogs(const CommandSession& session, Client& client, Progress& progress, const Environment& environment,
           const project::Project& project, Input input)
      : client_(client),
        lines_(session, progress, environment, project),
        driver_(client, std::move(input), lines_.Hooks()) {
    driver_.Begin();
  }

  // After each Poll of the client: shows what has come. When it wants to be called again.
  absl::Duration Tick() {
    driver_.Tick();
    return std::max(absl::ZeroDuration(), driver_.due() - absl::Now());
  }

  // The deployment is over: shows what is on its way for a moment more.
  void Finish() {
    for (const absl::Time until = absl::Now() + kMoment; absl::Now() < until; driver_.Tick()) {
      if (!client_.Poll(std::min(until, driver_.due()) - absl::Now(), {}).ok()) return;
    }
  }

 private:
  // A line waits a little after it has come, so that older ones of others come before it (log_follow.h).
  static constexpr absl::Duration kMoment = absl::Milliseconds(300);

  Client& client_;
  LiveLines lines_;
  Driver driver_;
};

}  // namespace flow

#endif  // CMD_TARGET_LIVE_LOGS_H_
