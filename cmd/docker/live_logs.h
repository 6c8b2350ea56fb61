// What the components write while they are deployed, beside the deployment: flow-apply --logs.
#ifndef CMD_DOCKER_LIVE_LOGS_H_
#define CMD_DOCKER_LIVE_LOGS_H_

#include <string>

#include "absl/time/time.h"
#include "cmd/base/environment.h"
#include "cmd/docker/log_driver.h"
#include "cmd/docker/session.h"
#include "cmd/output/progress.h"
#include "flow/deploy/log_text.h"
#include "flow/project/project.pb.h"

namespace flow {

class LiveLogs {
 public:
  // Of what is written from now on. The session has a client; lines go to standard error, between what `progress`
  // tells.
  LiveLogs(Session& session, Progress& progress, const Environment& environment, const project::Project& project,
           compose::ApiVersion version);

  // After each Poll of the client: shows what has come. When it wants to be called again.
  absl::Duration Tick();

  // The deployment is over: shows what is on its way for a moment more.
  void Finish();

 private:
  Session& session_;
  Progress& progress_;
  deploy::LogText text_;
  std::string waiting_;
  LogDriver driver_;
};

}  // namespace flow

#endif  // CMD_DOCKER_LIVE_LOGS_H_
