// How a dry run of an apply ends, whatever its target.
#ifndef CMD_DEPLOY_TELL_PLAN_H_
#define CMD_DEPLOY_TELL_PLAN_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "cmd/cli/options.h"
#include "cmd/state/store.h"
#include "flow/deploy/plan.pb.h"

namespace flow {

// Prints what the apply would do, and its notes. Error: it could not be printed; with --check, there is something to do
// (exit_status.h).
absl::Status TellPlan(const Options& options, const PipelineKey& key, const std::vector<deploy::Plan>& plans,
                      const std::vector<std::string>& notes);

}  // namespace flow

#endif  // CMD_DEPLOY_TELL_PLAN_H_
