// The components of a pipeline that a command line names.
#ifndef CMD_TARGET_COMPONENTS_H_
#define CMD_TARGET_COMPONENTS_H_

#include <map>
#include <optional>
#include <set>
#include <string>

#include "absl/status/statusor.h"
#include "cmd/state/store.h"
#include "cmd/target/command_session.h"
#include "flow/deploy/deployment.pb.h"

namespace flow {

// What a target and the state have of a pipeline.
struct KnownComponents {
  std::map<std::string, int> there;                   // on the target, with how many replicas each has
  bool has_state = false;                             // of this target
  std::optional<deploy::Deployment> deployment = {};  // nothing: it cannot be read
};

// Those that are wanted, without any all of them, with how many replicas each has. A note says where nothing is on the
// target of them, so that whoever reads what they write sees nothing. Error (exit_status.h): there is no such pipeline, or
// it has no component of a wanted name (kUsage), with what was probably meant.
absl::StatusOr<std::map<std::string, int>> ChooseComponents(const CommandSession& session, const PipelineKey& key,
                                                            const KnownComponents& known,
                                                            const std::set<std::string>& wanted);

}  // namespace flow

#endif  // CMD_TARGET_COMPONENTS_H_
