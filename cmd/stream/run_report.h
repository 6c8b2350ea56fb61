// Tells a control plane how a pipeline's events flow: flow/control/run_counts.h for the run that its state names.
#ifndef CMD_STREAM_RUN_REPORT_H_
#define CMD_STREAM_RUN_REPORT_H_

#include <optional>
#include <string>
#include <utility>

#include "cmd/base/environment.h"
#include "cmd/control/messenger.h"
#include "cmd/docker/session.h"
#include "flow/control/run.pb.h"
#include "flow/control/run_counts.h"
#include "flow/deploy/deployment.pb.h"
#include "flow/stream/figures.pb.h"

namespace flow {

class RunReport {
 public:
  // `name`: the pipeline's, for warnings. The session has a client.
  RunReport(Session& session, const Environment& environment, std::string name)
      : session_(session), environment_(environment), name_(std::move(name)) {}

  // The run that is told of from now on; none where the state has none.
  void Follow(const deploy::ControlPlane& registered);

  // How it is. The answer comes while the loop is polled.
  void Tell(const stream::PipelineFigures& figures, flowctl::RunStatus status = flowctl::RUN_STATUS_RUNNING,
            const std::string& error = "");

  // Waits for the answers, for a moment.
  void Finish();

 private:
  struct Told {
    Told(Session& session, const Endpoint& endpoint, const deploy::ControlPlane& registered)
        : registered(registered), counts(registered.address(), registered.run_id()), messenger(session, endpoint) {}

    const deploy::ControlPlane registered;
    control::RunCounts counts;
    Messenger messenger;
  };

  void Warn(Told& told) const;

  Session& session_;
  const Environment& environment_;
  const std::string name_;
  std::optional<Told> told_;
};

}  // namespace flow

#endif  // CMD_STREAM_RUN_REPORT_H_
