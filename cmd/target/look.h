// One look at pipelines: what flow-status shows, of whatever target.
#ifndef CMD_TARGET_LOOK_H_
#define CMD_TARGET_LOOK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "flow/deploy/status.pb.h"
#include "flow/project/project.pb.h"

namespace flow {

struct LookOptions {
  std::string namespace_;  // empty: every one, or for a pipeline "default"
  std::string pipeline;    // empty: every one
  std::string output;      // table wide json yaml textproto name; of one pipeline mermaid dot too
  bool stats = false;      // with what its replicas use
};

struct Look {
  std::string text;
  bool well = true;  // all that is shown is running or has completed
};

// The pipeline that the options name. Its name is empty where they name none.
PipelineKey KeyOf(const LookOptions& options);

// The labels, "key" or "key=value", of what counts.
std::vector<std::string> LabelsOf(const LookOptions& options);

// Whether the output is for people, in columns.
bool IsTable(const std::string& output);

// A pipeline as the options want it shown. `project`: as the state knows it, for a picture.
Look ShowOne(const deploy::PipelineStatus& status, const project::Project& project, const LookOptions& options);

// All pipelines. Error (exit_status.h): there are none, which is well (kDone).
absl::StatusOr<Look> ShowAll(const CommandSession& session, const deploy::StatusList& list, const LookOptions& options);

}  // namespace flow

#endif  // CMD_TARGET_LOOK_H_
